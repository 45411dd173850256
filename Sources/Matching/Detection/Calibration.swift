internal import Foundation

/// What clean scans look like beside their golden: the noise of each kind of place, and how often each channel exceeds
/// what by chance.
///
/// With it the score of a place is −log₁₀ of the false alarms as strong that are to be expected on a pixel: 7 stands for one
/// in ten million pixels.
///
/// Source: Desolneux, Moisan, Morel, "Meaningful alignments", IJCV 2000, the number of false alarms.
public struct Calibration: Sendable, Equatable, Codable {
  /// How often a channel exceeds a height: `rate · exp(−(z − height) / scale)` times a Mpx from `height` on.
  struct Tail: Sendable, Equatable, Codable {
    var height: Float
    var rate: Float
    var scale: Float
    /// The greatest heights seen, falling.
    var greatest: [Float]
  }

  /// The layers' materials that were learnt, in rising order.
  let materials: [UInt16]
  /// Planes of the scans.
  public let planes: Int
  /// For each kind of place the upper triangle that makes its noise equal, row by row, and 1/σ of brightness.
  private(set) var whitening: [Float]
  /// For each channel and kind of place, what its length is multiplied by.
  let scales: [[Float]]
  /// For each channel, with other dies and without.
  private(set) var tails: [[Tail]]
  /// Clean area that was learnt from, Mpx.
  public let mpx: Double
  /// The scans learnt from.
  public let scans: [String]
  /// Whether other dies told what is usual at a place.
  public let usesNeighbours: Bool
  /// Whether it was learnt from a scan that may hold defects; see `Calibrator`.
  public let isSuspect: Bool
  /// Whether it is of scans each made equal by its own noise; nil where all had one.
  ///
  /// Photographs of one plane are taken at many magnifications, and what an edge is off by at one is no measure for another.
  let followsScans: Bool?

  /// Channels that are not looked at.
  var leftOut: Set<Int> { Channels.leftOut(planes: planes, isSuspect: isSuspect) }

  /// Alarms on the clean scans themselves at a rate of one a Mpx and less; the upper limit of a rate is about 3 / `mpx`
  /// where there is none.
  public var leastProvenRate: Double { 3 / mpx }

  /// The score that stands for a rate of false alarms a Mpx.
  public static func score(rate: Double) -> Double { 6 - log10(rate) }

  /// The score that stands for a multiple of the noise where no clean scan was seen.
  public static func score(sigmas: Double) -> Double {
    let line = Self.line(Calibrator.assumedTail)
    return Double(line.intercept) + Double(line.slope) * sigmas
  }

  /// The same as if nothing were known of how often each channel exceeds what.
  public var withAssumedTails: Calibration {
    var result = self
    result.tails = tails.map { $0.map { _ in Calibrator.assumedTail } }
    return result
  }

  /// The same for one scan, where scans are judged each by its own noise.
  ///
  /// - Parameters:
  ///   - samples: the scan, or windows that are spread over it; asked for where they are needed.
  ///   - stages: what is not left out.
  public func fitted(
    to samples: () throws -> [Calibrator.Sample],
    stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) rethrows -> Calibration {
    guard followsScans == true else { return self }
    let samples = try samples()
    guard !samples.isEmpty else { return self }
    var result = self
    result.whitening = Calibrator.whitening(
      of: samples, materials: materials, withOthers: usesNeighbours, stages: stages)
    return result
  }

  private static func line(
    _ tail: Tail, channels: Int = Channels.names.count
  ) -> (intercept: Float, slope: Float) {
    // Each channel may alarm by itself.
    let shared = Float(channels)
    let slope = 1 / (tail.scale * 2.302585)
    return (6 - log10(max(tail.rate, 1e-6) * shared) - tail.height * slope, slope)
  }

  /// Intercept and slope of the score over a channel's height, with other dies and without.
  func line(of channel: Int) -> (intercept: [Float], slope: [Float]) {
    let count = isSuspect ? Channels.names.count : Channels.names.count - leftOut.count
    let lines = tails[channel].map { Self.line($0, channels: count) }
    return (lines.map(\.intercept), lines.map(\.slope))
  }

  /// Whether all parts have the sizes that belong together; a damaged file may hold others.
  public var isWellFormed: Bool {
    let count = Strata(materials: materials).count
    let channels = Channels.names.count
    return [1, 3].contains(planes) && materials.count < 4096 && mpx > 0
      && whitening.count == count * (planes * (planes + 1) / 2 + 1)
      && scales.count == channels && scales.allSatisfy { $0.count == count }
      && tails.count == channels
      && tails.allSatisfy { $0.count == 2 && $0.allSatisfy { $0.scale > 0 && $0.rate > 0 } }
      && whitening.allSatisfy(\.isFinite)
  }
}
