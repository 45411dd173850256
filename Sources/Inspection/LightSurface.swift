internal import Raster

/// How the light of one photograph lies over another of the same thing: brighter by a share that varies over the field as a
/// polynomial of second degree, and by a constant, plane by plane.
///
/// It is taken out before the light of each material is fitted nearby: that knows only one side at a border, and each photograph
/// of a set has its borders elsewhere.
struct LightSurface {
  /// For each plane the factors of 1, x, y, x², xy, y² times the brightness, and of 1; x and y are −1…1 over the field.
  private let factors: [[Double]]
  private let field: PixelRect

  /// Pixels between those that are looked at, along each axis.
  private static let step = 7
  /// What differs by more after the first round is no light, brightness 0…1.
  private static let clip = 0.04
  private static let rounds = 3

  /// The light of a photograph over another.
  ///
  /// - Parameters:
  ///   - shown: the photograph.
  ///   - other: the other, of the same size.
  ///   - area: the pixels that both show.
  init(of shown: Picture, over other: Picture, in area: PixelRect) {
    field = other.bounds
    factors = zip(shown.planes, other.planes).map { shown, other in
      var factors = [Double](repeating: 0, count: 7)
      for round in 0..<Self.rounds {
        var matrix = [Double](repeating: 0, count: 49)
        var right = [Double](repeating: 0, count: 7)
        for y in stride(from: area.y, to: area.maxY, by: Self.step) {
          for x in stride(from: area.x + y % 3, to: area.maxX, by: Self.step) {
            let value = Double(other[x, y])
            let difference = Double(shown[x, y]) - value
            let terms = Self.terms(x, y, value, in: other.bounds)
            let left = difference - zip(terms, factors).reduce(0) { $0 + $1.0 * $1.1 }
            if round > 0, abs(left) > Self.clip { continue }
            for row in 0..<7 {
              right[row] += terms[row] * difference
              for column in 0...row { matrix[row * 7 + column] += terms[row] * terms[column] }
            }
          }
        }
        factors = Self.solution(matrix, right)
      }
      return factors
    }
  }

  /// The other photograph in the light of the first.
  func callAsFunction(_ other: Picture) -> Picture {
    var result = other
    for plane in result.planes.indices {
      let factors = factors[plane]
      var lit = result.planes[plane]
      for y in 0..<lit.height {
        for x in 0..<lit.width {
          let value = Double(lit[x, y])
          let terms = Self.place(x, y, in: field)
          let share =
            factors[0] + factors[1] * terms.x + factors[2] * terms.y
            + factors[3] * terms.x * terms.x + factors[4] * terms.x * terms.y
            + factors[5] * terms.y * terms.y
          lit[x, y] = Float(value * (1 + share) + factors[6])
        }
      }
      result.planes[plane] = lit
    }
    return result
  }

  private static func place(_ x: Int, _ y: Int, in field: PixelRect) -> Point {
    Point(
      x: 2 * (Double(x) + 0.5) / Double(field.width) - 1,
      y: 2 * (Double(y) + 0.5) / Double(field.height) - 1)
  }

  private static func terms(_ x: Int, _ y: Int, _ value: Double, in field: PixelRect) -> [Double] {
    let place = place(x, y, in: field)
    let (u, v) = (place.x, place.y)
    return [value, value * u, value * v, value * u * u, value * u * v, value * v * v, 1]
  }

  /// Solves a system of seven that leans a little towards 0.
  private static func solution(_ matrix: [Double], _ right: [Double]) -> [Double] {
    let count = right.count
    let lean = 1e-6 * (0..<count).reduce(1e-9) { max($0, matrix[$1 * count + $1]) }
    var matrix = matrix
    for row in 0..<count { matrix[row * count + row] += lean }
    return SymmetricSystem.solution(matrix, right, least: lean)
  }
}
