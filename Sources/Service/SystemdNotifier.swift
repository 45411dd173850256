import Foundation

/// Tells systemd how the service is, by the protocol of sd_notify(3); does nothing where nobody asks.
public struct SystemdNotifier: Sendable {
  private let socketPath: String?
  /// Seconds between two signs of life; nil when none are asked for.
  let watchdogSeconds: Double?

  /// A notifier.
  ///
  /// - Parameters:
  ///   - socketPath: what the manager put into NOTIFY_SOCKET; nil or empty when it did not.
  ///   - watchdogMicroseconds: what it put into WATCHDOG_USEC.
  public init(socketPath: String?, watchdogMicroseconds: String? = nil) {
    self.socketPath = socketPath?.isEmpty == false ? socketPath : nil
    // Twice as often as is asked for, as sd_watchdog_enabled(3) advises.
    watchdogSeconds = watchdogMicroseconds.flatMap { Double($0) }.map { $0 / 2e6 }
  }

  /// Tells a state, such as `READY=1`.
  func tell(_ state: String) {
    guard let socketPath else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(socketPath.utf8)
    // A name in the abstract space begins with a zero.
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let message = Array(state.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        sendto(
          descriptor, message, message.count, Int32(MSG_NOSIGNAL), pointer, size)
      }
    }
  }
}
