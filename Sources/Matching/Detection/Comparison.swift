public import Raster

/// A window of a scan judged by what clean scans are known to look like.
public struct Comparison: Sendable {
  /// The score at each pixel, that of darkness below 0; see `ScoreMap`.
  public let normalised: Plane
  /// What is left of the window less what other dies show too, brightness 0…1.
  public let contrast: Plane
  private let fine: Plane
  private let edgeDistance: Plane
  private let materials: Labels

  /// Judges a window.
  ///
  /// - Parameters:
  ///   - residual: what is left of the window beside the golden.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - place: what other dies show there; nil when none is known.
  ///   - calibration: of clean scans.
  ///   - allowance: what is allowed more or less than elsewhere; nil when nothing is.
  ///   - stages: what is not left out.
  public init(
    _ residual: Residual, materials: Labels, edgeDistance: Plane, place: PlaceVariation?,
    calibration: Calibration, allowance: Allowance? = nil,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) {
    var map = ScoreMap(
      residual, materials: materials, edgeDistance: edgeDistance,
      place: stages.contains(.place) ? place : nil, calibration: calibration, stages: stages)
    allowance?.apply(to: &map, materials)
    let scores = map.scores.samples
    normalised = Plane(width: map.scores.width, height: map.scores.height) { signed in
      scores.withUnsafeBufferPointer { scores in
        map.contrast.plane.samples.withUnsafeBufferPointer { contrast in
          for index in 0..<scores.count {
            let score = scores[index] > 0 ? scores[index] : 0
            signed[index] = contrast[index] < 0 ? -score : score
          }
        }
      }
    }
    fine = map.fine
    var smooth = map.contrast.smooth
    // What has lost its edges may have kept its brightness.
    for index in map.missing.samples.indices where map.missing.samples[index] >= Self.leastMissing {
      let size = max(abs(smooth.samples[index]), Float(Self.usualContrast / 255))
      smooth.samples[index] = smooth.samples[index] < 0 ? -size : size
    }
    contrast = smooth
    (self.materials, self.edgeDistance) = (materials, edgeDistance)
  }

  /// Adds what stands out enough to the flagged pixels of the field.
  ///
  /// - Parameters:
  ///   - area: pixels of the window that count.
  ///   - x, y: where the window lies in the field.
  public func flag(
    _ area: PixelRect, x: Int = 0, y: Int = 0, rules: FlaggedPixels.Rules,
    into flagged: inout FlaggedPixels
  ) {
    flagged.add(
      FlaggedPixels.Window(
        strength: normalised, contrast: contrast, fine: fine, edgeDistance: edgeDistance,
        materials: materials, x: x, y: y),
      area: area, rules: rules)
  }

  /// The findings of the window by itself, in order of falling score.
  public func findings(in area: PixelRect, rules: FlaggedPixels.Rules) -> [Finding] {
    var flagged = FlaggedPixels()
    flag(area, rules: rules, into: &flagged)
    return flagged.findings(rules: rules)
  }

  /// What is flagged from a score on.
  ///
  /// - Parameters:
  ///   - score: of a seed; see `Calibration`.
  ///   - leastContrast: least difference of a seed to the golden, in grey levels of 255; nil for what suits: none beside
  ///     clean scans, else 20.
  ///   - calibration: what the comparison was made with.
  public static func rules(
    score: Double, leastContrast: Double? = nil, calibration: Calibration
  ) -> FlaggedPixels.Rules {
    let seed = Float(score)
    guard calibration.isSuspect else {
      return FlaggedPixels.Rules(
        seed: seed, grow: max(seed - growth, leastScore),
        seedContrast: Float((leastContrast ?? 0) / 255), growContrast: 0, leastAreaPx: 2,
        mergeDistancePx: 4)
    }
    let contrast = Float((leastContrast ?? usualContrast) / 255)
    return FlaggedPixels.Rules(
      seed: seed, grow: seed - wideGrowth, seedContrast: contrast, growContrast: contrast / 2,
      leastAreaPx: 6, mergeDistancePx: 12)
  }

  /// Findings grow over what scores so much less than their seed must; with a calibration of the very scan about half as many
  /// standard deviations.
  private static let growth: Float = 2, wideGrowth: Float = 4.5
  /// They grow over nothing below it.
  private static let leastScore: Float = 4.5
  /// Least contrast where no clean scan was seen, grey levels of 255.
  private static let usualContrast = 20.0
  /// From this share of missing edges on, as `ShapeChannels` weighs it, there is a contrast anyway.
  private static let leastMissing: Float = 7.5
}

extension FlaggedPixels {
  /// The findings that flagged pixels make, in order of falling score.
  ///
  /// - Parameter rules: those by which they were flagged.
  public func findings(rules: Rules) -> [Finding] {
    FindingSearch(self, rules: rules).findings
  }
}
