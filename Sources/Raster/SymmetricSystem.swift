/// Systems of linear equations with a symmetric positive definite matrix.
public enum SymmetricSystem {
  /// Solves a system by Cholesky's factorisation.
  ///
  /// - Parameters:
  ///   - matrix: n × n, row-major; of it the diagonal and what lies below are used.
  ///   - right: n numbers.
  ///   - least: the least square of a pivot, above 0: a matrix that is not quite definite is taken for one that is.
  public static func solution(
    _ matrix: [Double], _ right: [Double], least: Double = 1e-12
  ) -> [Double] {
    let count = right.count
    precondition(matrix.count == count * count, "a system has a row for each number")
    var (lower, result) = (matrix, right)
    for row in 0..<count {
      for column in 0...row {
        var sum = lower[row * count + column]
        for k in 0..<column { sum -= lower[row * count + k] * lower[column * count + k] }
        lower[row * count + column] =
          row == column ? max(sum, least).squareRoot() : sum / lower[column * count + column]
      }
    }
    for row in 0..<count {
      for k in 0..<row { result[row] -= lower[row * count + k] * result[k] }
      result[row] /= lower[row * count + row]
    }
    for row in (0..<count).reversed() {
      for k in row + 1..<count { result[row] -= lower[k * count + row] * result[k] }
      result[row] /= lower[row * count + row]
    }
    return result
  }
}
