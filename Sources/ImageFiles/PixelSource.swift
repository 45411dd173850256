import Raster

/// What a header tells of a picture.
struct PictureTraits {
  var width: Int
  var height: Int
  /// 1 or 3, as delivered.
  var channels: Int
  /// 8, 16 or 32, as told.
  var bitDepth: Int
  var pixelSizeUm: Double?
  var storage: ImageFile.Storage
}

/// The pixels of one open file.
protocol PixelSource: AnyObject {
  /// What the file says of the picture as it is stored.
  var traits: PictureTraits { get }
  /// How the stored picture is to be turned to be seen upright.
  var orientation: Orientation { get }

  /// Decodes a window inside the picture.
  ///
  /// - Parameter planes: one a channel, each `rect.height × rect.width`, row-major.
  func read(_ rect: PixelRect, into planes: [UnsafeMutablePointer<Float>]) throws
}

extension PictureTraits {
  /// Refuses more pixels than the limits allow.
  func check(_ limits: ImageFile.Limits, path: String) throws {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard overflow || pixels > limits.pixels else { return }
    throw ImageFileError(
      code: .tooLarge, path: path,
      detail: "\(width) × \(height) pixels are more than the limit of \(limits.pixels)")
  }
}

extension Picture {
  /// A picture whose planes `body` fills through row-major pointers, one a channel; it is not called for no pixels.
  static func filled(
    width: Int, height: Int, channels: Int,
    _ body: ([UnsafeMutablePointer<Float>]) throws -> Void
  ) throws -> Picture {
    if width * height == 0 || channels == 1 {
      let plane = try Plane(width: width, height: height) { try body([$0]) }
      return Picture(planes: [Plane](repeating: plane, count: channels))
    }
    var others: [Plane] = []
    let red = try Plane(width: width, height: height) { red in
      var blue = Plane(width: 0, height: 0)
      let green = try Plane(width: width, height: height) { green in
        blue = try Plane(width: width, height: height) { try body([red, green, $0]) }
      }
      others = [green, blue]
    }
    return Picture(planes: [red] + others)
  }
}
