public import Foundation
import Raster

extension InspectionRecord {
  /// The content of `findings.json`: keys sorted, indented, every key present, absent parts `null`, a newline at the end.
  ///
  /// Equal records give equal bytes.
  ///
  /// - Throws: `RecordError` when a number is not finite or the parts contradict each other.
  public func json() throws -> Data {
    try check()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      var data = try encoder.encode(self)
      data.append(UInt8(ascii: "\n"))
      return data
    } catch EncodingError.invalidValue(let value, let context) {
      throw RecordError(.notFinite, "\(Self.path(context.codingPath)) is \(value)")
    }
  }

  /// The record in the content of a `findings.json`.
  ///
  /// - Throws: `RecordError` when the bytes are no record of this format or its parts contradict each other.
  public init(json: Data) throws {
    let decoder = JSONDecoder()
    do {
      let format = try decoder.decode(Header.self, from: json).format
      guard format == Self.format else {
        throw RecordError(.unknownFormat, "the format is \(format), expected \(Self.format)")
      }
      self = try decoder.decode(Self.self, from: json)
    } catch let error as DecodingError {
      throw RecordError(.badJSON, Self.sentence(error))
    }
    try check()
  }

  private struct Header: Decodable { let format: String }

  /// Refuses what no inspection can have found.
  private func check() throws {
    func require(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
      if !holds { throw RecordError(.inconsistent, sentence()) }
    }
    let isReasonGiven = !(reason ?? "").isEmpty
    try require(
      verdict == .inspected || isReasonGiven, "a scan that is not inspectable needs a reason")
    try require(verdict == .notInspectable || reason == nil, "an inspected scan has no reason")
    try require(
      verdict == .inspected || findings.isEmpty, "a scan that is not inspectable has findings")
    try require(scan.width >= 0 && scan.height >= 0, "the scan has a negative size")
    try require(
      (scan.die?.count ?? 2) == 2 && findings.allSatisfy { ($0.die?.count ?? 2) == 2 },
      "a die needs a column and a row")
    if let matrix = registration?.layoutToScan {
      try require(
        matrix.count == 2 && matrix.allSatisfy { $0.count == 3 },
        "layout_to_scan needs two rows of three numbers")
    }
    let all = findings + (repeated ?? []).map(\.finding)
    try require(Set(all.map(\.id)).count == all.count, "two findings have one id")
    for finding in all {
      try require(
        finding.box.isInside(width: scan.width, height: scan.height),
        "the box of finding \(finding.id) is not inside the scan")
      try require(
        finding.mask.isWellFormed, "the mask of finding \(finding.id) does not fill its size")
    }
  }

  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "\(path(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context):
      "\(path(context.codingPath)) is no \(type)"
    case .valueNotFound(let type, let context):
      "\(path(context.codingPath)) is null, expected \(type)"
    case .dataCorrupted(let context):
      "\(path(context.codingPath)): \(context.debugDescription)"
    @unknown default:
      "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty
      ? "the record"
      : keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
        .joined(separator: ".")
  }
}

extension PixelRect {
  /// Whether a rectangle that may come from damaged data lies inside a picture.
  fileprivate func isInside(width pictureWidth: Int, height pictureHeight: Int) -> Bool {
    x >= 0 && y >= 0 && width >= 0 && height >= 0 && x <= pictureWidth && y <= pictureHeight
      && width <= pictureWidth - x && height <= pictureHeight - y
  }
}
