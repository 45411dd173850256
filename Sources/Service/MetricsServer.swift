import Foundation
import Glibc
import Synchronization

/// Answers `GET /metrics` and `GET /health` on a loopback port, one caller at a time, and nothing else.
final class MetricsServer: Sendable {
  /// The port that is listened on.
  let port: UInt16
  private let listener: Int32
  private let isClosed = Mutex(false)

  /// Listens on 127.0.0.1.
  ///
  /// - Parameter port: 0 lets the system choose.
  /// - Throws: `ServiceError` when the port is taken.
  init(port: UInt16) throws(ServiceError) {
    func failure() -> ServiceError {
      ServiceError(
        .portTaken, path: "127.0.0.1:\(port)",
        detail: "can't be listened on: \(String(cString: strerror(errno)))")
    }
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard listener >= 0 else { throw failure() }
    var on: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let answer = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, size) == 0 && listen(listener, 8) == 0
          && getsockname(listener, pointer, &size) == 0
      }
    }
    guard answer else {
      let error = failure()
      Glibc.close(listener)
      throw error
    }
    (self.listener, self.port) = (listener, UInt16(bigEndian: address.sin_port))
  }

  /// Answers until closed; blocks its thread.
  func run(_ text: @Sendable () -> String) {
    while true {
      let caller = accept(listener, nil, nil)
      if isClosed.withLock({ $0 }) { break }
      guard caller >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        // Out of descriptors, most likely: it passes.
        Thread.sleep(forTimeInterval: 1)
        continue
      }
      _ = fcntl(caller, F_SETFD, FD_CLOEXEC)
      answer(caller, text)
      Glibc.close(caller)
    }
    Glibc.close(listener)
  }

  /// Ends `run`.
  func close() {
    isClosed.withLock { $0 = true }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func answer(_ caller: Int32, _ text: () -> String) {
    // A caller that says nothing must not keep others out.
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(caller, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(caller, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 2048)
    while request.count < 16_384, !request.contains(UInt8(ascii: "\n")) {
      let count = recv(caller, &buffer, buffer.count, 0)
      if count <= 0 { return }
      request += buffer[..<count]
    }
    let line = String(decoding: request.prefix { $0 != 13 && $0 != 10 }, as: UTF8.self)
    let words = line.split(separator: " ")
    let (status, body): (String, String) =
      if words.count < 2 || words[0] != "GET" {
        ("405 Method Not Allowed", "only GET\n")
      } else if words[1] == "/metrics" {
        ("200 OK", text())
      } else if words[1] == "/health" {
        ("200 OK", "ok\n")
      } else {
        ("404 Not Found", "only /metrics and /health\n")
      }
    let answer =
      "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    var rest = Array(answer.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(caller, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }
}
