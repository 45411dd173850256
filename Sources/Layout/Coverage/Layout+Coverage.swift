internal import CKernels
internal import Foundation
public import Raster

extension Layout {
  /// Parts that each core fills; few, since a polygon is placed for each that it meets, and enough for all cores to have
  /// their share.
  private static let slabsPerCore = 3
  /// Fewer rows are not worth a part.
  private static let leastRows = 64
  /// A plane of so many bytes has left the caches before anybody reads it.
  private static let streamedBytes = 32 << 20

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
  ///   - limit: how many polygons and instances each core may visit for its part. The default is 2²⁵, some seconds of work.
  /// - Returns: a plane of the rectangle's size, 0…1.
  /// - Throws: `LayoutError.Code.tooComplex` beyond `limit`, or where the pixels show more edges than can be handled.
  ///
  /// Source: a scan-line union after Bentley and Ottmann, "Algorithms for reporting and counting geometric
  /// intersections", IEEE Trans. Computers 1979, with exact areas accumulated per pixel.
  public func coverage(
    of layer: LayerID, in cell: CellID, layoutToScan: Affine, rect: PixelRect,
    limit: Int = 1 << 25
  ) throws -> Plane {
    Self.check(layoutToScan)
    return try Plane(width: rect.width, height: rect.height) { target in
      Self.askForLargePages(target, count: rect.area)
      try fill(
        target, of: layer, in: cell, layoutToScan: layoutToScan, rect: rect, limit: limit)
    }
  }

  /// The same in the memory of a plane, which spares asking for new where windows follow each other.
  ///
  /// - Parameters:
  ///   - layer: which layer.
  ///   - cell: the cell that is shown.
  ///   - layoutToScan: from layout µm to continuous pixel coordinates.
  ///   - rect: the pixels wanted.
  ///   - plane: becomes the coverage; of another size than the rectangle's it is made anew.
  ///   - limit: how many polygons and instances may be visited.
  /// - Throws: what ``coverage(of:in:layoutToScan:rect:limit:)`` throws; the plane then holds nothing of use.
  public func coverage(
    of layer: LayerID, in cell: CellID, layoutToScan: Affine, rect: PixelRect,
    into plane: inout Plane, limit: Int = 1 << 25
  ) throws {
    guard plane.width == rect.width, plane.height == rect.height else {
      plane = try coverage(
        of: layer, in: cell, layoutToScan: layoutToScan, rect: rect, limit: limit)
      return
    }
    Self.check(layoutToScan)
    try plane.samples.withUnsafeMutableBufferPointer { samples in
      guard let target = samples.baseAddress else { return }
      try fill(
        target, of: layer, in: cell, layoutToScan: layoutToScan, rect: rect, limit: limit)
    }
  }

  private static func check(_ map: Affine) {
    precondition(
      map.determinant.isNormal && map.tx.isFinite && map.ty.isFinite,
      "coverage needs a map that is neither flat nor infinite")
  }

  /// Fills the rows of a rectangle, a slab of them at a time on each core.
  private func fill(
    _ target: UnsafeMutablePointer<Float>, of layer: LayerID, in cell: CellID,
    layoutToScan: Affine, rect: PixelRect, limit: Int
  ) throws {
    if rect.isEmpty { return }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let slab = max(Self.leastRows, (rect.height - 1) / (Self.slabsPerCore * cores) + 1)
    let count = (rect.height - 1) / slab + 1
    let isStreaming =
      rect.area * MemoryLayout<Float>.size >= Self.streamedBytes
      && Int(bitPattern: target) % 16 == 0 && rect.width % 4 == 0
    // Of several failures the uppermost is told.
    var failures = [(any Error)?](repeating: nil, count: count)
    failures.withUnsafeMutableBufferPointer { failures in
      let shared = SharedSamples(target: target, failures: failures)
      inParallel(count) { number in
        let top = number * slab
        let part = PixelRect(
          x: rect.x, y: rect.y + top, width: rect.width, height: min(slab, rect.height - top))
        do {
          try fillSlab(
            shared.target + top * rect.width, of: layer, in: cell, layoutToScan: layoutToScan,
            rect: part, limit: limit, isStreaming: isStreaming)
        } catch { shared.failures[number] = error }
      }
    }
    if let failure = failures.lazy.compactMap(\.self).first { throw failure }
  }

  private func fillSlab(
    _ target: UnsafeMutablePointer<Float>, of layer: LayerID, in cell: CellID,
    layoutToScan: Affine, rect: PixelRect, limit: Int, isStreaming: Bool
  ) throws {
    // A pixel more on each side: rounding may move a vertex in.
    let seen = Box(
      low: Point(x: Double(rect.x - 1), y: Double(rect.y - 1)),
      high: Point(x: Double(rect.maxX + 1), y: Double(rect.maxY + 1)))
    let sides = try walk(
      to: CoverageSides(rect: rect), layer: layer, in: cell,
      within: layoutToScan.inverse(seen), limit: limit, mappedBy: layoutToScan)
    defer { if isStreaming { gd_end_streaming() } }
    if sides.sides.count == 0 {
      if isStreaming { return gd_clear_streamed(target, rect.area) }
      return target.update(repeating: 0, count: rect.area)
    }
    var sweep = CoverageSweep(
      sides, width: rect.width, height: rect.height, isStreaming: isStreaming)
    for row in 0..<rect.height { sweep.fill(row: row, into: target + row * rect.width) }
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
/// Sendable is right: each block writes its own samples and its own failure.
private struct SharedSamples: @unchecked Sendable {
  let target: UnsafeMutablePointer<Float>
  let failures: UnsafeMutableBufferPointer<(any Error)?>
}
