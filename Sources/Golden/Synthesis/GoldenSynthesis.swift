internal import Foundation
public import Raster
internal import Synchronization

/// Paints the golden of a region of any size, as a stream of rows of tiles.
///
/// Tiles lie on a grid that is fixed in the layout, up to a part of a pixel: so those of a die serve every die that shows
/// the same layout at the same place within a pixel, and a `GoldenCache` keeps them. Any tile is the same part of the
/// whole byte for byte, with the cache or without. Two rows of tiles and a few tiles are held, however high the region.
public struct GoldenSynthesis: Sendable {
  /// How a region is cut.
  public struct Settings: Codable, Sendable {
    /// Columns of a tile, 1 or more.
    ///
    /// The default is 2048.
    public var tileWidth = 2048
    /// Rows of a tile, 1 or more; fewer where a row of tiles is so wide that two would take more than 1 GiB.
    ///
    /// The default is 512: lower tiles cost more for what is painted around them, higher ones more memory in a wide
    /// region.
    public var tileHeight = 512
    /// Tiles that are painted at the same time, at most; each takes some 100 MB.
    ///
    /// The default is 4.
    public var tilesAtOnce = 4

    /// The default settings.
    public init() {}
  }

  private let source: any GoldenSource
  private let placement: PhasedMap
  private let settings: Settings
  private let cache: GoldenCache.Content?

  /// Bytes that two rows of tiles may take.
  private static let heldBytes = 1 << 30

  /// A golden of a layout seen through a map.
  ///
  /// - Parameters:
  ///   - source: what paints.
  ///   - toScan: layout µm to scan pixels; its move is taken to the nearest 2⁻²⁰ px.
  ///   - mesh: how the scan departs from that map. The default is not at all.
  ///   - settings: how regions are cut.
  ///   - cache: where tiles are kept. The default is not to keep any.
  public init(
    source: any GoldenSource, toScan: Affine, mesh: DisplacementMesh? = nil,
    settings: Settings = Settings(), cache: GoldenCache.Content? = nil
  ) {
    precondition(
      settings.tileWidth > 0 && settings.tileHeight > 0 && settings.tilesAtOnce > 0,
      "a tile has at least one pixel, and at least one is painted at a time")
    (self.source, self.settings, self.cache) = (source, settings, cache)
    placement = PhasedMap(toScan, mesh: mesh)
  }

  /// The golden of a region that is small enough to be held, without tiles and without the cache.
  ///
  /// - Parameter rect: scan pixels.
  public func picture(of rect: PixelRect) throws -> Picture {
    try paint(placement.frame(rect))
  }

  /// Paints a region from the top, the next row of tiles while the last is taken away.
  ///
  /// - Parameters:
  ///   - rect: scan pixels, not empty.
  ///   - progress: is told the share that is painted, 0…1, from any thread, one call at a time.
  ///   - sink: gets bands of whole rows from the top, one after the other, on the caller's thread.
  /// - Throws: what the source throws, or the sink.
  public func paint(
    _ rect: PixelRect, progress: @escaping @Sendable (Double) -> Void = { _ in },
    into sink: (Picture) throws -> Void
  ) throws {
    precondition(!rect.isEmpty, "an empty region has no golden")
    let rows = tiles(of: placement.frame(rect))
    let meter = Meter(total: rect.area, progress)
    var ahead: Ahead? = start(rows[0], meter)
    for next in 1...rows.count {
      guard let row = try ahead?.value() else { return }
      ahead = next < rows.count ? start(rows[next], meter) : nil
      do {
        try sink(row)
      } catch {
        meter.stop()
        _ = try? ahead?.value()
        throw error
      }
    }
  }

  // MARK: Tiles

  /// The tiles of a region of the frame, row by row; those at its border cut off by it.
  private func tiles(of rect: PixelRect) -> [[PixelRect]] {
    // Three channels of four bytes, two rows.
    let bytesPerRow = max(1, rect.width) * 24
    var height = settings.tileHeight
    while height > 1, height * bytesPerRow > GoldenSynthesis.heldBytes { height /= 2 }
    return cuts(rect.y..<rect.maxY, by: height).map { y in
      cuts(rect.x..<rect.maxX, by: settings.tileWidth).map { x in
        PixelRect(x: x.lowerBound, y: y.lowerBound, width: x.count, height: y.count)
      }
    }
  }

  /// A range cut at the multiples of a step.
  private func cuts(_ range: Range<Int>, by step: Int) -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let rest = start % step
      let end = min(range.upperBound, start + step - (rest < 0 ? rest + step : rest))
      cuts.append(start..<end)
      start = end
    }
    return cuts
  }

  private func start(_ tiles: [PixelRect], _ meter: Meter) -> Ahead {
    Ahead { try row(of: tiles, meter) }
  }

  /// Paints tiles that lie side by side, several at once.
  private func row(of tiles: [PixelRect], _ meter: Meter) throws -> Picture {
    let state = Mutex((next: 0, canvas: Canvas(tiles), failure: (any Error)?.none))
    inParallel(min(settings.tilesAtOnce, tiles.count)) { _ in
      while !meter.isStopped {
        let index = state.withLock { state in
          defer { state.next += 1 }
          return state.failure == nil && state.next < tiles.count ? state.next : nil
        }
        guard let index else { return }
        let painted = Result { try tile(tiles[index]) }
        state.withLock { state in
          switch painted {
          case .success(let picture): state.canvas.put(picture, at: tiles[index])
          case .failure(let error): state.failure = error
          }
        }
        meter.add(tiles[index].area)
      }
    }
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      // Nobody wants the rows of a stream that was stopped.
      if meter.isStopped { throw CancellationError() }
      return state.canvas.take()
    }
  }

  private func tile(_ rect: PixelRect) throws -> Picture {
    guard let cache else { return try paint(rect) }
    return try cache.picture(of: rect, placement) { try paint(rect) }
  }

  private func paint(_ rect: PixelRect) throws -> Picture {
    try source.pictureAlone(
      rect, toScan: placement.map, mesh: placement.mesh ?? .still(rect))
  }
}

/// A row of tiles that is being put together.
private struct Canvas {
  private let rect: PixelRect
  private var planes: [Plane] = []

  init(_ tiles: [PixelRect]) {
    rect = tiles.dropFirst().reduce(tiles[0]) { $0.union($1) }
  }

  mutating func put(_ picture: Picture, at tile: PixelRect) {
    precondition(
      picture.width == tile.width && picture.height == tile.height, "a tile has the size asked for")
    if planes.isEmpty {
      planes = picture.planes.map { _ in Plane(width: rect.width, height: rect.height) }
    }
    let x = tile.x - rect.x
    for (channel, plane) in picture.planes.enumerated() {
      planes[channel].withUnsafeMutableRows { target in
        plane.withUnsafeRows { source in
          for row in 0..<tile.height {
            (target.row(row) + x).update(from: source.row(row), count: tile.width)
          }
        }
      }
    }
  }

  /// The whole row; the canvas is empty then.
  mutating func take() -> Picture {
    defer { planes = [] }
    return Picture(planes: planes)
  }
}

/// How much is painted, and whether more is wanted.
private final class Meter: Sendable {
  private let total: Int
  private let progress: @Sendable (Double) -> Void
  private let state = Mutex((painted: 0, isStopped: false))

  init(total: Int, _ progress: @escaping @Sendable (Double) -> Void) {
    (self.total, self.progress) = (total, progress)
  }

  func add(_ pixels: Int) {
    state.withLock {
      $0.painted += pixels
      progress(Double($0.painted) / Double(total))
    }
  }

  func stop() { state.withLock { $0.isStopped = true } }

  var isStopped: Bool { state.withLock { $0.isStopped } }
}

/// A row that is painted on other threads until somebody asks for it.
private final class Ahead: Sendable {
  private let result = Mutex(Result<Picture, any Error>?.none)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ work: @escaping @Sendable () throws -> Picture) {
    DispatchQueue.global().async { [self] in
      let painted = Result { try work() }
      result.withLock { $0 = painted }
      isDone.signal()
    }
  }

  /// Waits for the row; to be asked for once.
  func value() throws -> Picture {
    isDone.wait()
    return try result.withLock { result in
      defer { result = nil }
      guard let result else { preconditionFailure("a row is asked for once") }
      return try result.get()
    }
  }
}
