internal import Foundation
internal import Golden
internal import Matching
internal import Raster

extension Device {
  /// False alarms a Mpx that are allowed where nothing is said.
  static let usualRate = 0.1

  /// False alarms a Mpx that are allowed.
  ///
  /// - Parameter pixelSizeUm: µm a pixel; nil where that is not known.
  func rate(pixelSizeUm: Double?) throws -> Double {
    let matching = recipe.matching
    guard let area = matching.falseAlarmsPerCm2 else {
      return matching.falseAlarmsPerMpx ?? Self.usualRate
    }
    guard let size = pixelSizeUm else {
      throw RecipeError(
        .badValue, path: recipe.path,
        detail:
          "matching.false_alarms_per_cm2 needs a layout, or else nothing says how large a pixel is")
    }
    // A Mpx in square centimetres.
    return area * size * size * 0.01
  }

  /// µm a pixel of a registered scan; nil beside a supplied golden, whose pixels are of any size.
  func pixelSizeUm(_ registration: Registration) -> Double? {
    comparesPictures ? recipe.scan.pixelSizeUm?.lowerBound : registration.pixelSize
  }

  /// What is flagged on a scan in its place.
  func rules(_ registration: Registration, _ calibration: Calibration) throws
    -> FlaggedPixels.Rules
  {
    let matching = recipe.matching
    let size = pixelSizeUm(registration)
    var rules = Comparison.rules(
      score: try seedScore(registration, calibration), leastContrast: matching.leastContrast,
      calibration: calibration)
    switch matching.merge {
    case .pixels(let px): rules.mergeDistancePx = Int(px.rounded())
    case .micrometres(let um):
      guard let size else {
        throw RecipeError(
          .badValue, path: recipe.path,
          detail: "matching.merge in µm needs a layout, or else nothing says how large a pixel is")
      }
      rules.mergeDistancePx = Int((um / size).rounded())
    case .share, nil: break
    }
    rules.mergeDistancePx = min(max(rules.mergeDistancePx, 1), Self.greatestMerge)
    return rules
  }

  /// Flagged places further from each other are never one finding, pixels.
  static let greatestMerge = 256

  /// The score from which on a place is flagged.
  func seedScore(_ registration: Registration, _ calibration: Calibration) throws -> Double {
    if calibration.isSuspect, let sigmas = recipe.matching.threshold {
      return Calibration.score(sigmas: sigmas)
    }
    return Calibration.score(rate: try rate(pixelSizeUm: pixelSizeUm(registration)))
  }

  /// What is allowed in a window more or less than elsewhere; nil where nothing is.
  func allowance(_ window: PixelRect, _ placed: PlacedScan) -> Allowance? {
    var factors: [Int: Double] = [:]
    if !comparesPictures {
      for (bit, layer) in (stack?.layers ?? []).enumerated() {
        if let factor = recipe.matching.sensitivity[layer.name], factor != 1 {
          factors[bit] = factor
        }
      }
    }
    let excluded = excluded(window, placed.registration.toScan)
    return factors.isEmpty && excluded == nil
      ? nil : Allowance(factors: factors, excluded: excluded)
  }

  /// 1 at the pixels of a window that lie in a zone that is not looked at; nil where none does.
  private func excluded(_ window: PixelRect, _ toScan: Affine) -> Plane? {
    var mask: Plane?
    let toLayout = toScan.inverse
    for zone in recipe.matching.exclude {
      let seen = toScan(zone)
      let (left, top) = (
        max(window.x, Int(max(seen.low.x, -1e9).rounded(.down))),
        max(window.y, Int(max(seen.low.y, -1e9).rounded(.down)))
      )
      let (right, bottom) = (
        min(window.maxX, Int(min(seen.high.x, 1e9).rounded(.up))),
        min(window.maxY, Int(min(seen.high.y, 1e9).rounded(.up)))
      )
      guard left < right, top < bottom else { continue }
      var plane = mask ?? Plane(width: window.width, height: window.height)
      for y in top..<bottom {
        for x in left..<right {
          let place = toLayout(Point(x: Double(x) + 0.5, y: Double(y) + 0.5))
          if place.x >= zone.low.x, place.x < zone.high.x, place.y >= zone.low.y,
            place.y < zone.high.y
          {
            plane[x - window.x, y - window.y] = 1
          }
        }
      }
      mask = plane
    }
    return mask
  }

  /// Compares a scan that is held.
  ///
  /// - Parameters:
  ///   - ease: by how much more false alarms are allowed than by the recipe, to see what is just not flagged.
  ///   - beside: the scans that may tell what is usual; nil for those of the scan's own folder.
  func compare(
    _ scan: URL, _ prepared: PreparedScan, easedBy ease: Double = 1, beside: OtherScans? = nil
  ) throws -> ComparedScan {
    let residual = prepared.residual()
    let calibration = try noise(scan, channels: residual.planes.count) {
      [try sample(scan, prepared, residual)]
    }
    let place =
      calibration.usesNeighbours
      ? try place(of: scan, prepared, residual, beside: beside) : nil
    let (judged, comparison) = FieldJudge.judged(
      prepared, residual: residual, place: place, calibration: calibration,
      allowance: allowance(prepared.field, prepared.placed),
      ownNoise: ownNoise([(prepared, residual)]))
    var rules = try rules(prepared.registration, calibration)
    let threshold = Double(rules.seed)
    let findings = comparison.findings(in: prepared.area, rules: rules)
    var eased = findings
    if ease != 1 {
      let shift = Float(log10(ease))
      (rules.seed, rules.grow) = (rules.seed - shift, rules.grow - shift)
      eased = comparison.findings(in: prepared.area, rules: rules)
    }
    return ComparedScan(window: judged, findings: findings, eased: eased, threshold: threshold)
  }
}

/// A held scan with what was found on it.
struct ComparedScan {
  let window: JudgedWindow
  /// Places in pixels of the field, and those where more false alarms are allowed.
  let findings, eased: [Finding]
  /// The score from which on a place is flagged.
  let threshold: Double

  /// What names are drawn from.
  func view(_ placed: PlacedScan) -> NamingStage.View {
    NamingStage.View(window, threshold: threshold, placed)
  }
}

extension NamingStage.View {
  /// A window as names are drawn from it.
  init(_ window: JudgedWindow, threshold: Double, _ placed: PlacedScan) {
    self.init(
      window: window, threshold: threshold, toScan: placed.registration.toScan, mesh: placed.mesh)
  }
}
