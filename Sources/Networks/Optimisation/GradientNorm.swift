/// The length of the gradient of all parameters together, and its bound.
public enum GradientNorm {
  /// The root of the sum of all squares; not finite where a gradient is not.
  public static func norm(of gradients: [[Float]]) -> Double {
    gradients.reduce(0) { sum, gradient in
      sum + gradient.withUnsafeBufferPointer { sumOfSquares($0) }
    }.squareRoot()
  }

  /// The sum of the squares of one parameter's gradient, in a fixed order; their sum's root is the norm.
  public static func sumOfSquares(_ gradient: UnsafeBufferPointer<Float>) -> Double {
    guard let base = gradient.baseAddress else { return 0 }
    var lanes = SIMD8<Double>(repeating: 0)
    let whole = gradient.count & ~7
    for place in stride(from: 0, to: whole, by: 8) {
      let values = SIMD8<Double>(
        UnsafeRawPointer(base + place).loadUnaligned(as: SIMD8<Float>.self))
      lanes += values * values
    }
    var sum = lanes.sum()
    for place in whole..<gradient.count { sum += Double(base[place]) * Double(base[place]) }
    return sum
  }

  /// What gradients of a norm are multiplied with so that it becomes at most `greatest`; 1 where it is less.
  ///
  /// Source: Pascanu et al., "On the difficulty of training recurrent neural networks", ICML 2013.
  ///
  /// - Returns: above 0 and at most 1; nil for a norm that is not finite, whose step must be left out.
  public static func scale(for norm: Double, greatest: Double) -> Float? {
    norm.isFinite ? Float(min(1, greatest / (norm + 1e-6))) : nil
  }
}
