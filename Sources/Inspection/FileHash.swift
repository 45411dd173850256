import Crypto
public import Foundation

/// Names files by their content.
public enum FileHash {
  /// Bytes read at a time.
  static let chunk = 1 << 20

  /// The SHA-256 of a file's content, 64 lower-case hexadecimal digits.
  ///
  /// The file is read 1 MiB at a time, so memory does not depend on its size.
  ///
  /// - Throws: `RecipeError` with code `noSuchFile` or `unreadable`.
  public static func sha256(_ file: URL) throws -> String {
    let handle = try openForReading(file)
    defer { try? handle.close() }
    var hash = SHA256()
    do {
      while let data = try handle.read(upToCount: chunk), !data.isEmpty { hash.update(data: data) }
    } catch {
      throw RecipeError(.unreadable, path: file.path, detail: "reading failed: \(cause(of: error))")
    }
    return hexadecimal(hash.finalize())
  }

  /// The SHA-256 of bytes in memory, 64 lower-case hexadecimal digits.
  public static func sha256(of data: Data) -> String { hexadecimal(SHA256.hash(data: data)) }

  private static func hexadecimal(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The whole content of a file that must be small.
///
/// - Throws: `RecipeError` with code `noSuchFile`, or `unreadable` also when it is longer than `limit` bytes.
func contentsOfSmallFile(_ file: URL, limit: Int) throws -> Data {
  let handle = try openForReading(file)
  defer { try? handle.close() }
  var data = Data()
  do {
    while data.count <= limit, let more = try handle.read(upToCount: limit + 1 - data.count),
      !more.isEmpty
    {
      data.append(more)
    }
  } catch {
    throw RecipeError(.unreadable, path: file.path, detail: "reading failed: \(cause(of: error))")
  }
  guard data.count <= limit else {
    throw RecipeError(
      .unreadable, path: file.path,
      detail: "longer than \(limit >> 20) MiB, which no file of this kind is")
  }
  return data
}

/// Refuses a path with nothing, or a folder, at its end; `mention` goes before the sentence.
func requireFile(_ file: URL, mention: String = "", path: String? = nil, line: Int? = nil) throws {
  var isFolder: ObjCBool = false
  let path = path ?? file.path
  guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
    throw RecipeError(.noSuchFile, path: path, line: line, detail: mention + "no such file")
  }
  guard !isFolder.boolValue else {
    throw RecipeError(
      .unreadable, path: path, line: line, detail: mention + "is a folder, not a file")
  }
}

private func openForReading(_ file: URL) throws -> FileHandle {
  try requireFile(file)
  do {
    return try FileHandle(forReadingFrom: file)
  } catch {
    throw RecipeError(.unreadable, path: file.path, detail: "can't be opened: \(cause(of: error))")
  }
}

/// The operating system's own words for an error, where it has any.
private func cause(of error: any Error) -> String {
  let error = error as NSError
  if let posix = error.userInfo[NSUnderlyingErrorKey] as? NSError { return cause(of: posix) }
  guard error.domain == NSPOSIXErrorDomain, let words = strerror(Int32(error.code)) else {
    return error.localizedDescription
  }
  return String(cString: words)
}
