import Foundation

/// A regular file open for reading by position; closed with the last reference.
final class InputFile {
  let path: String
  let descriptor: Int32
  /// Bytes when it was opened.
  let size: Int

  init(path: String) throws {
    self.path = path
    // Without O_NONBLOCK opening a pipe would wait for somebody to write to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno
      throw reason == ENOENT || reason == ENOTDIR
        ? ImageFileError(code: .noSuchFile, path: path, detail: "no such file")
        : ImageFileError(code: .cannotRead, path: path, detail: Self.sentence(reason))
    }
    self.descriptor = descriptor
    var status = stat()
    let known = fstat(descriptor, &status) == 0
    size = Int(status.st_size)
    guard known, status.st_mode & S_IFMT == S_IFREG else {
      let folder = known && status.st_mode & S_IFMT == S_IFDIR
      throw ImageFileError(
        code: .cannotRead, path: path, detail: folder ? "is a folder" : "is not a regular file")
    }
  }

  deinit { close(descriptor) }

  /// Fills the buffer from `offset` on and returns how many bytes there were.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw ImageFileError(
          code: .cannotRead, path: path, detail: Self.sentence(errno), offset: offset + done)
      }
    }
    return done
  }

  /// Up to `count` bytes from `offset` on.
  func read(at offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
    return Array(bytes.prefix(got))
  }

  private static func sentence(_ reason: Int32) -> String {
    "cannot be read: \(String(cString: strerror(reason)).lowercased())"
  }
}
