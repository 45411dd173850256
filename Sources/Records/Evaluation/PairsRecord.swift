public import Foundation

/// How well listed boxes were found on pairs of a template and a board, classes ignored, and the content of `pairs.json`
/// (format `goldendie.pairs/1`).
public struct PairsRecord: Sendable, Equatable, Codable {
  /// Names the format and its version.
  public static let format = "goldendie.pairs/1"
  /// `PairsRecord.format`.
  public var format = PairsRecord.format
  /// Pairs judged.
  public var pairs: Int
  /// Boxes that are listed, found, and both at once: each listed box with one finding at most.
  public var listed, found, matched: Int
  /// Listed boxes that any finding's box overlaps.
  public var overlapped: Int
  /// Findings' boxes that overlap no listed box, on a million pixels.
  public var falseAlarmsPerMpx: Double
  /// Millions of pixels, and how many of them a second.
  public var mpx, mpxPerSecond: Double

  /// A record of counts.
  public init(pairs: Int, mpx: Double, seconds: Double) {
    (self.pairs, self.mpx) = (pairs, mpx)
    (listed, found, matched, overlapped, falseAlarmsPerMpx) = (0, 0, 0, 0, 0)
    mpxPerSecond = seconds > 0 ? mpx / seconds : 0
  }

  /// Matched over found.
  public var precision: Double { found > 0 ? Double(matched) / Double(found) : 0 }
  /// Matched over listed.
  public var recall: Double { listed > 0 ? Double(matched) / Double(listed) : 0 }
  /// Their harmonic mean.
  public var f1: Double {
    found + listed > 0 ? 2 * Double(matched) / Double(found + listed) : 0
  }
  /// Overlapped over listed.
  public var overlapRecall: Double { listed > 0 ? Double(overlapped) / Double(listed) : 0 }

  /// The content of `pairs.json`: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }
}
