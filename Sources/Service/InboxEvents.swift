import Foundation

/// Wakes a waiting thread when something happens in an inbox, or when told to.
///
/// Events are a hint only: remote writers on NFS and SMB raise none, so that the inbox is looked at from time to time too.
final class InboxEvents: Sendable {
  private let events: Int32
  /// A pipe: what is written to its second end wakes whoever waits at the first.
  private let alarm, bell: Int32

  init() {
    events = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "a process has descriptors to spare when it starts")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (alarm, bell) = (ends[0], ends[1])
  }

  deinit {
    close(events)
    close(alarm)
    close(bell)
  }

  /// Listens to an inbox and the folders below it, as far as the system lets; to be called again as folders come.
  func watch(_ inbox: URL, depth: Int) {
    guard events >= 0 else { return }
    let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW)
    // Watching what is watched already changes nothing.
    inotify_add_watch(events, inbox.path, mask & ~UInt32(IN_DONT_FOLLOW))
    func descend(_ folder: URL, _ depth: Int, _ left: inout Int) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in names where !name.hasPrefix(".") && left > 0 {
        let place = folder.appending(path: name)
        guard FileState(place)?.kind == .folder else { continue }
        left -= 1
        inotify_add_watch(events, place.path, mask)
        if depth > 1 { descend(place, depth - 1, &left) }
      }
    }
    var left = 1024
    let names = (try? FileManager.default.contentsOfDirectory(atPath: inbox.path)) ?? []
    for name in names where !["processed", "failed"].contains(name) && !name.hasPrefix(".") {
      let place = inbox.appending(path: name)
      guard depth > 0, left > 0, FileState(place)?.kind == .folder else { continue }
      inotify_add_watch(events, place.path, mask)
      if depth > 1 { descend(place, depth - 1, &left) }
    }
  }

  /// Waits for an event, an alarm or the time.
  ///
  /// - Returns: whether something happened in the inbox.
  func wait(seconds: Double) -> Bool {
    var descriptors = [
      pollfd(fd: alarm, events: Int16(POLLIN), revents: 0),
      pollfd(fd: events, events: Int16(POLLIN), revents: 0),
    ]
    let milliseconds = Int32(min(max(0, (seconds * 1000).rounded(.up)), 60_000))
    guard poll(&descriptors, UInt(events >= 0 ? 2 : 1), milliseconds) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 8192)
    if descriptors[0].revents != 0 { while read(alarm, &buffer, buffer.count) > 0 {} }
    guard descriptors[1].revents != 0 else { return false }
    while read(events, &buffer, buffer.count) > 0 {}
    return true
  }

  /// Wakes whoever waits.
  func wake() {
    var byte: UInt8 = 1
    _ = write(bell, &byte, 1)
  }
}
