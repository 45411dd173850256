import Foundation
import Golden
import Layout
import Raster
import TestSupport
import Testing

@Suite struct LayerFeaturesTests {
  private let rect = PixelRect(x: 0, y: 0, width: 120, height: 90)

  private func features(_ layers: [[[Point]]], _ rect: PixelRect) throws -> [String: Plane] {
    let features = try LayerFeatures(
      LayerStack(drawing: layers), rect: rect, toScan: upright(height: 90), mesh: .still(rect))
    #expect(features.planes.count == LayerFeatures.count(layers: layers.count))
    return Dictionary(uniqueKeysWithValues: zip(features.names, features.planes))
  }

  @Test func `a straight edge is found to a fraction of a pixel, and which way it faces`() throws {
    // The layer's right border runs at 50.3.
    let found = try features([[rectangle(x: -300, y: -300, width: 350.3, height: 700)]], rect)
    let distance = try #require(found["layer 1: distance"])
    let outward = try #require(found["layer 1: outward x"])
    for x in 0..<120 {
      let expected = min(max(50.3 - (Float(x) + 0.5), -32), 32)
      #expect(abs(distance[x, 40] - expected) < 0.002, "column \(x)")
      let isNear = abs(expected) < 31
      if isNear { #expect(abs(outward[x, 40] - 1) < 1e-5, "column \(x)") }
      if abs(expected) == 32 { #expect(outward[x, 40] == 0) }
    }
    #expect(try #require(found["layer 1: coverage"])[50, 40] == 0.30078125)
    #expect(try #require(found["log2 pixel size"])[3, 3] == 0)
  }

  @Test(arguments: [0.2, 0.7, 1.1])
  func `slanted edges are found to a fifth of a pixel`(angle: Double) throws {
    let (c, s) = (cos(angle), sin(angle))
    func corner(_ along: Double, _ across: Double) -> Point {
      Point(x: 60 + along * c - across * s, y: 45 + along * s + across * c)
    }
    // A half plane in effect; layout y is up, and pixel rows count down from 90.
    let found = try features(
      [[[corner(-500, 0), corner(500, 0), corner(500, 900), corner(-500, 900)]]], rect)
    let distance = try #require(found["layer 1: distance"])
    let across = try #require(found["layer 1: outward x"])
    let down = try #require(found["layer 1: outward y"])
    for y in 0..<90 {
      for x in 0..<120 {
        let place = Point(x: Double(x) + 0.5 - 60, y: 90 - Double(y) - 0.5 - 45)
        let expected = -place.x * s + place.y * c
        guard abs(expected) < 30 else { continue }
        #expect(abs(Double(distance[x, y]) - expected) < 0.2)
        // Outside lies along (s, −c) in the layout, (s, c) on the picture.
        let slack = abs(expected) < 3 ? 0.35 : 0.2
        #expect(abs(Double(across[x, y]) - s) < slack && abs(Double(down[x, y]) - c) < slack)
      }
    }
  }

  @Test func `distances agree with a search over all pixels`() throws {
    var random = Seeded(state: 31)
    let shapes = (0..<12).map { _ in
      rectangle(
        x: Double(Int.random(in: -10...110, using: &random)),
        y: Double(Int.random(in: -10...80, using: &random)),
        width: Double(Int.random(in: 1...25, using: &random)),
        height: Double(Int.random(in: 1...25, using: &random)))
    }
    let wide = rect.expanded(by: 40)
    let inside = try #require(try features([shapes], wide)["layer 1: coverage"])
    let distance = try #require(try features([shapes], rect)["layer 1: distance"])
    for y in stride(from: 0, to: 90, by: 3) {
      for x in stride(from: 0, to: 120, by: 3) {
        // All edges lie between pixels: to the nearest other pixel's square, as a corner is reached.
        let own = inside[x + 40, y + 40]
        var least = 32.0
        for dy in -33...33 {
          for dx in -33...33 where inside[x + 40 + dx, y + 40 + dy] != own {
            let (u, v) = (max(0, abs(Double(dx)) - 0.5), max(0, abs(Double(dy)) - 0.5))
            least = min(least, (u * u + v * v).squareRoot())
          }
        }
        let expected = own > 0.5 ? least : -least
        // Round a corner, edges of single pixels do not say exactly where it is.
        #expect(abs(Double(distance[x, y]) - expected) < 0.75, "\(x), \(y)")
      }
    }
  }

  @Test func `densities are the shares of a wide window`() throws {
    let found = try features([[rectangle(x: -900, y: -900, width: 960, height: 1900)]], rect)
    // On the edge of a half plane half of any window is covered; beyond it, by the normal distribution.
    for scale in [4.0, 16] {
      let density = try #require(found["layer 1: density \(Int(scale))"])
      for x in stride(from: 40, to: 80, by: 5) {
        let z = (60 - (Double(x) + 0.5)) / scale
        #expect(abs(Double(density[x, 45]) - 0.5 * erfc(-z / 2.0.squareRoot())) < 0.01)
      }
    }
  }
}
