import Foundation
import Golden
import Raster
import TestSupport
import Testing

@Suite struct SynthesisTests {
  private static let toScan = Affine(a: 0.98, b: 0.011, tx: 3.3, c: 0.012, d: -0.983, ty: 290.7)
  private static let region = PixelRect(x: -37, y: -23, width: 231, height: 147)

  private static func stack() throws -> LayerStack {
    var random = Seeded(state: 41)
    return try LayerStack(drawing: [
      (0..<60).map { _ in
        rectangle(
          x: .random(in: -80...320, using: &random), y: .random(in: 0...420, using: &random),
          width: .random(in: 5...60, using: &random), height: .random(in: 5...60, using: &random))
      }
    ])
  }

  private func synthesis(
    _ source: any GoldenSource, _ toScan: Affine = toScan, tile: (Int, Int) = (64, 32),
    cache: GoldenCache.Content? = nil
  ) -> GoldenSynthesis {
    var settings = GoldenSynthesis.Settings()
    (settings.tileWidth, settings.tileHeight) = tile
    return GoldenSynthesis(source: source, toScan: toScan, settings: settings, cache: cache)
  }

  private func streamed(
    _ synthesis: GoldenSynthesis, _ rect: PixelRect = region
  ) throws -> (picture: Picture, bands: [Int]) {
    var bands: [Picture] = []
    try synthesis.paint(rect) { bands.append($0) }
    let planes = bands[0].planes.indices.map { channel in
      Plane(
        width: rect.width, height: bands.reduce(0) { $0 + $1.height },
        samples: bands.flatMap { $0.planes[channel].samples })
    }
    return (Picture(planes: planes), bands.map(\.height))
  }

  @Test(arguments: [(64, 32), (7, 11), (2048, 512)])
  func `what is streamed is the same as each part alone`(tile: (Int, Int)) throws {
    let stack = try Self.stack()
    let source = TableGolden(stack: stack, table: GoldenTable(nominalFor: 1))
    let synthesis = synthesis(source, tile: tile)
    let (picture, bands) = try streamed(synthesis)
    #expect(try picture == synthesis.picture(of: Self.region))
    #expect(bands.reduce(0, +) == Self.region.height && bands.allSatisfy { $0 <= tile.1 })
    #expect(Set(picture.planes[0].samples).count > 1)
    for (x, y) in [(-37, -23), (0, 0), (41, 77), (180, 110)] {
      let part = PixelRect(x: x, y: y, width: 13, height: 9)
      let local = PixelRect(x: x + 37, y: y + 23, width: 13, height: 9)
      #expect(try synthesis.picture(of: part) == picture.crop(local))
    }
  }

  @Test func `the picture alone is that of the region`() throws {
    let source = TableGolden(stack: try Self.stack(), table: GoldenTable(nominalFor: 1))
    let still = DisplacementMesh.still(Self.region)
    let region = try source.region(Self.region, toScan: Self.toScan, mesh: still)
    #expect(
      try source.picture(Self.region, toScan: Self.toScan, mesh: still) == region.picture)
  }

  @Test func `a golden moved by whole pixels is the same, whatever the source`() throws {
    let mesh = DisplacementMesh(
      field: Self.region, columns: 2, rows: 1, nodes: [Point(x: 0.5, y: 0), Point(x: 1, y: -1)])
    let here = GoldenSynthesis(source: GridSource(), toScan: Self.toScan, mesh: mesh)
    let move = Affine.translation(x: -1003, y: 17)
    let movedField = PixelRect(x: -37 - 1003, y: -23 + 17, width: 231, height: 147)
    let there = GoldenSynthesis(
      source: GridSource(), toScan: Self.toScan.then(move),
      mesh: DisplacementMesh(field: movedField, columns: 2, rows: 1, nodes: mesh.nodes))
    #expect(try here.picture(of: Self.region) == there.picture(of: movedField))
  }

  @Test func `a failure of the source or of the sink ends the stream`() throws {
    struct Full: Error {}
    // Rows are counted from the layout's origin.
    let failing = synthesis(GridSource(failsBelow: -250), tile: (16, 16))
    var rows = 0
    #expect(throws: Full.self) {
      try synthesis(GridSource()).paint(Self.region) { _ in throw Full() }
    }
    #expect(throws: GridSource.Failure.self) {
      try failing.paint(Self.region) { rows += $0.height }
    }
    #expect(rows < Self.region.height)
  }

  @Test func `progress rises to the whole`() throws {
    let shares = Shares()
    try synthesis(GridSource()).paint(Self.region, progress: { shares.add($0) }, into: { _ in })
    #expect(shares.all == shares.all.sorted() && shares.all.last == 1)
    #expect(shares.all.count > 10 && Set(shares.all).count == shares.all.count)
  }

  // MARK: Cache

  @Test func `a die at the same part of a pixel is not painted again`() throws {
    try withTemporaryFolder { folder in
      let cache = try GoldenCache(folder: folder.appending(path: "tiles"), limitBytes: 1 << 24)
      let source = GridSource()
      let content = GoldenCache.Content(cache, identity: "one")
      let first = try streamed(synthesis(source, cache: content)).picture
      let painted = cache.counts.misses
      #expect(painted > 0 && cache.counts.hits == 0)
      #expect(try first == synthesis(source).picture(of: Self.region))
      // By whole pixels elsewhere, up to how a sum is rounded.
      let move = Affine.translation(x: 0.1 + 0.2 + 999.7, y: -40)
      let moved = synthesis(source, Self.toScan.then(move), cache: content)
      let there = PixelRect(
        x: Self.region.x + 1000, y: Self.region.y - 40, width: 231, height: 147)
      #expect(try streamed(moved, there).picture == first)
      #expect(cache.counts.misses == painted && cache.counts.hits == painted)
      // Part of a pixel, a turn, another mesh or another golden are others.
      var turned = Self.toScan
      turned.b += 1e-9
      let mesh = DisplacementMesh(
        field: Self.region, columns: 1, rows: 1, nodes: [Point(x: 0.25, y: 0)])
      for other in [
        synthesis(source, Self.toScan.then(.translation(x: 0.25, y: 0)), cache: content),
        synthesis(source, turned, cache: content),
        synthesis(source, cache: GoldenCache.Content(cache, identity: "two")),
        GoldenSynthesis(source: source, toScan: Self.toScan, mesh: mesh, cache: content),
      ] {
        let misses = cache.counts.misses
        _ = try streamed(other)
        #expect(cache.counts.misses > misses && cache.counts.hits == painted)
      }
    }
  }

  @Test func `a damaged entry is painted again`() throws {
    try withTemporaryFolder { folder in
      let cache = try GoldenCache(folder: folder, limitBytes: 1 << 24)
      let content = GoldenCache.Content(cache, identity: "one")
      let synthesis = synthesis(GridSource(), cache: content)
      let first = try streamed(synthesis).picture
      let files = try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil
      ).sorted { $0.path < $1.path }
      try #require(files.count > 6)
      for (number, file) in files.enumerated() {
        var bytes = try Data(contentsOf: file)
        switch number % 5 {
        case 0: bytes[bytes.count - 3] ^= 1
        case 1: bytes[number % 84] ^= 0x10
        case 2: bytes = bytes.prefix(bytes.count / 2)
        case 3: bytes = Data()
        // Another tile's entry under this name.
        default: bytes = try Data(contentsOf: files[0])
        }
        try bytes.write(to: file)
      }
      let (hits, misses) = cache.counts
      #expect(try streamed(synthesis).picture == first)
      #expect(cache.counts.hits == hits && cache.counts.misses == 2 * misses)
      #expect(try streamed(synthesis).picture == first)
      #expect(cache.counts.hits == misses)
    }
  }

  @Test func `the least recently used entries make room`() throws {
    try withTemporaryFolder { folder in
      // A tile of 16 × 16 takes 1108 bytes.
      let cache = try GoldenCache(folder: folder, limitBytes: 10 * 1108)
      let content = GoldenCache.Content(cache, identity: "one")
      let synthesis = synthesis(
        GridSource(), .identity, tile: (16, 16), cache: content)
      try Data("mine".utf8).write(to: folder.appending(path: "notes.txt"))
      func paint(_ tile: Int) throws {
        _ = try streamed(synthesis, PixelRect(x: 16 * tile, y: 0, width: 16, height: 16))
        // Times of change are told apart.
        usleep(12_000)
      }
      for tile in 0..<8 { try paint(tile) }
      try paint(0)
      for tile in 8..<12 { try paint(tile) }
      let hits = cache.counts.hits
      try paint(0)
      #expect(cache.counts.hits == hits + 1, "used again, it stays")
      try paint(1)
      #expect(cache.counts.hits == hits + 1, "the oldest has gone")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.count <= 11 && names.contains("notes.txt"))
    }
  }

  // MARK: Another pixel size

  @Test(arguments: [0.37, 1.0, 1.4, 2.0, 2.6, 7.3])
  func `a picture resampled in bands is the one resampled whole`(ratio: Double) throws {
    var random = Seeded(state: 43)
    let (width, height) = (1900, 301)
    let planes = (0..<3).map { _ in
      Plane(
        width: width, height: height,
        samples: (0..<width * height).map { _ in Float.random(in: 0...1, using: &random) })
    }
    let target = PixelRect(
      x: 0, y: 0, width: Int((Double(width) / ratio).rounded(.up)),
      height: Int((Double(height) / ratio).rounded(.up)))
    let factor = max(1, Int(ratio.rounded()))
    let scale = ratio / Double(factor)
    let whole = Picture(planes: planes).mapPlanes {
      $0.reduced(by: factor).resampled(rect: target, toSource: .scale(x: scale, y: scale))
    }
    for step in [1, 64, 301] {
      var resampler = RowResampler(
        width: width, height: height, ratio: ratio, newWidth: target.width,
        newHeight: target.height)
      var samples: [Float] = []
      for y in stride(from: 0, to: height, by: step) {
        let rows = PixelRect(x: 0, y: y, width: width, height: min(step, height - y))
        try resampler.take(Picture(planes: planes).crop(rows)) { samples += $0.planes[1].samples }
      }
      #expect(samples == whole.planes[1].samples, "in bands of \(step)")
    }
  }
}

/// A source that a tile's own frame shows in: each pixel is where it lies in the layout, and in a grid of 8 pixels.
private struct GridSource: GoldenSource {
  struct Failure: Error {}
  var failsBelow = Int.max

  func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    if rect.maxY > failsBelow { throw Failure() }
    let toLayout = toScan.inverse
    let plane = Plane(rect) { x, y in
      let (x, y) = (x + rect.x, y + rect.y)
      let place = Point(x: Double(x), y: Double(y))
      let moved = mesh(place)
      let point = toLayout(Point(x: place.x - moved.x, y: place.y - moved.y))
      return Float(point.x + 1000 * point.y) + Float(x & 7) * 0.125 + Float(y & 7)
    }
    return GoldenRegion(
      picture: Picture(planes: [plane]),
      materials: Labels(
        width: rect.width, height: rect.height, values: [UInt16](repeating: 0, count: rect.area)),
      edgeDistance: plane, looseness: plane, edgesAreDrawn: false)
  }
}

private final class Shares: @unchecked Sendable {
  private let lock = NSLock()
  private var shares: [Double] = []

  func add(_ share: Double) { lock.withLock { shares.append(share) } }
  var all: [Double] { lock.withLock { shares } }
}
