/// A tensor as it stands in a file: a name, a shape and the values.
public struct NamedTensor: Sendable, Equatable {
  /// What it is found by.
  public let name: String
  /// The length of each axis, slowest first; empty for a single value.
  public let shape: [Int]
  /// The values, row-major.
  public let values: [Float]

  /// A tensor of a shape; `values` holds as many as the product of its axes.
  public init(name: String, shape: [Int], values: [Float]) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
      "a tensor holds as many values as the product of its axes")
    (self.name, self.shape, self.values) = (name, shape, values)
  }

  /// Whether all values are the same, bit by bit, of the same name and shape.
  public static func == (left: NamedTensor, right: NamedTensor) -> Bool {
    left.name == right.name && left.shape == right.shape
      && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }

  /// Refuses values that are infinite or not a number.
  ///
  /// - Parameter path: the file to name in the error, where there is one.
  /// - Throws: `NetworkError.Code.notFinite`, naming the tensor and the row-major index of the first such value.
  public func requireFinite(path: String? = nil) throws(NetworkError) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    let value = values[index].isNaN ? "not a number" : "infinite"
    throw NetworkError(
      .notFinite, path: path, "value \(index) of tensor '\(name)' is \(value)")
  }

  /// Refuses any other shape.
  ///
  /// - Throws: `NetworkError.Code.wrongShape`, naming the tensor and both shapes.
  public func requireShape(_ expected: [Int], path: String? = nil) throws(NetworkError) {
    guard shape != expected else { return }
    throw NetworkError(
      .wrongShape, path: path,
      "tensor '\(name)' has the shape \(shape), where \(expected) is needed")
  }
}
