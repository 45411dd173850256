/// What `body` gives for 0..<count, worked out on all cores, in the order of the numbers.
///
/// - Throws: what the first call in that order threw that did; all calls are made all the same.
public func resultsInParallel<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
  let slots = Slots<Value>(count: count)
  inParallel(count) { index in slots.values[index] = Result { try body(index) } }
  return try slots.values.compactMap { $0 }.map { try $0.get() }
}

/// Where the calls leave their results.
///
/// `@unchecked Sendable`: each call writes another element, and they are read when all have returned.
private final class Slots<Value>: @unchecked Sendable {
  let values: UnsafeMutableBufferPointer<Result<Value, any Error>?>

  init(count: Int) {
    values = .allocate(capacity: count)
    values.initialize(repeating: nil)
  }

  deinit {
    values.deinitialize()
    values.deallocate()
  }
}
