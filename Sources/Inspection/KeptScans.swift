internal import Foundation

/// What was made of the scans asked for last, so that a scan's neighbours are not made again for the next one.
///
/// `@unchecked Sendable`: what is kept is only touched under the lock.
final class KeptScans<Content: Sendable>: @unchecked Sendable {
  /// Scans that are kept beyond the neighbours of one.
  private static var spare: Int { 2 }

  private let lock = NSCondition()
  /// Those that some thread is making.
  private var making: Set<String> = []
  private var contents: [String: Content?] = [:]
  /// From the one used longest ago.
  private var order: [String] = []
  private let most: Int

  /// - Parameter neighbours: how many are asked for one scan.
  init(neighbours: Int) { most = neighbours + Self.spare }

  /// What was kept under a name, or is made now; nil for a scan that is of no use.
  ///
  /// What another thread is making is waited for.
  func content(_ name: String, _ make: () throws -> Content?) rethrows -> Content? {
    let kept: Content?? = lock.withLock {
      while making.contains(name) { lock.wait() }
      guard let kept = contents[name] else {
        making.insert(name)
        return nil
      }
      order.removeAll { $0 == name }
      order.append(name)
      return kept
    }
    if let kept { return kept }
    defer {
      lock.withLock {
        making.remove(name)
        lock.broadcast()
      }
    }
    let made = try make()
    keep(made, as: name)
    return made
  }

  /// Keeps something under a name.
  func keep(_ content: Content?, as name: String) {
    lock.withLock {
      contents.updateValue(content, forKey: name)
      order.removeAll { $0 == name }
      order.append(name)
      while order.count > most { contents.removeValue(forKey: order.removeFirst()) }
    }
  }
}
