internal import Foundation
public import Raster

/// Where more or fewer false alarms are allowed than elsewhere: by layer, and in zones that are not looked at.
public struct Allowance: Sendable {
  /// For each bit of a material, how many times as many false alarms are allowed where it is set; 0 for none at all, which
  /// is not to look there.
  public var factors: [Int: Double]
  /// 1 at the pixels of the window that are not looked at; nil where all are.
  public var excluded: Plane?

  /// An allowance.
  public init(factors: [Int: Double], excluded: Plane? = nil) {
    (self.factors, self.excluded) = (factors, excluded)
  }

  /// Below every score that is flagged.
  private static let nothing: Float = -9

  /// Moves the scores of a window: ten times the false alarms are one less in the score that it takes.
  func apply(to map: inout ScoreMap, _ materials: Labels) {
    var shifts = [Float](repeating: 0, count: 1 << 16)
    var isShifted = false
    if !factors.isEmpty {
      for code in shifts.indices {
        for (bit, factor) in factors where code & (1 << bit) != 0 {
          shifts[code] += factor > 0 ? Float(log10(factor)) : -.infinity
          isShifted = true
        }
      }
    }
    for index in materials.values.indices {
      if isShifted {
        let shift = shifts[Int(materials.values[index])]
        map.scores.samples[index] = max(map.scores.samples[index] + shift, Self.nothing)
        map.fine.samples[index] = max(map.fine.samples[index] + shift, Self.nothing)
      }
      if let excluded, excluded.samples[index] > 0.5 {
        map.scores.samples[index] = Self.nothing
        map.fine.samples[index] = Self.nothing
      }
    }
  }
}
