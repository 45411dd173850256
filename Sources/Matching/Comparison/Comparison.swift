internal import Foundation
public import Raster

/// A scan compared with its golden.
public struct Comparison: Sendable {
  /// The golden after the photometric fit.
  public let golden: Picture
  /// Signed difference in standard deviations, the greatest of the channels; 0 inside the tolerance band.
  public let normalised: Plane
  /// Flagged places, in order of falling score.
  public let findings: [Finding]

  /// Compares.
  ///
  /// - Parameters:
  ///   - scan: the field, brightness 0…1.
  ///   - golden: what it should show, of the same size; a grey golden serves a colour scan by its luminance.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - area: the pixels to be inspected.
  public init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    settings: ComparisonSettings
  ) {
    let alike = scan.channels == golden.channels
    let scanPlanes = alike ? scan.planes : [scan.luminance]
    let goldenPlanes = alike ? golden.planes : [golden.luminance]
    var fitted: [Plane] = []
    var normalised = Plane(width: scan.width, height: scan.height)
    var contrast = normalised
    for (scanPlane, goldenPlane) in zip(scanPlanes, goldenPlanes) {
      let steadied = RowDrift.fitted(golden: goldenPlane, scan: scanPlane, area: area)
      let plane = PhotometricFit.fitted(
        golden: steadied, scan: scanPlane, materials: materials, edgeDistance: edgeDistance,
        area: area, scale: settings.photometricScalePx)
      let channel = Comparison.difference(
        scan: scanPlane, golden: plane, materials: materials, edgeDistance: edgeDistance,
        area: area, band: settings.bandPx)
      for index in normalised.samples.indices
      where abs(channel.normalised.samples[index]) > abs(normalised.samples[index]) {
        normalised.samples[index] = channel.normalised.samples[index]
        contrast.samples[index] = channel.contrast.samples[index]
      }
      fitted.append(plane)
    }
    self.golden = Picture(planes: fitted)
    self.normalised = normalised
    findings = FindingSearch(
      normalised: normalised, contrast: contrast, area: area, settings: settings
    ).findings
  }

  /// One channel: what the scan shows beyond everything that the golden shows within the band, in grey and in σ.
  private static func difference(
    scan: Plane, golden: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect, band: Int
  ) -> (normalised: Plane, contrast: Plane) {
    let smoothScan = scan.smoothed(sigma: 1)
    let smoothGolden = golden.smoothed(sigma: 1)
    var residual = smoothScan
    for index in residual.samples.indices { residual.samples[index] -= smoothGolden.samples[index] }
    let noise = NoiseModel(
      residual: residual, materials: materials, edgeDistance: edgeDistance, area: area)
    let (low, high) = smoothGolden.extremes(radius: band)
    var contrast = Plane(width: scan.width, height: scan.height)
    var normalised = contrast
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        let index = y &* scan.width &+ x
        let value = smoothScan.samples[index]
        let beyond = max(value - high.samples[index], 0) - max(low.samples[index] - value, 0)
        guard beyond != 0 else { continue }
        contrast.samples[index] = beyond
        normalised.samples[index] =
          beyond
          / noise.sigma(
            material: materials.values[index], edgeDistance: edgeDistance.samples[index])
      }
    }
    return (normalised, contrast)
  }
}
