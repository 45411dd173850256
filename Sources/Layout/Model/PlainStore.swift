import Foundation

/// A list of coordinates that grows in place where the system can move pages instead of bytes.
///
/// Sendable is right: it is changed only while its one owner reads a file, and only read after.
final class CoordinateStore: @unchecked Sendable {
  private var memory: UnsafeMutablePointer<Int32>?
  private var capacity = 0
  private(set) var count = 0

  deinit { free(memory) }

  /// Adds so many coordinates, which the caller is to write.
  @inline(__always)
  func extend(by more: Int) -> UnsafeMutablePointer<Int32> {
    if count + more > capacity { grow(to: count + more) }
    defer { count += more }
    return memory.unsafelyUnwrapped + count
  }

  private func grow(to needed: Int) {
    capacity = max(needed, capacity + capacity / 2, 64)
    guard let grown = realloc(memory, 4 * capacity) else { fatalError("out of memory") }
    memory = grown.assumingMemoryBound(to: Int32.self)
  }

  /// Some of the coordinates.
  @inline(__always)
  func part(from first: Int, count: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: memory.unsafelyUnwrapped + first, count: count)
  }
}
