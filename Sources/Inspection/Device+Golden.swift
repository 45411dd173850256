public import Foundation
internal import Golden
internal import Matching
public import Raster
internal import Records

/// Paints the simulated golden die of any region of a device's layout.
public struct GoldenPainter: Sendable {
  /// µm a pixel of the scan that the colours were learnt from; nil for nominal greys, which fit every size.
  public let learntPixelSizeUm: Double?
  private let golden: TableGolden

  /// Learnt distances from edges are in pixels of the scan: within this share another size is as good.
  private static let slack = 0.01

  fileprivate init(golden: TableGolden, learntPixelSizeUm: Double?) {
    (self.golden, self.learntPixelSizeUm) = (golden, learntPixelSizeUm)
  }

  /// Columns and rows of the picture of a region, the last ones cut off by its right and lower border.
  ///
  /// - Parameters:
  ///   - region: layout µm.
  ///   - pixelSizeUm: above 0.
  public static func size(of region: Box, pixelSizeUm: Double) -> (width: Double, height: Double) {
    // Whole multiples stay what they are in spite of rounding.
    func count(_ length: Double) -> Double { max(1, (length / pixelSizeUm - 1e-6).rounded(.up)) }
    return (count(region.width), count(region.height))
  }

  /// Paints a region, unturned and undistorted, its upper left corner in that of the picture.
  ///
  /// Where the size asked for is not that of the scan the colours were learnt from, the picture is painted as the scan
  /// would show it, and resampled.
  ///
  /// - Parameters:
  ///   - region: layout µm, y up.
  ///   - pixelSizeUm: µm a pixel, above 0.
  /// - Returns: brightness 0…1, in colour when the scan was.
  /// - Throws: `LayoutError` where the region holds more than can be drawn.
  public func paint(_ region: Box, pixelSizeUm: Double) throws -> Picture {
    guard let learnt = learntPixelSizeUm, abs(pixelSizeUm / learnt - 1) > Self.slack else {
      return try paint(region, exactly: pixelSizeUm)
    }
    let painted = try paint(region, exactly: learnt)
    let size = Self.size(of: region, pixelSizeUm: pixelSizeUm)
    let target = PixelRect(x: 0, y: 0, width: Int(size.width), height: Int(size.height))
    // Where a pixel takes in several of those painted, their mean is wanted.
    let ratio = pixelSizeUm / learnt
    let factor = min(max(1, Int(ratio.rounded())), min(painted.width, painted.height))
    let scale = ratio / Double(factor)
    return painted.mapPlanes {
      $0.reduced(by: factor).resampled(rect: target, toSource: .scale(x: scale, y: scale))
    }
  }

  private func paint(_ region: Box, exactly pixelSizeUm: Double) throws -> Picture {
    let size = Self.size(of: region, pixelSizeUm: pixelSizeUm)
    let rect = PixelRect(x: 0, y: 0, width: Int(size.width), height: Int(size.height))
    let toPicture = Affine.translation(x: -region.low.x, y: -region.high.y)
      .then(.scale(x: 1 / pixelSizeUm, y: -1 / pixelSizeUm))
    return try golden.region(rect, toScan: toPicture, mesh: .still(rect)).picture
  }
}

extension Device {
  /// A painter of this device's golden dies, with colours learnt from a scan or, without one, nominal greys.
  ///
  /// - Throws: what `inspect` throws; `RecipeError` when the recipe compares with a supplied picture, and
  ///   `InspectionError` when the scan is not inspectable.
  public func goldenPainter(
    learningFrom scan: URL? = nil, progress: (Stage) -> Void = { _ in }
  ) throws -> GoldenPainter {
    guard supplied == nil, let stack else {
      throw RecipeError(
        .notAvailable, path: recipe.path,
        detail: "the golden is a supplied picture (golden.image); no other region can be painted")
    }
    guard let scan else {
      let table = GoldenTable(nominalFor: stack.layers.count)
      return GoldenPainter(golden: TableGolden(stack: stack, table: table), learntPixelSizeUm: nil)
    }
    let seen = try inspect(scan, progress: progress)
    guard let area = seen.record.inspectedBox, let placed = seen.record.registration,
      let pixelSize = placed.pixelSizeUm
    else {
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "no colours can be learnt from a scan that is not inspectable: "
          + (seen.record.reason ?? "no reason is known"))
    }
    let (x, y) = (placed.layoutToScan[0], placed.layoutToScan[1])
    let toScan = Affine(a: x[0], b: x[1], tx: x[2], c: y[0], d: y[1], ty: y[2])
    let registrar = Registrar(
      reference: LayoutReference(stack: stack), settings: RegistrationSettings())
    let mesh = try registrar.mesh(seen.scan.luminance, field: seen.field, toScan: toScan)
    progress(.painting)
    let golden = try TableGolden(
      learning: stack, photograph: seen.scan, field: seen.field, area: area, toScan: toScan,
      mesh: mesh)
    return GoldenPainter(golden: golden, learntPixelSizeUm: pixelSize)
  }
}
