import Matching
import Raster
import Testing

/// What a stain leaves around it in the fitted light is no finding.
@Suite struct LightShadowTests {
  private static let bounds = PixelRect(x: 0, y: 0, width: 400, height: 300)

  /// Findings of rectangles, each with its strength and its contrast in grey levels, which lie on one another.
  private func findings(_ parts: [(PixelRect, strength: Float, contrast: Float)]) -> [Finding] {
    var strength = Plane(width: Self.bounds.width, height: Self.bounds.height)
    var contrast = strength
    for (rect, score, difference) in parts {
      for y in rect.y..<rect.maxY {
        for x in rect.x..<rect.maxX {
          (strength[x, y], contrast[x, y]) = (difference < 0 ? -score : score, difference / 255)
        }
      }
    }
    var flagged = FlaggedPixels()
    let rules = FlaggedPixels.Rules(
      seed: 7, grow: 5, seedContrast: 0, growContrast: 0, leastAreaPx: 4, mergeDistancePx: 2)
    flagged.add(
      FlaggedPixels.Window(strength: strength, contrast: contrast, x: 0, y: 0),
      area: Self.bounds, rules: rules)
    return flagged.findings(rules: rules)
  }

  private func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRect {
    PixelRect(x: x, y: y, width: width, height: height)
  }

  /// 3600 pixels 6 grey levels brighter: they move the light by 0.84 at their middle, and by 0.5 64 pixels off.
  private var stain: (PixelRect, strength: Float, contrast: Float) {
    (rect(100, 100, 60, 60), 100, 6)
  }

  @Test func `a faint ring of the other sign about a stain, and a part of it, are its shadow`() {
    let ring = (rect(60, 60, 140, 140), strength: Float(9), contrast: Float(-0.5))
    let room = (rect(90, 90, 80, 80), strength: Float(0), contrast: Float(0))
    #expect(findings([ring, room, stain]).map(\.box) == [stain.0])
    let part = (rect(180, 110, 30, 30), strength: Float(9), contrast: Float(-0.5))
    #expect(findings([part, stain]).map(\.box) == [stain.0])
  }

  @Test func `beside a wide and strong one only what is faint is its shadow`() {
    let wide = (rect(20, 20, 200, 200), strength: Float(200), contrast: Float(90))
    for (contrast, isShown) in [(Float(-1.5), false), (-3, true)] {
      let other = (rect(230, 110, 30, 30), strength: Float(9), contrast: contrast)
      #expect(findings([other, wide]).contains { $0.box == other.0 } == isShown)
    }
  }

  @Test(arguments: [(180, 0.5, 9.0), (180, -3, 9), (330, -0.5, 9), (180, -0.5, 200)])
  func `what is of the same sign, plainer, far off or stronger is none`(
    x: Int, contrast: Double, strength: Double
  ) {
    let other = (rect(x, 110, 30, 30), strength: Float(strength), contrast: Float(contrast))
    #expect(Set(findings([other, stain]).map(\.box)) == [other.0, stain.0])
  }
}
