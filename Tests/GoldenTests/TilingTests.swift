import Foundation
import Golden
import Layout
import Raster
import TestSupport
import Testing

/// A tile is the same part of the whole, byte for byte.
@Suite struct TilingTests {
  /// More than the field on all sides, its corner on no multiple of anything.
  private let whole = PixelRect(x: -37, y: -23, width: 431, height: 347)
  private let field = PixelRect(x: 0, y: 0, width: 360, height: 300)
  private let tiles = [
    PixelRect(x: -37, y: -23, width: 1, height: 1), PixelRect(x: -31, y: 5, width: 33, height: 17),
    PixelRect(x: 101, y: 67, width: 130, height: 99),
    PixelRect(x: 2, y: 251, width: 257, height: 3),
    PixelRect(x: 393, y: 323, width: 1, height: 1),
  ]

  private func stack() throws -> LayerStack {
    var random = Seeded(state: 21)
    func polygons(_ count: Int) -> [[Point]] {
      (0..<count).flatMap { _ -> [[Point]] in
        let x = Double.random(in: -80...420, using: &random)
        let y = Double.random(in: -80...360, using: &random)
        let box = rectangle(
          x: x, y: y, width: .random(in: 5...80, using: &random),
          height: .random(in: 5...80, using: &random))
        return [box, [box[0], Point(x: x + 50, y: y - 13), Point(x: x - 9, y: y - 37)]]
      }
    }
    return try LayerStack(drawing: [polygons(30), polygons(12)])
  }

  private func mesh(isStill: Bool) -> DisplacementMesh {
    if isStill { return .still(field) }
    var random = Seeded(state: 22)
    return DisplacementMesh(
      field: field, columns: 6, rows: 5,
      nodes: (0..<30).map { _ in
        Point(x: .random(in: -3...3, using: &random), y: .random(in: -3...3, using: &random))
      })
  }

  private let toScan = Affine(a: 0.98, b: 0.011, tx: 3.3, c: 0.012, d: -0.983, ty: 290.7)

  private func expect(_ tile: GoldenRegion, partOf golden: GoldenRegion, _ rect: PixelRect) {
    let part = PixelRect(
      x: rect.x - whole.x, y: rect.y - whole.y, width: rect.width, height: rect.height)
    #expect(tile.picture == golden.picture.crop(part), "picture of \(rect)")
    #expect(tile.materials == golden.materials.crop(part), "materials of \(rect)")
    #expect(tile.edgeDistance == golden.edgeDistance.crop(part), "edge distance of \(rect)")
    #expect(tile.looseness == golden.looseness.crop(part), "looseness of \(rect)")
  }

  @Test(arguments: [true, false], [0, 4.5])
  func `a painted tile is part of the whole`(isStill: Bool, rounding: Double) throws {
    let (stack, mesh) = (try stack(), mesh(isStill: isStill))
    let region = try StackRegion(
      stack, rect: field, toScan: toScan, mesh: mesh, rounding: rounding)
    var random = Seeded(state: 23)
    let photograph = Picture(planes: [
      Plane(field) { x, y in
        0.2 + 0.15 * Float(region.materials[x, y])
          + 0.1 * exp(-region.edgeDistance[x, y] / 4) + 0.0003 * Float(x)
          + Float.random(in: -0.02...0.02, using: &random)
      }
    ])
    let lesson = TrainingSet.Lesson(photograph: photograph, stack: region, area: field)
    var table = GoldenTable(learning: [lesson], rounding: rounding)
    table.learnShading([lesson])
    let source = TableGolden(stack: stack, table: table)
    let golden = try source.region(whole, toScan: toScan, mesh: mesh)
    for tile in tiles {
      expect(try source.region(tile, toScan: toScan, mesh: mesh), partOf: golden, tile)
    }
    #expect(rounding == 0 || golden.looseness.samples.contains { $0 > 0 })
  }

  @Test func `a tile far along a wide scan is part of the whole`() throws {
    // Far from a picture's corner single precision is coarser than near a tile's.
    var random = Seeded(state: 27)
    let stack = try LayerStack(drawing: [
      (0..<6000).map { _ in
        rectangle(
          x: .random(in: 0...6500, using: &random), y: .random(in: -50...150, using: &random),
          width: .random(in: 3...20, using: &random), height: .random(in: 3...8, using: &random))
      }
    ])
    let whole = PixelRect(x: 0, y: 0, width: 6000, height: 100)
    let mesh = DisplacementMesh(
      field: whole, columns: 40, rows: 1,
      nodes: (0..<40).map { _ in
        Point(x: .random(in: -2...2, using: &random), y: .random(in: -2...2, using: &random))
      })
    let toScan = Affine(a: 0.98, b: 0.011, tx: 3.3, c: -0.001, d: -0.983, ty: 90.7)
    let golden = try StackRegion(stack, rect: whole, toScan: toScan, mesh: mesh, rounding: 0)
    for tile in stride(from: 3001, to: 5900, by: 500).map({
      PixelRect(x: $0, y: 1, width: 499, height: 97)
    }) {
      let part = try StackRegion(stack, rect: tile, toScan: toScan, mesh: mesh, rounding: 0)
      #expect(part.materials == golden.materials.crop(tile))
      #expect(part.edgeDistance == golden.edgeDistance.crop(tile))
    }
  }

  @Test(arguments: [true, false])
  func `a tile painted by trees is part of the whole`(isStill: Bool) throws {
    let (stack, mesh) = (try stack(), mesh(isStill: isStill))
    var random = Seeded(state: 28)
    let photograph = Plane(field) { x, y in
      0.3 + 0.1 * Float((x / 7 + y / 5) % 3) + Float.random(in: -0.1...0.1, using: &random)
    }
    let scan = TrainingScan(
      name: "a", die: "a", photograph: Picture(planes: [photograph]), field: field, area: field,
      toScan: toScan, mesh: mesh, pixelSizeUm: 1)
    var settings = TreeSettings()
    (settings.trees, settings.pixelsPerTree) = (5, 20_000)
    let source = try TreeGolden(learning: stack, from: [scan], settings: settings)
    let golden = try source.region(whole, toScan: toScan, mesh: mesh)
    for tile in tiles {
      expect(try source.region(tile, toScan: toScan, mesh: mesh), partOf: golden, tile)
    }
    #expect(Set(golden.picture.planes[0].samples).count > 1000)
  }

  @Test(arguments: [0, 4.5])
  func `the features of a tile are part of those of the whole`(rounding: Double) throws {
    let (stack, mesh) = (try stack(), mesh(isStill: false))
    func features(_ rect: PixelRect) throws -> LayerFeatures {
      try LayerFeatures(stack, rect: rect, toScan: toScan, mesh: mesh, rounding: rounding)
    }
    let all = try features(whole)
    for tile in tiles {
      let part = PixelRect(
        x: tile.x - whole.x, y: tile.y - whole.y, width: tile.width, height: tile.height)
      for (name, (found, plane)) in zip(all.names, zip(try features(tile).planes, all.planes)) {
        #expect(found == plane.crop(part), "\(name) of \(tile)")
      }
    }
  }

  @Test(arguments: [true, false])
  func `a tile of a supplied picture is part of the whole`(isStill: Bool) throws {
    var random = Seeded(state: 24)
    let picture = Plane(field) { _, _ in Float.random(in: 0...1, using: &random) }
    let source = SuppliedGolden(picture: Picture(planes: [picture.smoothed(sigma: 3)]))
    let toScan = Affine(a: 1.003, b: 0.011, tx: 3.3, c: -0.012, d: 0.997, ty: -5.1)
    let golden = try source.region(whole, toScan: toScan, mesh: mesh(isStill: isStill))
    for tile in tiles {
      expect(
        try source.region(tile, toScan: toScan, mesh: mesh(isStill: isStill)), partOf: golden, tile)
    }
  }

  @Test func `a supplied picture that lies straight is the golden`() throws {
    var random = Seeded(state: 25)
    let planes = (0..<3).map { _ in
      Plane(field) { _, _ in Float.random(in: 0...1, using: &random) }
    }
    let source = SuppliedGolden(picture: Picture(planes: planes))
    let golden = try source.region(field, toScan: .identity, mesh: .still(field))
    #expect(golden.picture == source.picture)
    let rect = PixelRect(x: 11, y: 7, width: 29, height: 31)
    let moved = try source.region(rect, toScan: .translation(x: 4, y: -3), mesh: .still(field))
    let part = PixelRect(x: 7, y: 10, width: 29, height: 31)
    #expect(moved.picture == source.picture.crop(part))
  }

  @Test func `a supplied picture shows what lies inside it where a mesh has put it`() {
    let source = SuppliedGolden(picture: Picture(planes: [Plane(width: 60, height: 50)]))
    let rect = PixelRect(x: 0, y: 0, width: 60, height: 50)
    let straight = source.shown(in: rect, toScan: .identity, mesh: .still(rect))
    #expect(straight == PixelRect(x: 2, y: 2, width: 56, height: 46))
    let mesh = DisplacementMesh(
      field: rect, columns: 2, rows: 1, nodes: [Point(x: 3, y: 0), Point(x: 0, y: -2)])
    let moved = source.shown(in: rect, toScan: .translation(x: 1, y: 0), mesh: mesh)
    // Pixel 6 shows what lies at 1.65, pixel 7 what lies at 2.75; pixel 57 what lies at 57.75, pixel 58 at 58.85.
    #expect(moved.x == 7 && moved.maxX == 58)
    #expect(moved.y == 2 && moved.maxY < 48 && moved.maxY > 43)
    let outside = source.shown(in: rect, toScan: .translation(x: 90, y: 0), mesh: .still(rect))
    #expect(outside.isEmpty)
  }

  @Test func `the golden learnt from a photograph is like the photograph`() throws {
    let stack = try stack()
    let region = try StackRegion(
      stack, rect: field, toScan: toScan, mesh: .still(field), rounding: 0)
    let clean = Plane(field) { x, y in 0.2 + 0.15 * Float(region.materials[x, y]) }
    var random = Seeded(state: 26)
    let photograph = Picture(planes: [
      clean.map { $0 + Float.random(in: -0.02...0.02, using: &random) }
    ])
    let golden = try TableGolden(
      learning: stack, photograph: photograph, field: field, area: field, toScan: toScan,
      mesh: .still(field)
    ).region(field, toScan: toScan, mesh: .still(field))
    let wrong = zip(golden.picture.planes[0].samples, clean.samples).count { abs($0 - $1) > 0.02 }
    #expect(Double(wrong) < 0.01 * Double(field.area))
  }
}
