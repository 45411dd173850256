public import Foundation
public import Golden
internal import Layout
internal import Matching
public import Raster
internal import Records

/// Paints the simulated golden die of any region of a device's layout.
public struct GoldenPainter: Sendable {
  /// µm a pixel of the scan that the colours were learnt from; nil for nominal greys, which fit every size.
  public let learntPixelSizeUm: Double?
  private let golden: any GoldenSource
  /// Everything that decides the pictures beside their place.
  private let identity: String

  /// Learnt distances from edges are in pixels of the scan: within this share another size is as good.
  private static let slack = 0.01
  /// How far a pixel may lie from the layout's origin, pixels: half of what coverage is exact for.
  private static let reach = 0x1p24
  /// Most columns or rows of a picture, and most pixels: what is held for a row of tiles, and to find tiles again, grows
  /// with them.
  private static let greatestSide = 0x1p20
  private static let greatestArea = 1e11

  fileprivate init(golden: any GoldenSource, learntPixelSizeUm: Double?, identity: String) {
    (self.golden, self.learntPixelSizeUm) = (golden, learntPixelSizeUm)
    self.identity = identity
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

  /// Why a region can't be painted, in words that follow "the region"; nil where it can.
  ///
  /// - Parameters:
  ///   - region: layout µm.
  ///   - pixelSizeUm: µm a pixel of the picture, above 0.
  public func obstacle(to region: Box, pixelSizeUm: Double) -> String? {
    let painted = paintedPixelSizeUm(for: pixelSizeUm)
    let corners = [region.low.x, region.low.y, region.high.x, region.high.y].map { abs($0) }
    let finest = min(painted, pixelSizeUm)
    guard (corners.max() ?? 0) / finest < Self.reach else {
      return "lies more than \(Int(Self.reach)) pixels from the layout's origin"
    }
    for step in Set([painted, pixelSizeUm]) {
      let size = Self.size(of: region, pixelSizeUm: step)
      guard max(size.width, size.height) <= Self.greatestSide,
        size.width * size.height <= Self.greatestArea
      else {
        return "has \(Int(size.width)) × \(Int(size.height)) pixels of \(step) µm; up to "
          + "\(Int(Self.greatestSide)) a side and \(Int(Self.greatestArea / 1e9)) Gpx in all are painted"
      }
    }
    if pixelSizeUm / painted > RowResampler.greatestRatio {
      return "is asked for with pixels more than \(Int(RowResampler.greatestRatio)) times as wide "
        + "as the scan's"
    }
    return nil
  }

  /// Paints a region of any size from the top, unturned and undistorted, its upper left corner in that of the picture.
  ///
  /// Where the size asked for is not that of the scan the colours were learnt from, the picture is painted as the scan
  /// would show it, and resampled.
  ///
  /// - Parameters:
  ///   - region: layout µm, y up; one that `obstacle(to:pixelSizeUm:)` has nothing against.
  ///   - pixelSizeUm: µm a pixel, above 0.
  ///   - cache: where tiles are kept for the next time. The default is not to keep any.
  ///   - progress: is told the share that is painted, 0…1, from any thread, one call at a time.
  ///   - sink: gets bands of whole rows from the top, brightness 0…1, in colour when the scan was.
  /// - Throws: `LayoutError` where a tile holds more than can be drawn, and what `sink` throws.
  public func paint(
    _ region: Box, pixelSizeUm: Double, cache: GoldenCache? = nil,
    progress: @escaping @Sendable (Double) -> Void = { _ in },
    into sink: (Picture) throws -> Void
  ) throws {
    precondition(
      obstacle(to: region, pixelSizeUm: pixelSizeUm) == nil, "the region can be painted")
    let painted = paintedPixelSizeUm(for: pixelSizeUm)
    let rect = Self.rect(of: region, pixelSizeUm: painted)
    let toPicture = Affine.translation(x: -region.low.x, y: -region.high.y)
      .then(.scale(x: 1 / painted, y: -1 / painted))
    let synthesis = GoldenSynthesis(
      source: golden, toScan: toPicture,
      cache: cache.map { GoldenCache.Content($0, identity: identity) })
    guard painted != pixelSizeUm else {
      return try synthesis.paint(rect, progress: progress, into: sink)
    }
    let target = Self.rect(of: region, pixelSizeUm: pixelSizeUm)
    var resampler = RowResampler(
      width: rect.width, height: rect.height, ratio: pixelSizeUm / painted,
      newWidth: target.width, newHeight: target.height)
    try synthesis.paint(rect, progress: progress) { try resampler.take($0, into: sink) }
  }

  /// The size that a picture of another is painted at, µm a pixel.
  private func paintedPixelSizeUm(for pixelSizeUm: Double) -> Double {
    guard let learnt = learntPixelSizeUm, abs(pixelSizeUm / learnt - 1) > Self.slack else {
      return pixelSizeUm
    }
    return learnt
  }

  private static func rect(of region: Box, pixelSizeUm: Double) -> PixelRect {
    let size = size(of: region, pixelSizeUm: pixelSizeUm)
    return PixelRect(x: 0, y: 0, width: Int(size.width), height: Int(size.height))
  }
}

extension Device {
  /// A painter of this device's golden dies, by the recipe's generator, else with colours learnt from a scan or, without one,
  /// nominal greys.
  ///
  /// - Throws: what `inspect` throws; `RecipeError` when the recipe compares with a supplied picture, and
  ///   `InspectionError` when the scan is not inspectable.
  public func goldenPainter(
    learningFrom scan: URL? = nil, progress: (Stage) -> Void = { _ in }
  ) throws -> GoldenPainter {
    guard !comparesPictures, let stack else {
      throw RecipeError(
        .notAvailable, path: recipe.path,
        detail:
          "the golden is of pictures (golden.\(recipe.golden.kind)); no other region can be painted"
      )
    }
    if let generator, scan == nil {
      let sizes = generator.golden.generator.card.pixelSizesUm
      return GoldenPainter(
        golden: generator.golden,
        learntPixelSizeUm: (sizes.lowerBound * sizes.upperBound).squareRoot(),
        identity: identity(of: stack, ["generator", generator.record.sha256]))
    }
    guard let scan else {
      let table = GoldenTable(nominalFor: stack.layers.count)
      return GoldenPainter(
        golden: TableGolden(stack: stack, table: table), learntPixelSizeUm: nil,
        identity: identity(of: stack, ["nominal"]))
    }
    progress(.reading)
    let read = try read(scan)
    guard case .ready(let seen) = try prepare(read, scan, golden: .table, progress: progress) else {
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "no colours can be learnt from a scan that is not inspectable")
    }
    let placed = seen.placed
    let places =
      "\(seen.field) \(placed.registration.extent) \(placed.registration.toScan) \(placed.mesh)"
    let learning = ["table", try FileHash.sha256(scan), places]
    let (golden, pixelSize) = (placed.golden, placed.registration.pixelSize)
    return GoldenPainter(
      golden: golden, learntPixelSizeUm: pixelSize, identity: identity(of: stack, learning))
  }

  /// Names all that a golden's pictures depend on: the program, the layout, what is shown of it, and how.
  private func identity(of stack: LayerStack, _ golden: [String]) -> String {
    let layers = stack.layers.map { "\($0.id)" }
    let parts =
      [Device.program, layoutRecord?.sha256 ?? "", stack.layout.name(of: stack.cell)] + layers
    return (parts + golden).joined(separator: "\n")
  }
}
