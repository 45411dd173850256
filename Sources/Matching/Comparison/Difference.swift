internal import Raster

/// What a scan shows beyond everything that its golden shows within the tolerance band.
///
/// Source of the band: the local minimum and maximum of the reference as tolerance, after the variation model of HALCON's
/// `compare_variation_model`.
struct Difference {
  /// Signed, bright above zero, 0…1 of full brightness.
  private(set) var contrast: Plane
  /// The same in standard deviations of its kind of place.
  private(set) var normalised: Plane

  /// No difference.
  init(width: Int, height: Int) {
    contrast = Plane(width: width, height: height)
    normalised = contrast
  }

  /// The difference of one plane.
  ///
  /// - Parameters:
  ///   - band: tolerance, pixels, to which `looseness` is added.
  init(
    scan: Plane, golden: Plane, materials: Labels, edgeDistance: Plane, looseness: Plane,
    area: PixelRect, band: Int
  ) {
    self.init(width: scan.width, height: scan.height)
    var residual = scan
    for index in residual.samples.indices { residual.samples[index] -= golden.samples[index] }
    let noise = NoiseModel(
      residual: residual, materials: materials, edgeDistance: edgeDistance, area: area)
    let greatest = Int(looseness.samples.max() ?? 0)
    let bounds = (0...greatest).map { golden.extremes(radius: band + $0) }
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        let index = y &* scan.width &+ x
        let value = scan.samples[index]
        let (low, high) = bounds[Int(looseness.samples[index])]
        let beyond = max(value - high.samples[index], 0) - max(low.samples[index] - value, 0)
        guard beyond != 0 else { continue }
        contrast.samples[index] = beyond
        normalised.samples[index] =
          beyond
          / noise.sigma(
            material: materials.values[index], edgeDistance: edgeDistance.samples[index])
      }
    }
  }

  /// Keeps at each pixel whichever stands out more.
  mutating func merge(_ other: Difference) {
    for index in normalised.samples.indices
    where abs(other.normalised.samples[index]) > abs(normalised.samples[index]) {
      normalised.samples[index] = other.normalised.samples[index]
      contrast.samples[index] = other.contrast.samples[index]
    }
  }

  /// Raises what lies where edges are missing to what is flagged.
  ///
  /// - Parameters:
  ///   - scan: brightness.
  ///   - golden: what it should be; its sign decides whether brightness is missing or darkness.
  mutating func raise(
    where edges: MissingEdges, scan: Plane, golden: Plane, settings: ComparisonSettings
  ) {
    let least = Float(settings.leastContrast / 255)
    for index in normalised.samples.indices
    where Double(edges.share.samples[index]) >= settings.missingEdgeShare {
      let strength =
        Float(settings.seedSigma) * edges.share.samples[index] / Float(settings.missingEdgeShare)
      guard abs(normalised.samples[index]) < strength else { continue }
      let sign: Float = scan.samples[index] >= golden.samples[index] ? 1 : -1
      normalised.samples[index] = sign * strength
      contrast.samples[index] = sign * max(least, abs(scan.samples[index] - golden.samples[index]))
    }
  }
}
