public import Foundation
public import Raster

/// How well defects were found on scans whose truth is known, and the content of `matching.json` (format
/// `goldendie.matching/1`).
///
/// Absent parts have no key. Rates are false alarms a million inspected pixels; contrast is in grey levels of 255.
public struct DetectionRecord: Sendable, Equatable, Codable {
  /// Names the format and its version.
  public static let format = "goldendie.matching/1"

  /// The share of some defects that was found, with a 95 % interval where the bootstrap over dies gave one.
  public struct Recall: Sendable, Equatable, Codable {
    /// False alarms a million pixels that the threshold was set for.
    public var rate: Double
    /// The score from which findings count.
    public var threshold: Double
    /// Defects found at it.
    public var found: Int
    /// The found over all, 0…1; absent where there are none.
    public var recall: Double?
    /// Ends of the interval of `recall`.
    public var low, high: Double?

    /// What was found at a rate.
    public init(rate: Double, threshold: Double, found: Int, of defects: Int) {
      (self.rate, self.threshold, self.found) = (rate, threshold, found)
      recall = defects > 0 ? Double(found) / Double(defects) : nil
    }
  }

  /// Defects of one kind.
  public struct Group: Sendable, Equatable, Codable {
    /// A class, a range of sizes or of contrasts, or several of them.
    public var name: String
    /// How many there are.
    public var defects: Int
    /// The found among them at each rate, the threshold set by what is judged.
    public var recalls: [Recall]
    /// The found among them at the threshold that the calibration sets for the recipe's rate; absent where none does.
    public var atThreshold: Recall?

    /// A group.
    public init(name: String, defects: Int, recalls: [Recall]) {
      (self.name, self.defects, self.recalls) = (name, defects, recalls)
    }
  }

  /// A point of the curve: with findings from one score on, this is found at that rate.
  public struct CurvePoint: Sendable, Equatable, Codable {
    /// False alarms a million pixels.
    public var rate: Double
    /// The found over all, 0…1.
    public var recall: Double

    /// A point.
    public init(rate: Double, recall: Double) { (self.rate, self.recall) = (rate, recall) }
  }

  /// False alarms beside those that a rate promises.
  public struct AlarmCount: Sendable, Equatable, Codable {
    /// False alarms, and the millions of pixels that they are on.
    public var count: Int, mpx: Double
    /// The rate that was asked for, a Mpx.
    public var rate: Double
    /// The least and the greatest count that chance makes of it in 95 % of such areas.
    public var low, high: Int

    /// Whether chance alone explains the count.
    public var holds: Bool { low <= count && count <= high }

    /// A count, with the interval of the Poisson distribution.
    public init(count: Int, mpx: Double, rate: Double) {
      (self.count, self.mpx, self.rate) = (count, mpx, rate)
      func quantile(_ share: Double) -> Int {
        var (number, term) = (0, exp(-rate * mpx))
        var sum = term
        while sum < share, number < 1_000_000 {
          number += 1
          term *= rate * mpx / Double(number)
          sum += term
          if term == 0, Double(number) > rate * mpx { break }
        }
        return number
      }
      (low, high) = (quantile(0.025), quantile(0.975))
    }
  }

  /// How one way of inspecting did.
  public struct Entry: Sendable, Equatable, Codable {
    /// What was compared with, or what was left out.
    public var name: String
    /// The stage of the comparison that was left out, in words; absent where none was.
    public var leftOut: String?
    /// Scans that were inspected, and those that were not inspectable.
    public var scans, refused: Int
    /// Millions of pixels that were inspected.
    public var mpx: Double
    /// Whether scores are −log₁₀ of the false alarms expected a Mpx, as a calibration makes them.
    public var isCalibrated: Bool
    /// False alarms at the threshold that the calibration sets for the recipe's rate, where scores are calibrated: on all
    /// that is judged, and on the scans without defects alone, absent where there is none.
    public var alarms: AlarmCount?, cleanAlarms: AlarmCount?
    /// The rate that the calibration's clean area can prove: 3 over its Mpx.
    public var leastProvenRate: Double?
    /// The area under precision over recall, all scores taken together.
    public var averagePrecision: Double
    /// The free-response curve, from the strictest threshold.
    public var curve: [CurvePoint]
    /// All defects, the plain and the faint ones, classes, sizes, contrasts, and classes × sizes × contrasts.
    public var groups: [Group]
    /// Seconds that comparing took, millions of pixels a second.
    public var mpxPerSecond: Double

    /// An entry without groups.
    public init(name: String, scans: Int, refused: Int, mpx: Double, isCalibrated: Bool) {
      (self.name, self.scans, self.refused, self.mpx) = (name, scans, refused, mpx)
      self.isCalibrated = isCalibrated
      (averagePrecision, curve, groups, mpxPerSecond) = (0, [], [], 0)
    }
  }

  /// A defect that was missed at the recipe's rate, or a false alarm at it.
  public struct Sample: Sendable, Equatable, Codable {
    /// The entry, the scan, and what it is, in words.
    public var entry, scan, text: String
    /// Where, scan pixels.
    public var box: PixelRect

    /// A sample.
    public init(entry: String, scan: String, text: String, box: PixelRect) {
      (self.entry, self.scan, self.text, self.box) = (entry, scan, text, box)
    }
  }

  /// `DetectionRecord.format`.
  public var format = DetectionRecord.format
  /// The device.
  public var device: String
  /// Names of the scans judged by.
  public var scans: [String]
  /// Each way of inspecting.
  public var entries: [Entry]
  /// What was missed, and what was falsely found.
  public var samples: [Sample]

  /// A record with all its parts.
  public init(device: String, scans: [String], entries: [Entry], samples: [Sample] = []) {
    (self.device, self.scans, self.entries) = (device, scans, entries)
    self.samples = samples
  }

  /// The content of `matching.json`: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }

  /// The record in the content of a `matching.json`.
  ///
  /// - Throws: `RecordError` when the bytes are no record of this format.
  public init(json: Data) throws { self = try LearningJSON.record(Self.self, Self.format, json) }
}
