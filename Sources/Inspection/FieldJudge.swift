internal import Foundation
internal import Golden
internal import Matching
public import Raster
internal import Reports

/// Judges a field window by window, and keeps what is flagged and a small picture of it all.
struct FieldJudge {
  /// The whole scan, the golden beside it, and the coloured difference.
  private(set) var overview: Overview
  private(set) var flagged = FlaggedPixels()
  /// How far edges are displaced; nil where no layer is known.
  private(set) var edges: EdgeDisplacement?
  /// Pixels of which neither the golden nor other dies tell what a scan shows.
  private(set) var unknownPx = 0
  private let field: PixelRect
  private let calibration: Calibration
  private let rules: FlaggedPixels.Rules
  private let colours: DifferenceColours

  /// Pixels of which so many are flagged that the scan can't be what it should be.
  static let mostFlagged = 40_000_000

  init(
    field: PixelRect, overview: Overview, calibration: Calibration, rules: FlaggedPixels.Rules,
    colours: DifferenceColours, edges: EdgeDisplacement?
  ) {
    self.edges = edges
    (self.field, self.overview, self.calibration) = (field, overview, calibration)
    (self.rules, self.colours) = (rules, colours)
  }

  /// Judges a window.
  ///
  /// - Parameters:
  ///   - core: the pixels of the scan that the window is there for.
  ///   - place: what other dies show.
  ///   - ownNoise: that of the scan, where the window is also to be judged by it; see `JudgedWindow`.
  /// - Returns: the window as a report shows it.
  mutating func judge(
    _ window: PreparedScan, core: PixelRect, place: PlaceVariation? = nil,
    residual: Residual? = nil, allowance: Allowance?, ownNoise: Calibration? = nil
  ) -> JudgedWindow {
    let residual = residual ?? window.residual()
    let (judged, comparison) = Self.judged(
      window, residual: residual, place: place, calibration: calibration,
      allowance: allowance, ownNoise: ownNoise)
    comparison.flag(
      window.area.intersection(window.local(core)), x: window.field.x - field.x,
      y: window.field.y - field.y, rules: rules, into: &flagged)
    overview.add(judged, core: core, colours: colours)
    unknownPx += Self.unknownPx(
      window.region.trust, place, in: window.area.intersection(window.local(core)))
    if edges != nil {
      let (scan, golden) = window.pair()
      let region = window.region
      edges?.add(
        EdgeDisplacement.Window(
          scan: scan, golden: golden, materials: region.materials,
          edgeDistance: region.edgeDistance, looseness: region.looseness, residual: residual,
          rect: window.field),
        core: core.intersection(window.registration.extent))
    }
    return judged
  }

  private static func unknownPx(
    _ trust: Plane?, _ place: PlaceVariation?, in area: PixelRect
  ) -> Int {
    guard let trust else { return 0 }
    return (area.y..<area.maxY).reduce(0) { count, y in
      count
        + (area.x..<area.maxX).count { x in
          trust[x, y] == 0 && place.map { $0.alone[x, y] >= 0.5 } ?? true
        }
    }
  }

  /// A window beside its golden in its light, and how it was judged.
  static func judged(
    _ window: PreparedScan, residual: Residual, place: PlaceVariation?, calibration: Calibration,
    allowance: Allowance?, ownNoise: Calibration? = nil
  ) -> (JudgedWindow, Comparison) {
    func comparison(_ place: PlaceVariation?, _ calibration: Calibration) -> Comparison {
      Comparison(
        residual, materials: window.region.materials, edgeDistance: window.region.edgeDistance,
        place: place, calibration: calibration, allowance: allowance)
    }
    let told = comparison(place, calibration)
    let difference = told.normalised.blank(outside: window.area)
    return (
      JudgedWindow(
        rect: window.field, scan: window.picture, golden: window.picture.less(residual),
        difference: difference,
        byOwnNoise: ownNoise.map { comparison(nil, $0).normalised.blank(outside: window.area) }
          ?? difference,
        materials: window.region.edgesAreDrawn ? window.region.materials : nil), told
    )
  }

  /// The score from which on a place is flagged.
  var threshold: Double { Double(rules.seed) }

  /// The findings, in order of falling score, and 1, 2, … in that order.
  var findings: [Finding] { flagged.findings(rules: rules) }
}

/// A window of a scan as it was judged.
public struct JudgedWindow: Sendable {
  /// Where it lies, scan pixels.
  public let rect: PixelRect
  /// What the scan shows, and what it should show in the scan's light.
  public let scan, golden: Picture
  /// The score at each pixel, that of darkness below 0; not a number where nothing was compared.
  public let difference: Plane
  /// The same by the scan's own noise, as if no clean scan had been seen, where that was asked for, else the difference: what
  /// names are drawn from, so that a defect has the same name whatever it is found by.
  let byOwnNoise: Plane
  /// The stack code of each pixel, a bit for each layer; nil where no layer is known.
  public let materials: Labels?

  /// A part of the window.
  public func crop(_ part: PixelRect) -> JudgedWindow {
    let local = PixelRect(
      x: part.x - rect.x, y: part.y - rect.y, width: part.width, height: part.height)
    return JudgedWindow(
      rect: part, scan: scan.crop(local), golden: golden.crop(local),
      difference: difference.crop(local), byOwnNoise: byOwnNoise.crop(local),
      materials: materials?.crop(local))
  }
}

/// A picture of a whole scan small enough for a page, put together of windows.
struct Overview {
  /// Greatest size, pixels a side.
  private static let greatestSide = 1600
  /// What the scan shows where it is not looked at.
  private static let grey: Float = 0.5

  /// Scan pixels to a pixel.
  let reduction: Int
  private var scan, golden, difference: [Plane]
  private var counts: Plane
  /// Whether one window showed all of the scan, pixel by pixel.
  private var isWhole = false

  init(width: Int, height: Int, channels: Int, goldenChannels: Int) {
    reduction = max(1, (max(width, height) + Self.greatestSide - 1) / Self.greatestSide)
    let empty = Plane(width: max(1, width / reduction), height: max(1, height / reduction))
    scan = [Plane](repeating: empty, count: channels)
    golden = [Plane](repeating: empty, count: goldenChannels)
    difference = [Plane](repeating: empty, count: 3)
    counts = empty
  }

  /// Adds the core of a window.
  mutating func add(_ window: JudgedWindow, core: PixelRect, colours: DifferenceColours) {
    let part = window.crop(core)
    let coloured = colours.picture(of: part.difference)
    if reduction == 1, core == counts.bounds, part.scan.channels == scan.count,
      part.golden.channels == golden.count
    {
      (scan, golden, difference) = (part.scan.planes, part.golden.planes, coloured.planes)
      isWhole = true
      return
    }
    for (target, source) in zip(scan.indices, part.scan.planes) {
      Self.add(source, core, reduction, &scan[target])
    }
    for (target, source) in zip(golden.indices, part.golden.planes) {
      Self.add(source, core, reduction, &golden[target])
    }
    for (target, source) in zip(difference.indices, coloured.planes) {
      Self.add(source, core, reduction, &difference[target])
    }
    count(core)
  }

  /// Counts the pixels of a core.
  private mutating func count(_ core: PixelRect) {
    let step = reduction
    func seen(_ place: Int, _ low: Int, _ high: Int) -> Float {
      Float(max(0, min(high, (place + 1) * step) - max(low, place * step)))
    }
    let columns = core.x / step..<max(core.x / step, min(counts.width, (core.maxX - 1) / step + 1))
    let rows = core.y / step..<max(core.y / step, min(counts.height, (core.maxY - 1) / step + 1))
    let across = columns.map { seen($0, core.x, core.maxX) }
    counts.withUnsafeMutableRows { counts in
      for y in rows {
        let (line, down) = (counts.row(y) + columns.lowerBound, seen(y, core.y, core.maxY))
        for x in across.indices { line[x] += down * across[x] }
      }
    }
  }

  private static func add(_ source: Plane, _ core: PixelRect, _ step: Int, _ target: inout Plane) {
    guard core.width > 0, core.height > 0 else { return }
    let (width, height) = (target.width, target.height)
    let rows = core.y / step..<min(height, (core.maxY - 1) / step + 1)
    guard !rows.isEmpty else { return }
    target.withUnsafeMutableRows { target in
      source.withUnsafeRows { source in
        RowBands(height: rows.count).inParallel { band in
          for row in band.lowerBound + rows.lowerBound..<band.upperBound + rows.lowerBound {
            let line = target.row(row)
            for y in max(core.y, row * step)..<min(core.maxY, (row + 1) * step) {
              let samples = source.row(y - core.y)
              let end = min(core.width, width * step - core.x)
              // Up to the first whole pixel, whole ones, and what is left.
              var x = 0
              func addOne() {
                line[(core.x &+ x) / step] += samples[x]
                x += 1
              }
              while x < end, (core.x + x) % step != 0 { addOne() }
              let (whole, count) = (line + (core.x + x) / step, max(0, end - x) / step)
              let first = samples + x
              switch step {
              case 1: for k in 0..<count { whole[k] += first[k] }
              case 2:
                for k in 0..<count { whole[k] = whole[k] + first[2 &* k] + first[2 &* k &+ 1] }
              default:
                for k in 0..<count {
                  var sum = whole[k]
                  for part in 0..<step { sum += first[k &* step &+ part] }
                  whole[k] = sum
                }
              }
              x += count * step
              while x < end { addOne() }
            }
          }
        }
      }
    }
  }

  /// The pictures.
  var pictures: FieldPictures {
    if isWhole {
      return FieldPictures(
        scan: Picture(planes: scan), golden: Picture(planes: golden),
        difference: Picture(planes: difference), reduction: 1)
    }
    let most = Float(reduction * reduction)
    func mean(_ planes: [Plane], elsewhere: Float) -> Picture {
      Picture(
        planes: planes.map { plane in
          Plane(width: plane.width, height: plane.height) { target in
            plane.samples.withUnsafeBufferPointer { samples in
              counts.samples.withUnsafeBufferPointer { known in
                // What is not looked at fills the rest of a pixel.
                for x in 0..<samples.count {
                  target[x] = (samples[x] + (most - known[x]) * elsewhere) / most
                }
              }
            }
          }
        })
    }
    return FieldPictures(
      scan: mean(scan, elsewhere: Self.grey), golden: mean(golden, elsewhere: Self.grey),
      difference: mean(difference, elsewhere: Self.grey), reduction: Double(reduction))
  }
}
