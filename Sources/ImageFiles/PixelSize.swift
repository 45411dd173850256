import Foundation

/// What files tell of the size of a pixel.
enum PixelSize {
  /// Resolutions of printed pages, which programs write that know nothing of the pixels.
  private static let printDpi: [Double] = [72, 96, 150, 300, 600]

  /// The pixel's width in µm from a resolution in pixels per metre.
  ///
  /// Returns: nil for a resolution that is not given, that of a printed page or coarser, or of pixels not square.
  static func um(perMeterAcross across: Double, down: Double) -> Double? {
    guard across > 0, down > 0, across.isFinite, abs(across - down) <= 0.001 * across else {
      return nil
    }
    // JFIF holds whole dots per cm: 72 dpi become 28, which is 71.1.
    let dpi = across * 0.0254
    if dpi < 72 || printDpi.contains(where: { abs(dpi - $0) <= 0.02 * $0 }) { return nil }
    return 1e6 / across
  }

  /// The pixel's width in µm from a TIFF's description and resolution tags.
  ///
  /// - Parameter unit: 1 none, 2 inch, 3 centimetre.
  static func um(description: String?, across: Double, down: Double, unit: Int) -> Double? {
    if let description {
      if description.contains("<OME") { if let size = ome(description) { return size } }
      if description.hasPrefix("ImageJ="), let scale = imageJ(description), across > 0,
        abs(across - down) <= 0.001 * across
      {
        return scale / across
      }
    }
    switch unit {
    case 2: return um(perMeterAcross: across / 0.0254, down: down / 0.0254)
    case 3: return um(perMeterAcross: across * 100, down: down * 100)
    default: return nil
    }
  }

  /// `PhysicalSizeX` of the first image in OME-XML, in µm; nil where it is absent or the pixels are not square.
  ///
  /// Source: OME schema 2016-06, `Pixels`; the unit's default is µm.
  static func ome(_ xml: String) -> Double? {
    guard let start = xml.range(of: "<Pixels"),
      let end = xml.range(of: ">", range: start.upperBound..<xml.endIndex)
    else { return nil }
    let tag = String(xml[start.upperBound..<end.lowerBound])
    guard let size = length(tag, axis: "X") else { return nil }
    if let tall = length(tag, axis: "Y"), abs(tall - size) > 0.001 * size { return nil }
    return size
  }

  private static func length(_ tag: String, axis: String) -> Double? {
    guard let text = attribute("PhysicalSize\(axis)", in: tag), let value = Double(text),
      value > 0, value.isFinite
    else { return nil }
    guard let unit = attribute("PhysicalSize\(axis)Unit", in: tag) else { return value }
    return um(ofUnit: unit).map { $0 * value }
  }

  private static func attribute(_ name: String, in tag: String) -> String? {
    for quote in ["\"", "'"] {
      guard let start = tag.range(of: " \(name)=\(quote)"),
        let end = tag.range(of: quote, range: start.upperBound..<tag.endIndex)
      else { continue }
      return String(tag[start.upperBound..<end.lowerBound])
    }
    return nil
  }

  /// The unit of ImageJ's resolution (pixels per unit) in µm.
  private static func imageJ(_ description: String) -> Double? {
    for line in description.split(whereSeparator: \.isNewline) where line.hasPrefix("unit=") {
      return um(ofUnit: String(line.dropFirst(5)).replacing("\\u00B5", with: "µ"))
    }
    return nil
  }

  /// A unit of length in µm; nil for one that is not a length.
  private static func um(ofUnit unit: String) -> Double? {
    // µ comes as the micro sign, as the Greek letter, or as a Latin-1 byte that is no UTF-8.
    switch unit {
    case "µm", "μm", "um", "\u{fffd}m", "&#181;m", "&#xB5;m", "micron", "microns": 1
    case "nm": 1e-3
    case "pm": 1e-6
    case "Å": 1e-4
    case "mm": 1e3
    case "cm": 1e4
    case "m": 1e6
    case "in", "inch": 25400
    default: nil
    }
  }
}
