public import Foundation

extension KLARFFile {
  /// Longest file that is read, in bytes.
  static let longestFile = 1 << 28

  /// Reads a file.
  ///
  /// - Throws: `KLARFError` with the line at fault.
  public init(contentsOf file: URL) throws(KLARFError) {
    func failure(_ code: KLARFError.Code, _ detail: String) -> KLARFError {
      KLARFError(code: code, path: file.path, line: 0, detail: detail)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
      throw failure(.noSuchFile, "no such file")
    }
    guard !isFolder.boolValue else { throw failure(.unreadable, "is a folder, not a file") }
    let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? NSNumber
    guard (size?.intValue ?? 0) <= Self.longestFile else {
      throw failure(.unreadable, "longer than \(Self.longestFile >> 20) MiB")
    }
    guard let data = try? Data(contentsOf: file) else {
      throw failure(.unreadable, "can't be read")
    }
    try self.init(data, path: file.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: the bytes; texts that are no UTF-8 are read as ISO 8859-1.
  ///   - path: names the file in errors.
  /// - Throws: `KLARFError` with the line at fault.
  public init(_ data: Data, path: String) throws(KLARFError) {
    var tokens = KLARFTokens([UInt8](data), path: path)
    guard let first = try tokens.peek() else {
      throw tokens.error(.unknownVersion, "the file is empty")
    }
    switch first.text {
    case "FileVersion":
      var reader = KLARF12Reader(tokens)
      self = try reader.read()
    case "Record":
      var reader = KLARF18Reader(tokens)
      self = try reader.read()
    default:
      throw tokens.error(
        .unknownVersion, at: first, "begins with neither 'FileVersion' nor 'Record FileRecord'")
    }
  }
}

/// One word, number, quoted text or mark of a file.
struct KLARFToken: Equatable {
  var text: String
  var line: Int
  var isQuoted = false

  func isMark(_ mark: String) -> Bool { !isQuoted && text == mark }
}

/// The tokens of a file: words, `"texts"`, and the marks `; { } ,`.
struct KLARFTokens {
  private let bytes: [UInt8]
  private var place = 0
  private(set) var line = 1
  private var next: KLARFToken?
  let path: String

  init(_ bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

  func error(
    _ code: KLARFError.Code, at token: KLARFToken? = nil, _ detail: String
  ) -> KLARFError {
    KLARFError(code: code, path: path, line: token?.line ?? line, detail: detail)
  }

  /// The next token without taking it; nil at the end.
  mutating func peek() throws(KLARFError) -> KLARFToken? {
    if next == nil { next = try read() }
    return next
  }

  /// The next token.
  mutating func take(_ expected: String) throws(KLARFError) -> KLARFToken {
    guard let token = try peek() else {
      throw error(.truncated, "the file ends where \(expected) is expected")
    }
    next = nil
    return token
  }

  /// Takes a mark or word that must come now.
  mutating func require(_ mark: String) throws(KLARFError) {
    let token = try take("'\(mark)'")
    guard token.isMark(mark) else {
      throw error(.malformed, at: token, "found '\(token.text.prefix(40))', expected '\(mark)'")
    }
  }

  /// Takes a mark if it comes now.
  mutating func skip(_ mark: String) throws(KLARFError) -> Bool {
    guard try peek()?.isMark(mark) == true else { return false }
    next = nil
    return true
  }

  mutating func text(_ expected: String) throws(KLARFError) -> String {
    let token = try take(expected)
    guard token.isQuoted || ![";", "{", "}", ","].contains(token.text) else {
      throw error(.malformed, at: token, "found '\(token.text)', expected \(expected)")
    }
    return token.text
  }

  mutating func integer(_ expected: String) throws(KLARFError) -> Int {
    let token = try take(expected)
    guard !token.isQuoted, let value = Int(token.text) else {
      throw error(
        .malformed, at: token, "\(expected) is '\(token.text.prefix(40))', no whole number")
    }
    return value
  }

  mutating func number(_ expected: String) throws(KLARFError) -> Double {
    let token = try take(expected)
    guard !token.isQuoted, let value = Double(token.text), value.isFinite else {
      throw error(.malformed, at: token, "\(expected) is '\(token.text.prefix(40))', no number")
    }
    return value
  }

  private mutating func read() throws(KLARFError) -> KLARFToken? {
    while place < bytes.count, bytes[place] <= 32 {
      if bytes[place] == 10 { line += 1 }
      place += 1
    }
    guard place < bytes.count else { return nil }
    let first = bytes[place]
    let start = place
    func string(_ range: Range<Int>) -> String {
      String(validating: bytes[range], as: UTF8.self)
        ?? String(String.UnicodeScalarView(bytes[range].map { Unicode.Scalar($0) }))
    }
    switch first {
    case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","):
      place += 1
      return KLARFToken(text: string(start..<place), line: line)
    case UInt8(ascii: "\""):
      place += 1
      while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != 10 {
        place += 1
      }
      guard place < bytes.count, bytes[place] != 10 else {
        throw error(.malformed, "a text without its closing quote")
      }
      place += 1
      return KLARFToken(text: string(start + 1..<place - 1), line: line, isQuoted: true)
    default:
      while place < bytes.count, bytes[place] > 32, !";{},\"".utf8.contains(bytes[place]) {
        place += 1
      }
      return KLARFToken(text: string(start..<place), line: line)
    }
  }
}
