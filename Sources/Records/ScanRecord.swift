/// The scan of a record.
public struct ScanRecord: Sendable, Equatable, Codable {
  /// The path as it was given.
  public var path: String
  /// SHA-256 of the content, 64 hexadecimal digits.
  public var sha256: String
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// What the sidecar says of where it comes from.
  public var lot, wafer, slot: String?
  /// Column and row of the die on the wafer.
  public var die: [Int]?
  /// When it was taken, ISO 8601.
  public var takenAt: String?

  enum CodingKeys: String, CodingKey {
    case path, sha256, width, height, lot, wafer, slot, die
    case takenAt = "taken_at"
  }

  /// A scan with its content hash and size in pixels.
  public init(path: String, sha256: String, width: Int, height: Int) {
    (self.path, self.sha256, self.width, self.height) = (path, sha256, width, height)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(sha256, forKey: .sha256)
    try container.encode(width, forKey: .width)
    try container.encode(height, forKey: .height)
    try container.encode(lot, forKey: .lot)
    try container.encode(wafer, forKey: .wafer)
    try container.encode(slot, forKey: .slot)
    try container.encode(die, forKey: .die)
    try container.encode(takenAt, forKey: .takenAt)
  }
}
