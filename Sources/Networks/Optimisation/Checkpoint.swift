/// Training state on its way into a safetensors file; those of several parts are put together.
public struct Checkpoint: Sendable, Equatable {
  /// Values, written as `float32`.
  public var tensors: [NamedTensor]
  /// Counts and settings.
  public var metadata: [String: String]

  /// Some state.
  public init(tensors: [NamedTensor] = [], metadata: [String: String] = [:]) {
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  /// Both states; they share no names.
  public static func + (left: Checkpoint, right: Checkpoint) -> Checkpoint {
    Checkpoint(
      tensors: left.tensors + right.tensors,
      metadata: left.metadata.merging(right.metadata) { _, _ in
        preconditionFailure("parts of a checkpoint share no names")
      })
  }

  /// Writes a file that appears whole, in place of the one before, or not at all.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`.
  public func write(to path: String) throws(NetworkError) {
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }
}

extension Safetensors {
  /// A whole number of 0 or more from the metadata.
  ///
  /// - Throws: `NetworkError`: `missingTensor`, or `damaged` when it is something else.
  public func count(_ key: String) throws(NetworkError) -> Int {
    let text = try text(key)
    guard let count = Int(text), count >= 0 else {
      throw NetworkError(.damaged, path: path, "'\(key)' of the metadata is no count: '\(text)'")
    }
    return count
  }
}
