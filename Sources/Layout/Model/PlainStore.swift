import Foundation

/// A list of plain values that grows in place where the system can move pages instead of bytes.
///
/// Sendable is right: it is changed only while one owner fills it, and only read after. For the same reason its
/// properties need no watch over overlapping access.
final class PlainStore<Element: BitwiseCopyable>: @unchecked Sendable {
  @exclusivity(unchecked) private var memory: UnsafeMutablePointer<Element>?
  @exclusivity(unchecked) private var capacity = 0
  @exclusivity(unchecked) private(set) var count = 0

  deinit { free(memory) }

  /// Adds so many values, which the caller is to write.
  @inline(__always)
  func extend(by more: Int) -> UnsafeMutablePointer<Element> {
    if count &+ more > capacity { grow(to: count + more) }
    defer { count &+= more }
    return memory.unsafelyUnwrapped + count
  }

  @inline(__always)
  func append(_ element: Element) { extend(by: 1).pointee = element }

  /// Keeps only the first values.
  @inline(__always)
  func cut(to count: Int) { self.count = count }

  @inline(never)
  private func grow(to needed: Int) {
    capacity = max(needed, capacity + capacity / 2, 64)
    guard let grown = realloc(memory, MemoryLayout<Element>.stride * capacity) else {
      fatalError("out of memory")
    }
    memory = grown.assumingMemoryBound(to: Element.self)
  }

  /// The first value, good until more are added.
  ///
  /// There must be one.
  @inline(__always)
  var start: UnsafeMutablePointer<Element> { memory.unsafelyUnwrapped }

  /// All values, to be changed in place.
  var all: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: memory, count: count)
  }

  /// Some of the values.
  @inline(__always)
  func part(from first: Int, count: Int) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: memory.unsafelyUnwrapped + first, count: count)
  }
}
