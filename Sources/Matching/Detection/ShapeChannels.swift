internal import CKernels
internal import Raster

/// What is looked for in shapes rather than in brightness: what a scan shows beyond everything that its golden shows nearby,
/// and drawn edges that are not there.
///
/// Where an edge lies a little off there is a residual, and no defect.
///
/// Source of the band: the local minimum and maximum of the reference as tolerance, after the variation model of HALCON's
/// `compare_variation_model`.
struct ShapeChannels {
  /// Smoothing of scan and golden, and tolerance, pixels.
  ///
  /// The first sees small and sharp things. The second has too narrow a
  /// band to overlook that a line as thin as the first one's is missing, and is smooth enough to bear edges that are off by
  /// part of a pixel.
  private static let bands: [(sigma: Double, radius: Int)] = [(1, 2), (2.5, 1)]
  /// What a share of missing edges of 1 counts for, standard deviations.
  private static let missingWeight: Float = 13

  /// The planes of the channels, standard deviations.
  let planes: [Plane]

  /// - Parameters:
  ///   - residual: less what other dies show too.
  ///   - contrast: its brightness.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - strata: kinds of places.
  ///   - inverseSigmas: 1/σ of brightness, kind by kind.
  ///   - left: channels that are not wanted, by their place among these.
  init(
    _ residual: Residual, _ contrast: ScoreMap.Contrast, materials: Labels, edgeDistance: Plane,
    strata: Labels, inverseSigmas: [Float], leavingOut left: Set<Int>
  ) {
    let scan = residual.brightness
    let empty = Plane(width: 0, height: 0)
    var planes = [Plane](repeating: empty, count: Self.bands.count + 1)
    for (number, band) in Self.bands.enumerated() where !left.contains(number) {
      let smooth = scan.smoothed(sigma: band.sigma)
      let rest =
        band.sigma == ScoreMap.Contrast.sigma
        ? contrast.smooth : contrast.plane.smoothed(sigma: band.sigma)
      planes[number] = Self.beyond(
        smooth, smooth.less(rest), band.radius, residual.looseness, strata, inverseSigmas)
    }
    let last = Self.bands.count
    if !left.contains(last), residual.edgesAreDrawn, residual.planes.count == 1 {
      planes[last] = MissingEdges(
        scan: scan, materials: materials, edgeDistance: edgeDistance, area: scan.bounds,
        visible: residual.levels.edges
      ).share.map { Self.missingWeight * $0 }
    }
    self.planes = planes
  }

  private static func beyond(
    _ scan: Plane, _ golden: Plane, _ radius: Int, _ looseness: Plane, _ strata: Labels,
    _ inverseSigmas: [Float]
  ) -> Plane {
    var result = Plane(width: scan.width, height: scan.height)
    let greatest = Int(looseness.greatest)
    for extra in 0...greatest {
      let (low, high) = golden.extremes(radius: radius + extra)
      result.withUnsafeMutableRows { target in
        Rows.reading([scan, low, high, looseness]) { rows in
          strata.withUnsafeRows { strata in
            RowBands(height: target.height).inParallel { band in
              for y in band {
                rows.row(y) {
                  gd_beyond_row(
                    $0[0], $0[1], $0[2], $0[3], Float(extra), strata.row(y), inverseSigmas,
                    target.row(y), target.width)
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
