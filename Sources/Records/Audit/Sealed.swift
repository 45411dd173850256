public import Foundation

/// A JSON object that holds its own hash: the member `sha256` is the SHA-256 of the canonical JSON of all others.
public enum Sealed {
  /// An object with its hash, as canonical JSON with a newline behind.
  public static func data(_ members: [String: JSONValue]) -> Data {
    var members = members
    members["sha256"] = .text(Digest.sha256(JSONValue.object(members).canonical))
    return JSONValue.object(members).canonical + Data("\n".utf8)
  }

  /// The members without the hash.
  ///
  /// - Throws: `RecordError` when a byte is not as it was written.
  public static func members(of data: Data) throws(RecordError) -> [String: JSONValue] {
    guard data.last == UInt8(ascii: "\n"),
      case .object(var members) = try JSONValue(parsing: data.dropLast())
    else { throw RecordError(.inconsistent, "is not as it was written") }
    guard self.data(members.filter { $0.key != "sha256" }) == data else {
      throw RecordError(.inconsistent, "its hash is not that of its content")
    }
    members["sha256"] = nil
    return members
  }
}
