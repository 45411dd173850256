public import Raster

/// One connected place that differs from the golden, in pixels of the compared field.
public struct Finding: Sendable, Equatable {
  /// The smallest rectangle around it.
  public let box: PixelRect
  /// Flagged pixels as runs of one row, from the top and from the left.
  public let runs: [Run]
  /// Flagged pixels in all.
  public let areaPx: Int
  /// Their middle.
  public let center: Point
  /// Greatest strength: standard deviations, or −log₁₀ of the false alarms to be expected on a pixel.
  public let score: Double
  /// Mean difference inside, grey levels of 255, signed.
  public let contrast: Double
  /// For each bit of a material, the flagged pixels whose material has it.
  public let layerPixels: [Int]
  /// Pixels from the nearest edge between materials to the flagged pixel closest to it.
  public let edgeDistance: Double

  /// The same with another score.
  package func scored(_ score: Double) -> Finding {
    Finding(
      box: box, runs: runs, areaPx: areaPx, center: center, score: score, contrast: contrast,
      layerPixels: layerPixels, edgeDistance: edgeDistance)
  }

  /// Flagged pixels side by side in one row.
  public struct Run: Sendable, Equatable {
    /// The row.
    public let y: Int
    /// The columns.
    public let columns: Range<Int>
  }

  /// Whether a pixel is flagged.
  public func contains(x: Int, y: Int) -> Bool {
    runs.contains { $0.y == y && $0.columns.contains(x) }
  }
}
