public import Raster
public import Records
internal import Reports

/// What came of one scan: the record, and what it takes to show it.
public struct InspectedScan: Sendable {
  /// The record.
  public var record: InspectionRecord
  /// The part of the scan that shows the wafer.
  public let field: PixelRect
  /// The score from which on a place is flagged.
  public let threshold: Double
  /// The whole scan, small enough for a page.
  let overview: FieldPictures
  /// Judges a window of the field again; nil when the scan is not inspectable.
  let windows: (@Sendable (PixelRect) throws -> JudgedWindow)?

  /// A part of the scan beside what it should show, as it was judged; nil when it is not inspectable.
  ///
  /// - Parameter rect: scan pixels inside `field`.
  /// - Throws: `ImageFileError` where the scan can't be read again.
  public func window(_ rect: PixelRect) throws -> JudgedWindow? { try windows?(rect) }
  /// Where the names of findings come from, in their order; empty when nothing names them.
  public var explained: [ExplainedFinding] = []
  /// What named them.
  var naming: NamingStage?
  /// How the report tells layers.
  var layerLooks: [LayerLook] = []
}
