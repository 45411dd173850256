import Foundation
import Glibc

/// The few calls to the file system that need an exact answer when they fail.
enum FileSystem {
  /// Writes a whole file, replacing what is there.
  static func write(_ data: Data, to path: String) throws(ReportError) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure(errno, path, "the file can't be created") }
    let answer = data.withUnsafeBytes { bytes -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = rest.dropFirst(written)
      }
      return 0
    }
    // A full network disk may say so only here.
    let closing = close(file) == 0 ? 0 : errno
    let code = answer != 0 ? answer : closing
    guard code == 0 else { throw failure(code, path, "the file can't be written") }
  }

  /// Waits until a folder with all that is in it would outlast a power cut.
  static func settle(_ folder: String) throws(ReportError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names {
      let place = (folder as NSString).appendingPathComponent(name)
      var status = stat()
      guard lstat(place, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try settle(place)
      case S_IFREG: try sync(place)
      default: continue
      }
    }
    try sync(folder)
  }

  /// Waits until a file's content, or the names in a folder, would outlast a power cut.
  static func sync(_ path: String) throws(ReportError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(errno, path, "can't be opened to be made safe") }
    defer { close(file) }
    // Some file systems can't do it for folders, and say so.
    guard fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw failure(errno, path, "can't be made safe on the disk")
    }
  }

  /// Gives a file or folder another name on the same file system; a file there is replaced, a folder only when empty.
  static func move(_ old: String, to new: String) throws(ReportError) {
    guard rename(old, new) == 0 else {
      throw failure(errno, new, "\(old) can't be moved here")
    }
  }

  /// Swaps two existing files or folders in one step; false where the system can't.
  ///
  /// The C library's header hides `renameat2` from Swift, so it is looked up by name, with the signature of
  /// renameat2(2); 2 is RENAME_EXCHANGE.
  static func exchange(_ one: String, _ other: String) -> Bool {
    typealias RenameAt2 =
      @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    return unsafeBitCast(symbol, to: RenameAt2.self)(AT_FDCWD, one, AT_FDCWD, other, 2) == 0
  }

  /// What tells a file from the one that was at its place before: inode, size, and time of the last change in nanoseconds;
  /// nil where there is no file.
  static func stamp(_ path: String) -> [Int]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let time = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    return [Int(status.st_ino), Int(status.st_size), time]
  }

  /// Makes one folder whose parent exists.
  static func makeFolder(_ path: String) throws(ReportError) {
    guard mkdir(path, 0o755) == 0 else { throw failure(errno, path, "the folder can't be made") }
  }

  /// The path of the folder that holds a file or folder; empty where the path is a name alone.
  ///
  /// Foundation's own ends the program at names of one letter.
  static func parent(of path: String) -> String {
    var parts = path.split(separator: "/")
    if !parts.isEmpty { parts.removeLast() }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// Makes a folder and all above it, where they are missing.
  static func makeFolders(_ path: String) throws(ReportError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return
    }
    let parent = parent(of: path)
    if !parent.isEmpty, parent != path { try makeFolders(parent) }
    if mkdir(path, 0o755) == 0 {
      return try sync(parent.isEmpty ? "." : parent)
    }
    let code = errno
    // Another worker may have made it in between.
    if code == EEXIST, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    {
      return
    }
    throw failure(code, path, "the folder can't be made")
  }

  private static func failure(_ code: Int32, _ path: String, _ what: String) -> ReportError {
    let kind: ReportError.Code =
      switch code {
      case ENOENT: .noSuchFile
      case ENOSPC, EDQUOT: .diskFull
      case EACCES, EPERM, EROFS, ENOTDIR, EEXIST, EISDIR: .notWritable
      default: .fileSystem
      }
    return ReportError(kind, path: path, "\(what): \(String(cString: strerror(code)))")
  }
}
