import Foundation

/// Files that appear whole, under their name, or not at all.
package enum AtomicFile {
  /// Writes bytes to a descriptor as `write(2)` does; tests hand in one that fails.
  package typealias Write = (Int32, UnsafeRawPointer, Int) -> Int

  /// Writes the parts one after the other into a hidden file beside the place, makes it durable and gives it its name.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; what was at the path stays as it was, and nothing lies beside it.
  package static func write(
    _ parts: [[UInt8]], to path: String, using write: Write = { Foundation.write($0, $1, $2) }
  ) throws(NetworkError) {
    let target = URL(filePath: path)
    let folder = target.deletingLastPathComponent()
    let temporary =
      folder.appending(path: ".\(target.lastPathComponent).\(UUID().uuidString).tmp").path
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var reason: Int32 = 0
    for part in parts where reason == 0 {
      reason = append(part, to: descriptor, using: write)
    }
    if reason == 0, fsync(descriptor) != 0 { reason = errno }
    if close(descriptor) != 0, reason == 0 { reason = errno }
    if reason == 0, rename(temporary, path) != 0 { reason = errno }
    guard reason == 0 else {
      unlink(temporary)
      throw failure(path, reason)
    }
    // The name is durable once its folder is; a file system that can't do so is no failure.
    let holder = open(folder.path, O_RDONLY | O_CLOEXEC)
    if holder >= 0 {
      fsync(holder)
      close(holder)
    }
  }

  /// 0, or the error number that stopped it.
  private static func append(_ part: [UInt8], to descriptor: Int32, using write: Write) -> Int32 {
    part.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      var done = 0
      while done < bytes.count {
        let count = write(descriptor, base + done, bytes.count - done)
        if count > 0 {
          done += count
        } else if count == 0 {
          return ENOSPC
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  private static func failure(_ path: String, _ reason: Int32) -> NetworkError {
    NetworkError(.cannotWrite, path: path, "cannot be written: \(systemWords(reason))")
  }
}
