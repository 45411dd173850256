internal import Foundation
internal import Raster

/// What a term needs to know at one scale, of all channels: how much weight there is.
struct TermScale {
  /// 1 / the weights' sum, 0 where there is none.
  let norm: Double
  /// The same for the pairs along columns; of `gradient` only.
  var columnNorm = 0.0
  /// The weight at this scale.
  var weight: Plane?
  /// The exponent of MS-SSIM, before the exponents are made to sum to 1.
  var exponent = 1.0

  /// From the finest scale to the coarsest, as in "Multiscale structural similarity", 2003.
  static let exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  /// The 11 taps of a Gaussian of σ 1.5, the middle one first, that sum to 1.
  static let taps: [Float] = {
    let values = (0...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = values[0] + 2 * values.dropFirst().reduce(0, +)
    return values.map { Float($0 / sum) }
  }()

  fileprivate static func inverse(_ sum: Double) -> Double { sum > 0 ? 1 / sum : 0 }
}

extension Objective.Term {
  /// The scales on which this term looks at pictures of a size, the picture's own first.
  func scales(of bounds: PixelRect, weight: Plane?) -> [TermScale] {
    let (width, height) = (bounds.width, bounds.height)
    let all = (0..<height, 0..<width)
    switch self {
    case .ssim, .msSsim:
      let least = Objective.leastSidePx
      precondition(
        min(width, height) >= least, "SSIM needs pictures of at least \(least) × \(least) px")
      var scales: [TermScale] = []
      var (bounds, weight) = (bounds, weight)
      while min(bounds.width, bounds.height) >= least,
        scales.count < (self == .ssim ? 1 : TermScale.exponents.count)
      {
        let margin = least / 2
        let sum =
          weight?.sum(
            rows: margin..<bounds.height - margin, columns: margin..<bounds.width - margin)
          ?? Double((bounds.width - 2 * margin) * (bounds.height - 2 * margin))
        scales.append(
          TermScale(
            norm: TermScale.inverse(sum), weight: weight,
            exponent: TermScale.exponents[scales.count]))
        weight = weight?.halved
        bounds = PixelRect(x: 0, y: 0, width: bounds.width / 2, height: bounds.height / 2)
      }
      return scales
    case .gradient:
      let along =
        weight?.pairSum(rows: all.0, columns: 0..<width - 1, step: 1)
        ?? Double((width - 1) * height)
      let down =
        weight?.pairSum(rows: 0..<height - 1, columns: all.1, step: width)
        ?? Double(width * (height - 1))
      return [
        TermScale(norm: TermScale.inverse(along), columnNorm: TermScale.inverse(down))
      ]
    case .l1, .l2, .charbonnier, .features, .adversarial, .adversarialHinge:
      let sum = weight?.sum(rows: all.0, columns: all.1) ?? Double(width * height)
      return [TermScale(norm: TermScale.inverse(sum))]
    }
  }
}

extension Plane {
  /// The mean of about every 61st sample.
  var roughMean: Float {
    let places = stride(from: 0, to: samples.count, by: 61)
    return places.reduce(0) { $0 + samples[$1] } / Float((samples.count + 60) / 61)
  }

  fileprivate func sum(rows: Range<Int>, columns: Range<Int>) -> Double {
    self.withUnsafeRows { source in
      rows.reduce(0) { total, y in
        let row = source.row(y)
        var sum: Float = 0
        for x in columns { sum += row[x] }
        return total + Double(sum)
      }
    }
  }

  /// The sum of the products of samples with those `step` further on.
  fileprivate func pairSum(rows: Range<Int>, columns: Range<Int>, step: Int) -> Double {
    self.withUnsafeRows { source in
      rows.reduce(0) { total, y in
        let row = source.row(y)
        var sum: Float = 0
        for x in columns { sum += row[x] * row[x + step] }
        return total + Double(sum)
      }
    }
  }
}
