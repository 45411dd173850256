import CImageCodecs

/// The libraries that read and write pictures.
public enum CodecVersions {
  /// The version of the library behind each format, on one line.
  public static var all: [(format: ImageFormat, version: String)] {
    [
      (.png, text(gd_png_version())), (.jpeg, text(gd_jpeg_version())),
      (.tiff, text(gd_tiff_version())),
    ]
  }

  private static func text(_ version: UnsafePointer<CChar>?) -> String {
    let words = version.map { String(cString: $0) } ?? ""
    // libtiff says "LIBTIFF, Version 4.5.0", and adds lines of copyright.
    guard let line = words.split(whereSeparator: \.isNewline).first else { return "unknown" }
    return String(line).replacing("LIBTIFF, Version ", with: "")
  }
}
