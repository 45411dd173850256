internal import CKernels
public import Raster

/// How unlikely each place of a scan is to be clean: −log₁₀ of the false alarms as strong that are to be expected on a pixel.
public struct ScoreMap: Sendable {
  /// The score at each pixel.
  public internal(set) var scores: Plane
  /// The score by the finest channels alone: it ends where the defect does.
  public internal(set) var fine: Plane
  /// How many drawn edges are not there, standard deviations; empty where that was not looked for.
  let missing: Plane
  /// What is left of the scan, plane by plane, less what other dies show too.
  public let residual: Residual

  /// By how much the scan is brighter.
  let contrast: Contrast

  /// By how much a scan is brighter than its golden, pixel by pixel and smoothed by a pixel.
  struct Contrast {
    static let sigma = 1.0
    let plane, smooth: Plane

    init(_ residual: Residual) {
      plane = Picture(planes: residual.planes).luminance
      smooth = plane.smoothed(sigma: Self.sigma)
    }
  }

  /// Brightness of red, green and blue.
  static func light(_ planes: Int) -> [Float] { planes == 3 ? [0.2126, 0.7152, 0.0722] : [1] }
  /// Residuals beyond this many standard deviations weigh no more.
  static let most: Float = 40

  /// The scores of a field.
  ///
  /// - Parameters:
  ///   - residual: of the field.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - place: what other dies show there; nil when none is known.
  ///   - calibration: of scans with as many planes.
  ///   - stages: what is not left out.
  public init(
    _ residual: Residual, materials: Labels, edgeDistance: Plane, place: PlaceVariation?,
    calibration: Calibration, stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) {
    precondition(
      residual.planes.count == calibration.planes, "a calibration is of scans of one kind")
    let kinds = Strata(materials: calibration.materials)
    let corrected = place?.corrected(residual) ?? residual.trusted
    let strata = kinds.labels(materials, edgeDistance: edgeDistance, alone: place?.alone)
    let left = Self.leftOut(stages).union(calibration.leftOut)
    let white =
      Channels.wantsWhite(leavingOut: left)
      ? Self.white(corrected, strata, calibration.whitening) : []
    contrast = Contrast(corrected)
    let shapes = Self.shapes(
      corrected, contrast, materials, edgeDistance, strata, calibration.whitening, leavingOut: left)
    let half = UInt16(kinds.half)
    let finest = Channels.finest(isSuspect: calibration.isSuspect)
    // Where all channels are fine ones, the scores are the same.
    let areAllFine = finest.union(left).isSuperset(of: Channels.names.indices)
    var scores = Plane(width: materials.width, height: materials.height, filling: -9)
    var fine = areAllFine ? Plane(width: 1, height: 1) : scores
    scores.withUnsafeMutableRows { scores in
      fine.withUnsafeMutableRows { fine in
        Channels.visit(white, shapes: shapes, leavingOut: left) { channel in
          let (intercept, slope) = calibration.line(of: channel.number)
          let (step, width) = (channel.step, channel.planes[0].width)
          let last = channel.planes[0].height - 1
          let isFine = finest.contains(channel.number)
          strata.withUnsafeRows { places in
            channel.forEachRow(strata, scale: calibration.scales[channel.number]) { row, z in
              // What is left over below belongs to the last row.
              for y in row * step..<(row == last ? scores.height : (row + 1) * step) {
                gd_score_row(
                  z, step, places.row(y), half, intercept, slope, scores.row(y), scores.width, width
                )
                guard isFine, !areAllFine else { continue }
                gd_score_row(
                  z, step, places.row(y), half, intercept, slope, fine.row(y), fine.width, width)
              }
            }
          }
        }
      }
    }
    (self.scores, self.fine, self.residual) = (scores, areAllFine ? scores : fine, corrected)
    missing = shapes.last ?? Plane(width: 0, height: 0)
  }

  static func leftOut(_ stages: Set<DetectionStage>) -> Set<Int> {
    Set(stages.contains(.stains) ? [] : Array(Channels.stains))
      .union(stages.contains(.spots) ? [] : Array(Channels.spots))
      .union(stages.contains(.lines) ? [] : Array(Channels.lines))
      .union(stages.contains(.band) ? [] : Array(Channels.bands))
      .union(stages.contains(.edges) ? [] : [Channels.edges])
  }

  /// The channels that come from shapes.
  static func shapes(
    _ residual: Residual, _ contrast: Contrast, _ materials: Labels, _ edgeDistance: Plane,
    _ strata: Labels, _ whitening: [Float], leavingOut left: Set<Int>
  ) -> [Plane] {
    let planes = residual.planes.count
    let size = planes * (planes + 1) / 2 + 1
    return ShapeChannels(
      residual, contrast, materials: materials, edgeDistance: edgeDistance, strata: strata,
      inverseSigmas: stride(from: size - 1, to: whitening.count, by: size).map { whitening[$0] },
      leavingOut: Set(
        left.filter(Channels.shapes.contains).map { $0 - Channels.shapes.lowerBound })
    ).planes
  }

  /// Planes of equal noise, and their brightness.
  static func white(_ residual: Residual, _ strata: Labels, _ tables: [Float]) -> [Plane] {
    let planes = residual.planes
    let (width, height) = (strata.width, strata.height)
    var result = (0...planes.count).map { _ in Plane.unfilled(width: width, height: height) }
    let light = light(planes.count)
    func fill(_ rows: [MutablePlaneRows]) {
      guard rows.count < result.count else {
        Rows.reading(planes) { source in
          strata.withUnsafeRows { strata in
            RowBands(height: height).inParallel { band in
              for y in band {
                source.row(y) { source in
                  Rows.writing(rows, y) { target in
                    gd_whiten_row(
                      source, strata.row(y), tables, light, most, target, planes.count, width)
                  }
                }
              }
            }
          }
        }
        return
      }
      // Taken out, so that writing to it does not copy it.
      var plane = Plane(width: 0, height: 0)
      let index = rows.count
      swap(&plane, &result[index])
      plane.withUnsafeMutableRows { fill(rows + [$0]) }
      swap(&plane, &result[index])
    }
    fill([])
    return result
  }
}
