public import Raster
public import Records

/// What came of one scan: the record, and what it takes to show it.
public struct InspectedScan: Sendable {
  /// The record.
  public var record: InspectionRecord
  /// The part of the scan that shows the wafer.
  public let field: PixelRect
  /// The field of the scan.
  public let scan: Picture
  /// What it was compared with, fitted to its light; nil when it is not inspectable.
  public let golden: Picture?
  /// The difference in standard deviations, bright above zero, NaN where it was not compared; nil when it is not
  /// inspectable.
  public let difference: Plane?
  /// The difference that is flagged, standard deviations.
  public let threshold: Double
  /// Where the names of findings come from, in their order; empty when nothing names them.
  public var explained: [ExplainedFinding] = []
  /// What named them.
  var naming: NamingStage?
}
