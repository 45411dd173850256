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

  /// What a difference is looked for in: the smoothing of scan and golden, and the tolerance band, pixels.
  ///
  /// The first sees small and sharp things. The second has too narrow a band to overlook that a line as thin as the first
  /// one's is missing, and is smooth enough to bear edges that are off by part of a pixel.
  private static func channels(_ settings: ComparisonSettings) -> [(sigma: Double, band: Int)] {
    [(1, settings.bandPx), (2.5, max(0, settings.bandPx - 1))]
  }

  /// Compares.
  ///
  /// - Parameters:
  ///   - scan: the field, brightness 0…1.
  ///   - golden: what it should show, of the same size; a grey golden serves a colour scan by its luminance.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - looseness: by how much the tolerance band is wider at a pixel, 0…5 pixels.
  ///   - area: the pixels to be inspected.
  ///   - edgesAreDrawn: whether the scan must show an edge wherever two materials meet.
  public init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, looseness: Plane,
    area: PixelRect, settings: ComparisonSettings, edgesAreDrawn: Bool = true
  ) {
    let alike = scan.channels == golden.channels
    let scanPlanes = alike ? scan.planes : [scan.luminance]
    let goldenPlanes = alike ? golden.planes : [golden.luminance]
    var fitted: [Plane] = []
    var difference = Difference(width: scan.width, height: scan.height)
    for (scanPlane, goldenPlane) in zip(scanPlanes, goldenPlanes) {
      let plane = Comparison.lit(
        goldenPlane, as: scanPlane, materials: materials, edgeDistance: edgeDistance, area: area,
        settings: settings, rowsDrift: !scan.isColour)
      for (sigma, band) in Comparison.channels(settings) {
        difference.merge(
          Difference(
            scan: scanPlane.smoothed(sigma: sigma), golden: plane.smoothed(sigma: sigma),
            materials: materials, edgeDistance: edgeDistance, looseness: looseness, area: area,
            band: band))
      }
      fitted.append(plane)
    }
    self.golden = Picture(planes: fitted)
    if edgesAreDrawn {
      let luminance = scan.luminance
      let missing = MissingEdges(
        scan: luminance, materials: materials, edgeDistance: edgeDistance, area: area)
      difference.raise(
        where: missing, scan: luminance, golden: self.golden.luminance, settings: settings)
    }
    normalised = difference.normalised
    findings = FindingSearch(difference, area: area, settings: settings).findings
  }

  /// A golden plane in the light of a scan: the photometric fit, row by row and material by material.
  ///
  /// - Parameters: as for a comparison, and
  ///   - rowsDrift: whether the microscope scans line by line, so that rows may drift in brightness.
  public static func lit(
    _ golden: Plane, as scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect,
    settings: ComparisonSettings = ComparisonSettings(), rowsDrift: Bool = true
  ) -> Plane {
    PhotometricFit.fitted(
      golden: rowsDrift
        ? RowDrift.fitted(golden: golden, scan: scan, materials: materials, area: area) : golden,
      scan: scan,
      materials: materials, edgeDistance: edgeDistance, area: area,
      scale: settings.photometricScalePx)
  }

  /// Compares by what clean scans are known to look like.
  ///
  /// - Parameters:
  ///   - scan: the field, brightness 0…1.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - residual: what is left of the scan beside the golden.
  ///   - place: what other dies show there; nil when none is known.
  ///   - area: the pixels to be inspected.
  ///   - calibration: of clean scans.
  ///   - rate: false alarms a Mpx.
  ///   - leastContrast: least difference of a seed to the golden, in grey levels of 255.
  ///   - stages: what is not left out.
  public init(
    scan: Picture, materials: Labels, edgeDistance: Plane, residual: Residual,
    place: PlaceVariation?, area: PixelRect, calibration: Calibration, rate: Double,
    leastContrast: Double = 0, stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) {
    let map = ScoreMap(
      residual, materials: materials, edgeDistance: edgeDistance,
      place: stages.contains(.place) ? place : nil, calibration: calibration, stages: stages)
    golden = Picture(
      planes: zip(scan.planes, residual.planes).map { scan, residual in
        var golden = scan
        for index in golden.samples.indices { golden.samples[index] -= residual.samples[index] }
        return golden
      })
    let contrast = Picture(planes: map.residual.planes).luminance
    let seed = Float(Calibration.score(rate: rate))
    findings =
      FindingSearch(
        strength: map.scores, contrast: contrast.smoothed(sigma: 1), area: area,
        rules: FindingSearch.Rules(
          seed: seed, grow: max(seed - Self.growth, Self.leastScore),
          seedContrast: Float(leastContrast / 255), growContrast: 0, leastAreaPx: 2,
          mergeDistancePx: 4), fine: map.fine
      ).findings
    var signed = map.scores
    for index in signed.samples.indices {
      let score = max(signed.samples[index], 0)
      signed.samples[index] = contrast.samples[index] < 0 ? -score : score
    }
    normalised = signed
  }

  /// Findings grow over what scores so much less than their seed must.
  private static let growth: Float = 2
  /// They grow over nothing below it.
  private static let leastScore: Float = 4.5
}

extension Picture {
  /// Whether it was taken with light; electrons have no colour.
  fileprivate var isColour: Bool { channels == 3 }
}
