import Foundation
import Raster
import Testing

@Suite struct EdgeFieldTests {
  private func random(_ width: Int, _ height: Int, seed: UInt64) -> EdgeField {
    var field = EdgeField(ofCoverage: [Plane(width: width, height: height)], sigma: 0)
    field.re = randomPlane(width, height, seed: seed)
    field.im = randomPlane(width, height, seed: seed + 100)
    return field
  }

  @Test(arguments: [(0, 0), (3, 0), (-2, 5), (0, -7), (11, 4), (-40, 2)])
  func `the correlation is the sum over pixels with a partner`(dx: Int, dy: Int) {
    let (a, b) = (random(37, 21, seed: 1), random(33, 25, seed: 2))
    let rect = PixelRect(x: 2, y: -3, width: 30, height: 40)
    var expected = 0.0
    for y in 0..<21 where y >= rect.y && y < rect.maxY {
      for x in 0..<37 where x >= rect.x && x < rect.maxX {
        guard x + dx >= 0, x + dx < 33, y + dy >= 0, y + dy < 25 else { continue }
        expected += Double(a.re[x, y] * b.re[x + dx, y + dy])
        expected += Double(a.im[x, y] * b.im[x + dx, y + dy])
      }
    }
    let found = EdgeField.correlation(a, b, in: rect, dx: dx, dy: dy)
    #expect(abs(found - expected) <= 1e-4 * max(1, expected))
  }

  @Test(arguments: [0, 1, 3, 6, 30])
  func `several shifts at once are each shift by itself`(radius: Int) {
    let (a, b, side) = (random(67, 45, seed: 3), random(63, 49, seed: 4), 2 * radius + 1)
    for rect in [a.re.bounds, PixelRect(x: 10, y: 2, width: 43, height: 17)] {
      let told = EdgeField.correlations(a, b, in: rect, radius: radius)
      #expect(told.count == side * side)
      for (index, sum) in told.enumerated() {
        let alone = EdgeField.correlation(
          a, b, in: rect, dx: index % side - radius, dy: index / side - radius)
        #expect(abs(Double(sum) - alone) <= 1e-4 * max(1, abs(alone)))
      }
    }
  }

  @Test func `the energy is the sum of squares`() {
    let field = random(17, 9, seed: 5)
    let squares = (field.re.samples + field.im.samples).map { Double($0 * $0) }.reduce(0, +)
    #expect(abs(field.energy - squares) < 1e-3)
  }

  @Test(arguments: [0.0, 30, 45, 90, 120])
  func `an edge turned by an angle points to twice the angle`(degrees: Double) {
    let angle = degrees * .pi / 180
    let step = Plane(width: 41, height: 41).byPixel { x, y in
      let along = cos(angle) * Double(x - 20) + sin(angle) * Double(y - 20)
      return Float(min(max(0.5 + along / 6, 0), 1))
    }
    let field = EdgeField(ofCoverage: [step], sigma: 1)
    let found = atan2(Double(field.im[20, 20]), Double(field.re[20, 20]))
    #expect(abs(cos(found - 2 * angle) - 1) < 1e-3)
    // The other polarity is the same edge.
    let other = EdgeField(ofCoverage: [step.map { 1 - $0 }], sigma: 1)
    #expect(other.re.distance(to: field.re) < 1e-4 && other.im.distance(to: field.im) < 1e-4)
  }

  @Test func `noise outweighs no edge, and flat light has none`() {
    #expect(
      EdgeField(ofPhotograph: Plane(width: 40, height: 40, filling: 0.4), sigma: 1).energy == 0)
    let noise = randomPlane(200, 200)
    let edge = noise.byPixel { x, y in 0.01 * noise[x, y] + (x < 100 ? 0 : 0.5) }
    let field = EdgeField(ofPhotograph: edge, sigma: 1)
    let share = field.energy(in: PixelRect(x: 95, y: 0, width: 10, height: 200)) / field.energy
    #expect(share > 0.5)
  }
}
