internal import Foundation
internal import Golden
internal import ImageFiles
internal import Layout
internal import Matching
internal import Raster

/// Where a scan should lie and how large its pixels may be, from whatever says so.
struct ScanPlace {
  /// The point of the reference that should be in the middle of the scan: layout µm, or golden pixels.
  let center: Point
  let settings: RegistrationSettings

  /// Greatest doubt where a scan is registered to a picture.
  static let pictureDoubt = 0.05
  /// How far a pixel size that is stated as one number may be off.
  private static let slack = 0.02

  /// - Throws: `InspectionError` when nothing says how large a pixel is.
  init(of scan: URL, image: ImageFile, field: PixelRect, sidecar: Sidecar?, device: Device) throws {
    let matching = device.recipe.matching
    var settings = RegistrationSettings()
    settings.rotationRange = matching.rotationDeg * .pi / 180
    settings.expectedRotation = (sidecar?.rotationDeg ?? 0) * .pi / 180
    if device.comparesPictures {
      center = (device.supplied?.golden.picture.bounds ?? field).middle
      settings.pixelSizes = [1...1]
      // A supplied golden is a picture of the same thing, so that a sparse field may hold more defects than edges.
      settings.greatestDoubt = Self.pictureDoubt
      settings.searchPx = ScanPlace.searchPx(
        matching.search, fieldWidth: field.width,
        pixelSize: (sidecar?.pixelSizeUm ?? device.recipe.scan.pixelSizeUm)?.lowerBound
          ?? image.pixelSizeUm)
    } else {
      guard let stack = device.stack else {
        preconditionFailure("a recipe without a layout has a golden picture")
      }
      center =
        sidecar?.centerUm ?? device.centers?.center(of: scan)
        ?? stack.layout.bounds(of: stack.cell)?.center ?? Point(x: 0, y: 0)
      settings.pixelSizes = try ScanPlace.pixelSizes(
        of: scan, image: image, sidecar: sidecar, device: device, center: center)
      let smallest = settings.pixelSizes.map(\.lowerBound).min()
      settings.searchPx = ScanPlace.searchPx(
        matching.search, fieldWidth: field.width, pixelSize: smallest)
    }
    self.settings = settings
  }

  /// How far the stage may be off, pixels.
  static func searchPx(
    _ search: Recipe.Search, fieldWidth: Int, pixelSize: Double?
  ) -> Double {
    let px: Double
    switch search {
    case .pixels(let pixels): px = pixels
    case .share(let share): px = share * Double(fieldWidth)
    case .micrometres(let um): px = pixelSize.map { um / $0 } ?? 0.25 * Double(fieldWidth)
    }
    // Beyond its own width a field no longer overlaps the place it was meant for.
    return min(px, Double(fieldWidth))
  }

  private static func pixelSizes(
    of scan: URL, image: ImageFile, sidecar: Sidecar?, device: Device, center: Point
  ) throws -> [ClosedRange<Double>] {
    func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
      range.lowerBound == range.upperBound
        ? range.lowerBound * (1 - slack)...range.upperBound * (1 + slack) : range
    }
    if let stated = sidecar?.pixelSizeUm ?? device.recipe.scan.pixelSizeUm {
      return [widened(stated)]
    }
    let aspect = Double(image.width) / Double(image.height)
    let asked = device.fields
      .filter { abs($0.center.x - center.x) < 1 && abs($0.center.y - center.y) < 1 }
      .map { max($0.width, $0.height * aspect) / Double(image.width) }
    if !asked.isEmpty {
      // Microscopes show a little more than the rectangle that was asked for.
      return Set(asked).sorted().map { 0.96 * $0...1.18 * $0 }
    }
    if let own = image.pixelSizeUm { return [widened(own...own)] }
    throw InspectionError(
      .noPixelSize, path: scan.relativePath,
      "nothing says how large a pixel is: set scan.pixel_size_um in the recipe, or pixel_size_um in "
        + (Sidecar.url(for: scan)?.lastPathComponent ?? "a sidecar"))
  }
}
