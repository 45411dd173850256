import Foundation

/// A regular file open for reading; closed with the last reference.
final class WeightsFile {
  private let descriptor: Int32
  private let path: String
  /// Bytes when it was opened.
  let size: Int

  init(path: String) throws(NetworkError) {
    self.path = path
    // Without O_NONBLOCK opening a pipe would wait for somebody to write to it.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno
      throw reason == ENOENT || reason == ENOTDIR
        ? NetworkError(.noSuchFile, path: path, "no such file")
        : NetworkError(.cannotRead, path: path, "cannot be read: \(systemWords(reason))")
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    size = Int(status.st_size)
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = isKnown && status.st_mode & S_IFMT == S_IFDIR
      throw NetworkError(
        .cannotRead, path: path, isFolder ? "is a folder" : "is not a regular file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next `count` bytes; fewer are an error, since the file was longer when it was opened.
  func read(_ count: Int) throws(NetworkError) -> [UInt8] {
    var reason: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      while done < count {
        let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + done }, count - done)
        if got == 0 { break }
        if got > 0 {
          done += got
        } else if errno != EINTR {
          reason = errno
          break
        }
      }
    }
    if reason != 0 {
      throw NetworkError(.cannotRead, path: path, "cannot be read: \(systemWords(reason))")
    }
    guard bytes.count == count else {
      throw NetworkError(.truncated, path: path, "became shorter while it was read")
    }
    return bytes
  }
}

/// The system's words for an error number, to stand inside a sentence.
func systemWords(_ reason: Int32) -> String { String(cString: strerror(reason)).lowercased() }
