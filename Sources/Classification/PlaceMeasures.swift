internal import Foundation

/// What is measured at a flagged place beside what a network sees there: what layers tell, and its shape, contrast and place.
public struct PlaceMeasures: Sendable, Equatable {
  /// What is measured.
  ///
  /// *Changed* are pixels that differ by 15 % of the greatest difference or more, *strongest* those by half.
  public enum Measure: String, Sendable, CaseIterable {
    /// Changed pixels, logarithm.
    case area
    /// Standard deviation along the changed pixels' longest axis, and across it, pixels, logarithm.
    case length, width
    /// The share of the box that changed, 0…1.
    case fill
    /// How far scan and golden are apart in colour where they differ most, grey levels, logarithm.
    case contrast
    /// By how much the scan is brighter there, grey levels.
    case brightness
    /// The scan's greatest colour there less its least, grey levels.
    case colourfulness
    /// The standard deviation of the difference over changed pixels, grey levels.
    case unevenness
    /// The share of changed pixels that are among the strongest, 0…1.
    case sharpness
    /// The share of changed pixels that differ the other way, 0…1.
    case opposite
    /// The mean distance of changed pixels from the nearest edge that is drawn, up to 20 pixels.
    case edgeDistance = "edge distance"
    /// The share of changed pixels within two pixels of one, 0…1.
    case atEdges = "at edges"
    /// The share of changed pixels on the material that most of them lie on, 0…1.
    case onOneMaterial = "on one material"
    /// How many layers that material is of.
    case layersDrawn = "layers drawn"
    /// How many more layers the scan shows than are drawn; less than 0 for fewer.
    case layersMore = "layers more"
    /// Pixels of what is joined to or parted from what has more layers, and from what has fewer, logarithm.
    case line, gap
    /// Pixels of what stands alone, logarithm.
    case alone
  }

  /// A measure of a place as people read it.
  public struct Reading: Sendable, Equatable {
    /// The number, not its logarithm.
    public var value: Double
    /// Its unit; empty for a number of things.
    public var unit: String
  }

  /// What layers tell of it; nil where they tell nothing.
  public var kind: PlaceKind?
  /// What is measured, in the order of `Measure.allCases`.
  public private(set) var values: [Double]

  /// Added to standard deviations before their logarithm, pixels: about that of one pixel alone.
  static let onePixel = 0.3

  /// Measures of a place.
  ///
  /// - Parameter measured: a number for each measure.
  public init(kind: PlaceKind?, _ measured: [Measure: Double]) {
    self.kind = kind
    values = Measure.allCases.map { measure in
      guard let value = measured[measure] else { preconditionFailure("\(measure) is missing") }
      return value
    }
  }

  /// A measure of the place as people read it.
  public func reading(_ measure: Measure) -> Reading {
    let value = Measure.allCases.firstIndex(of: measure).map { values[$0] } ?? 0
    return switch measure {
    case .area, .line, .gap, .alone: Reading(value: exp(value) - 1, unit: "px")
    case .length, .width:
      // An even row of n pixels has a variance of (n² − 1) / 12.
      Reading(value: (12 * pow(exp(value) - Self.onePixel, 2) + 1).squareRoot(), unit: "px")
    case .contrast: Reading(value: exp(value) - 1, unit: "grey levels")
    case .brightness, .colourfulness, .unevenness: Reading(value: value, unit: "grey levels")
    case .edgeDistance: Reading(value: value, unit: "px")
    case .fill, .sharpness, .opposite, .atEdges, .onOneMaterial:
      Reading(value: 100 * value, unit: "%")
    case .layersDrawn, .layersMore: Reading(value: value, unit: "")
    }
  }
}
