import CImageCodecs
import Foundation

/// A file that appears whole, under its name, or not at all.
///
/// It is written in the same folder without a name, so that a process that is killed leaves nothing behind, or where the system has no
/// such files under a hidden name; and then renamed.
final class OutputFile {
  let path: String
  let descriptor: Int32
  /// Bytes appended so far.
  private(set) var length = 0
  private let temporary: String
  /// Whether `temporary` is there.
  private var isNamed: Bool
  private var isPending = true

  init(path: String) throws {
    self.path = path
    let target = URL(filePath: path)
    let folder = target.deletingLastPathComponent()
    temporary =
      folder.appending(path: ".\(target.lastPathComponent).\(UUID().uuidString).tmp").path
    let unnamed = gd_open_unnamed(folder.path)
    isNamed = unnamed < 0
    descriptor =
      isNamed ? open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) : unnamed
    guard descriptor >= 0 else {
      let reason = errno
      isPending = false
      throw Self.failure(path, reason)
    }
  }

  // A codec may write until it is freed, so that the descriptor stays this file's till the end.
  deinit {
    abandon()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes bytes behind those that are there; where that fails, nothing is left behind.
  func append(_ bytes: some ContiguousBytes & Collection<UInt8>) throws {
    try bytes.withUnsafeBytes { try write($0, at: length) }
    length += bytes.count
  }

  /// Writes over the file's first bytes.
  func replaceStart(by bytes: [UInt8]) throws {
    precondition(bytes.count <= length, "only what is there is replaced")
    try bytes.withUnsafeBytes { try write($0, at: 0) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = errno
        abandon()
        throw Self.failure(path, reason)
      }
      done += count
    }
  }

  /// Makes the bytes durable and gives the file its name.
  func commit() throws {
    guard fsync(descriptor) == 0, takeHiddenName(), rename(temporary, path) == 0 else {
      let reason = errno
      abandon()
      throw Self.failure(path, reason)
    }
    isPending = false
  }

  private func takeHiddenName() -> Bool {
    if !isNamed { isNamed = gd_name_file(descriptor, temporary) == 1 }
    return isNamed
  }

  /// Removes what was written, unless it has its name.
  func abandon() {
    guard isPending else { return }
    isPending = false
    if isNamed { unlink(temporary) }
  }

  private static func failure(_ path: String, _ reason: Int32) -> ImageFileError {
    ImageFileError(
      code: .cannotWrite, path: path,
      detail: "cannot be written: \(String(cString: strerror(reason)).lowercased())")
  }

  /// The failure of a codec's writer.
  func failure(_ report: gd_report) -> ImageFileError {
    ImageFileError(
      code: .cannotWrite, path: path, detail: "cannot be written: \(report.words.lowercased())")
  }
}
