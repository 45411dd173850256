import Crypto
public import Foundation

/// SHA-256 as records write it.
public enum Digest {
  /// 64 zeros: what comes before the first entry of a chain.
  public static let none = String(repeating: "0", count: 64)

  /// The SHA-256 of bytes, 64 lower-case hexadecimal digits.
  public static func sha256(_ data: Data) -> String { hexadecimal(SHA256.hash(data: data)) }

  /// The SHA-256 of a file, read 1 MiB at a time.
  ///
  /// - Throws: what opening or reading the file throws.
  public static func sha256(file: URL) throws -> (sha256: String, bytes: Int) {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    var (hash, bytes) = (SHA256(), 0)
    while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
      hash.update(data: data)
      bytes += data.count
    }
    return (hexadecimal(hash.finalize()), bytes)
  }

  /// Bytes as lower-case hexadecimal digits.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The bytes of lower-case hexadecimal digits; nil for anything else.
  static func bytes(hexadecimal text: String) -> Data? {
    let digits = Array(text.utf8)
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case 48...57: digit - 48
      case 97...102: digit - 87
      default: nil
      }
    }
    guard digits.count % 2 == 0 else { return nil }
    var data = Data()
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      data.append(high << 4 | low)
    }
    return data
  }
}
