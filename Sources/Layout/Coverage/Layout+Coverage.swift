internal import Foundation
public import Raster

extension Layout {
  /// Rows that are filled on one core; few, so that all cores have their share.
  private static let bandHeight = 64

  /// The share of each pixel that the polygons of a layer cover, their union being counted once.
  ///
  /// Polygons are filled by nonzero winding whichever way they run. Vertices are put on the nearest 1/256 px of the
  /// picture and edges are exact from there on; a pixel of any rectangle has the same value, bit for bit, in every other
  /// rectangle that holds it.
  ///
  /// - Parameters:
  ///   - layer: which layer; one that does not occur covers nothing.
  ///   - cell: the cell that is shown.
  ///   - layoutToScan: from layout µm (y up) to continuous pixel coordinates (y down); any affine map but a flat one.
  ///     What lies further than 2²⁵ px from the picture's origin is held there.
  ///   - rect: the pixels wanted.
  ///   - limit: how many polygons and instances may be visited. The default is 2²⁵, some seconds of work.
  /// - Returns: a plane of the rectangle's size, 0…1.
  /// - Throws: `LayoutError.Code.tooComplex` beyond `limit`, or where the pixels show more edges than can be handled.
  ///
  /// Source: a scan-line union after Bentley and Ottmann, "Algorithms for reporting and counting geometric
  /// intersections", IEEE Trans. Computers 1979, with exact areas accumulated per pixel.
  public func coverage(
    of layer: LayerID, in cell: CellID, layoutToScan: Affine, rect: PixelRect,
    limit: Int = 1 << 25
  ) throws -> Plane {
    precondition(
      layoutToScan.determinant.isNormal && layoutToScan.tx.isFinite && layoutToScan.ty.isFinite,
      "coverage needs a map that is neither flat nor infinite")
    if rect.isEmpty { return Plane(width: rect.width, height: rect.height) }
    // A pixel more on each side: rounding may move a vertex in.
    let seen = Box(
      low: Point(x: Double(rect.x - 1), y: Double(rect.y - 1)),
      high: Point(x: Double(rect.maxX + 1), y: Double(rect.maxY + 1)))
    let edges = try walk(
      to: CoverageEdges(rect: rect), layer: layer, in: cell,
      within: layoutToScan.inverse(seen), limit: limit, mappedBy: layoutToScan)
    return try Self.fill(edges, rect: rect)
  }

  private static func fill(_ edges: CoverageEdges, rect: PixelRect) throws -> Plane {
    let (numbers, starts) = edges.numbers(inBandsOf: bandHeight)
    return Plane(width: rect.width, height: rect.height) { target in
      Self.askForLargePages(target, count: rect.area)
      let shared = SharedSamples(target: target)
      inParallel(starts.count - 1) { band in
        let top = band * bandHeight
        let height = min(bandHeight, rect.height - top)
        var sweep = CoverageSweep(
          edges.edges, numbers[starts[band]..<starts[band + 1]], top: top, height: height,
          width: rect.width)
        for row in 0..<height {
          sweep.fill(row: row, into: shared.target + (top + row) * rect.width)
        }
      }
    }
  }
}

extension Layout {
  /// Spares the system a page fault every four kilobytes of a large plane; no more than a hint.
  private static func askForLargePages(_ target: UnsafeMutablePointer<Float>, count: Int) {
    let page = 1 << 21
    let start = (Int(bitPattern: target) + page - 1) / page * page
    let end = Int(bitPattern: target + count) / page * page
    guard end > start, let memory = UnsafeMutableRawPointer(bitPattern: start) else { return }
    #if os(Linux)
      madvise(memory, end - start, Int32(MADV_HUGEPAGE))
    #endif
  }
}

/// The plane being filled.
///
/// Sendable is right: each block writes its own samples.
private struct SharedSamples: @unchecked Sendable {
  let target: UnsafeMutablePointer<Float>
}
