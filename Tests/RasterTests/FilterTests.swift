import Foundation
import Raster
import TestSupport
import Testing

@Suite struct FilterTests {
  @Test(arguments: oddSizes, [0.6, 1.7])
  func `smoothing is a Gaussian window of the pixels around`(size: (Int, Int), sigma: Double) {
    let plane = randomPlane(size.0, size.1)
    let radius = Int((3 * sigma).rounded(.up))
    let window = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = window.reduce(0, +)
    let twin = plane.byPixel { x, y in
      var value = 0.0
      for dy in -radius...radius {
        for dx in -radius...radius {
          value +=
            window[dx + radius] * window[dy + radius] * Double(plane.clamped(x + dx, y + dy))
        }
      }
      return Float(value / (sum * sum))
    }
    #expect(plane.smoothed(sigma: sigma).distance(to: twin) < 1e-5)
    #expect(plane.smoothed(sigma: 0) == plane)
  }

  @Test(arguments: oddSizes, [1, 2, 3, 5])
  func `a reduction takes the mean of whole blocks`(size: (Int, Int), factor: Int) {
    let plane = randomPlane(size.0, size.1)
    let twin = Plane(width: size.0 / factor, height: size.1 / factor).byPixel { x, y in
      var sum: Float = 0
      for j in 0..<factor { for i in 0..<factor { sum += plane[x * factor + i, y * factor + j] } }
      return sum / Float(factor * factor)
    }
    #expect(plane.reduced(by: factor).distance(to: twin) < 1e-6)
  }

  @Test(arguments: oddSizes, [0, 1, 4])
  func `extremes are the least and greatest around`(size: (Int, Int), radius: Int) {
    let plane = randomPlane(size.0, size.1)
    func around(_ x: Int, _ y: Int) -> [Float] {
      (-radius...radius).flatMap { dy in
        (-radius...radius).map { dx in plane.clamped(x + dx, y + dy) }
      }
    }
    let (low, high) = plane.extremes(radius: radius)
    #expect(low == plane.byPixel { around($0, $1).min() ?? 0 })
    #expect(high == plane.byPixel { around($0, $1).max() ?? 0 })
  }

  @Test(arguments: oddSizes)
  func `the gradient is a central difference, none at the border`(size: (Int, Int)) {
    let plane = randomPlane(size.0, size.1)
    let twin = plane.byPixel { x, y in
      guard x > 0, y > 0, x + 1 < size.0, y + 1 < size.1 else { return 0 }
      return hypot(plane[x + 1, y] - plane[x - 1, y], plane[x, y + 1] - plane[x, y - 1]) / 2
    }
    #expect(plane.gradientMagnitude().distance(to: twin) < 1e-6)
  }

  @Test func `a crop holds the pixels of its rectangle`() {
    let plane = randomPlane(17, 9)
    let part = plane.crop(PixelRect(x: 3, y: 2, width: 5, height: 7))
    #expect(part == Plane(width: 5, height: 7).byPixel { plane[$0 + 3, $1 + 2] })
  }
}

@Suite struct QuantileTests {
  @Test(arguments: [1, 2, 17, 1000], [0, 0.1, 0.5, 0.83, 1])
  func `a quantile is what sorting finds`(count: Int, share: Double) {
    var random = Seeded(state: UInt64(count))
    // Few different values, so that many are equal.
    let values = (0..<count).map { _ in Float(Int.random(in: 0...40, using: &random)) }
    var shuffled = values
    let rank = Int((share * Double(count - 1)).rounded())
    #expect(shuffled.takeQuantile(share) == values.sorted()[rank])
    #expect(shuffled.sorted() == values.sorted())
  }

  @Test func `the scale of a few values is worked by hand`() {
    let (median, sigma) = ([1, 2, 3, 4, 100] as [Float]).robustCenterAndScale()
    #expect(median == 3 && sigma == 1.4826)
    var empty: [Float] = []
    #expect(empty.takeQuantile(0.5) == 0)
  }
}
