import Foundation

/// The bytes of a file: held where it is small, mapped where it is large.
///
/// A mapped file that somebody cuts while it is read ends the process; a held one can't.
final class LayoutFile {
  private static let largestHeld = 64 << 20
  /// Pages are let go in steps of this, so that reading a large file does not fill the memory with it.
  private static let step = 32 << 20

  let bytes: UnsafeRawBufferPointer
  private let memory: UnsafeMutableRawPointer
  private let isMapped: Bool
  private var released = 0

  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? LayoutError(.noSuchFile, "there is no such file") : Self.failure()
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw LayoutError(
        .unreadable,
        "this is \(isFolder ? "a folder" : "no regular file"); a layout file is expected")
    }
    let size = Int(status.st_size)
    isMapped = size > Self.largestHeld
    if isMapped {
      let map = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let map, map != MAP_FAILED else { throw Self.failure() }
      memory = map
      madvise(map, size, Int32(MADV_SEQUENTIAL))
      bytes = UnsafeRawBufferPointer(start: map, count: size)
    } else {
      memory = .allocate(byteCount: max(size, 1), alignment: 16)
      var done = 0
      while done < size {
        let count = pread(descriptor, memory + done, size - done, off_t(done))
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
          memory.deallocate()
          throw Self.failure()
        }
        if count == 0 { break }
        done += count
      }
      bytes = UnsafeRawBufferPointer(start: memory, count: done)
    }
  }

  deinit {
    if isMapped { munmap(memory, bytes.count) } else { memory.deallocate() }
  }

  /// Lets go of the pages before an offset, which the file gives back should they be needed again.
  func release(upTo offset: Int) {
    guard isMapped, offset - released >= Self.step else { return }
    let end = offset / Self.step * Self.step
    madvise(memory + released, end - released, Int32(MADV_DONTNEED))
    released = end
  }

  private static func failure() -> LayoutError {
    LayoutError(.unreadable, "the file can't be opened: \(String(cString: strerror(errno)))")
  }
}
