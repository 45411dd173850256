import Foundation
import Golden
import Raster
import TestSupport
import Testing

@Suite struct SymmetryChoiceTests {
  private let field = PixelRect(x: 0, y: 0, width: 400, height: 400)

  /// Squares and squares on their corners, anywhere in their pixels.
  private func stack() throws -> LayerStack {
    var random = Seeded(state: 41)
    let shapes = (0..<36).map { index -> [Point] in
      let x = Double(index % 6) * 64 + 40 + Double.random(in: -4...4, using: &random)
      let y = Double(index / 6) * 64 + 40 + Double.random(in: -4...4, using: &random)
      guard (index + index / 6) % 2 == 0 else {
        return rectangle(x: x - 18, y: y - 18, width: 36, height: 36)
      }
      return [(22.0, 0.0), (0, 22), (-22, 0), (0, -22)].map { Point(x: x + $0, y: y + $1) }
    }
    return try LayerStack(drawing: [shapes])
  }

  /// A photograph of the stack whose edges shine where they face a way.
  private func scan(_ stack: LayerStack, light: SIMD2<Float>, seed: UInt64) throws -> TrainingScan {
    let features = try LayerFeatures(
      stack, rect: field, toScan: upright(height: 400), mesh: .still(field))
    var random = Seeded(state: seed)
    let photograph = Plane(field) { x, y in
      let distance = features.planes[1][x, y]
      let facing = features.planes[2][x, y] * light.x + features.planes[3][x, y] * light.y
      let defect: Float = x > 100 && x < 130 && y > 100 && y < 108 ? 0.4 : 0
      return 0.4 + 0.2 / (1 + exp(-distance)) + facing * exp(-distance * distance / 6) + defect
        + 0.0002 * Float(x) + Float.random(in: -0.01...0.01, using: &random)
    }
    return TrainingScan(
      name: "\(seed)", die: "\(seed)", photograph: Picture(planes: [photograph]), field: field,
      area: field, toScan: upright(height: 400), mesh: .still(field), pixelSizeUm: 1)
  }

  private func found(_ light: SIMD2<Float>) throws -> [Symmetry] {
    let stack = try stack()
    let scans = try (1...2).map { try scan(stack, light: light, seed: $0) }
    return try SymmetryChoice.auto.symmetries(stack, scans, roundingUm: 0)
  }

  @Test func `light from above allows all eight`() throws {
    #expect(try found(SIMD2(0, 0)) == Symmetry.all)
  }

  @Test func `light from a side allows what keeps that side`() throws {
    #expect(
      try found(SIMD2(0.04, 0)).map(\.description) == ["as it is", "top and bottom exchanged"])
    #expect(
      try found(SIMD2(0, 0.04)).map(\.description) == ["as it is", "left and right exchanged"])
    #expect(
      try found(SIMD2(0.03, 0.03)).map(\.description) == [
        "as it is", "mirrored at the falling diagonal",
      ])
    #expect(try found(SIMD2(0.05, -0.02)) == [.identity])
  }

  @Test func `what shows no edge allows nothing`() throws {
    let stack = try LayerStack(drawing: [[rectangle(x: 900, y: 900, width: 5, height: 5)]])
    let scan = try scan(stack, light: SIMD2(0, 0), seed: 1)
    #expect(try SymmetryChoice.auto.symmetries(stack, [scan], roundingUm: 0) == [.identity])
    #expect(try SymmetryChoice.none.symmetries(stack, [scan], roundingUm: 0) == [.identity])
    #expect(try SymmetryChoice.all.symmetries(stack, [scan], roundingUm: 0) == Symmetry.all)
  }

  @Test func `a user is told`() {
    #expect(SymmetryChoice.none.sentence([.identity]) == "patches are not turned")
    #expect(SymmetryChoice.auto.sentence([.identity]).hasPrefix("patches are not turned: "))
    #expect(SymmetryChoice.all.sentence(Symmetry.all).hasSuffix("all eight ways"))
    var half = Symmetry.identity
    (half.mirrorsX, half.mirrorsY) = (true, true)
    #expect(
      SymmetryChoice.auto.sentence([.identity, half]) == "patches are also shown turned by 180°")
  }
}
