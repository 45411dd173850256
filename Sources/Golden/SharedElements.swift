/// An array's elements, each written by one call of a parallel loop alone.
///
/// Sendable is right for that reason; it is valid inside the closure that got it.
struct SharedElements<Element>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>?

  init(_ buffer: UnsafeMutableBufferPointer<Element>) { base = buffer.baseAddress }

  init(reading buffer: UnsafeBufferPointer<Element>) {
    base = UnsafeMutablePointer(mutating: buffer.baseAddress)
  }

  /// Where an element and those after it lie.
  func pointer(_ index: Int) -> UnsafeMutablePointer<Element> {
    guard let base else { preconditionFailure("an empty array has no elements") }
    return base + index
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      guard let base else { preconditionFailure("an empty array has no elements") }
      return base[index]
    }
    @inline(__always) nonmutating set {
      guard let base else { preconditionFailure("an empty array has no elements") }
      base[index] = newValue
    }
  }
}
