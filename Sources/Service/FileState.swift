import Foundation

/// What tells whether a file is still being written: all that `lstat` says cheaply.
struct FileState: Equatable, Sendable {
  enum Kind { case file, folder, link, other }

  let kind: Kind
  /// Bytes.
  let size: Int
  /// Time of the last change of the content, in nanoseconds.
  let time: Int

  /// The state of what lies at a place, links not followed; nil when nothing does.
  init?(_ url: URL) {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    size = Int(status.st_size)
    time = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}

/// A lock file that one process at a time can hold; the system lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
  private let file: URL
  private let descriptor: Int32

  init(_ file: URL) throws(ServiceError) {
    let inbox = file.deletingLastPathComponent().deletingLastPathComponent().path
    let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ServiceError(
        .unreadable, path: inbox, detail: "can't be written to: \(String(cString: strerror(errno)))"
      )
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw ServiceError(.busy, path: inbox, detail: "is being watched by another service")
    }
    (self.file, self.descriptor) = (file, descriptor)
  }

  deinit { close(descriptor) }

  /// Whether the file held is still the one at its place.
  var holds: Bool {
    var (held, present) = (stat(), stat())
    return fstat(descriptor, &held) == 0 && lstat(file.path, &present) == 0
      && held.st_ino == present.st_ino && held.st_dev == present.st_dev
  }
}
