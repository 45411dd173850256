internal import Foundation
public import Raster

/// Learns a calibration from clean scans.
public struct Calibrator {
  /// A clean scan beside its golden.
  public struct Sample: Sendable {
    /// What it is called.
    public var name: String
    /// What is left of it.
    public var residual: Residual
    /// What lies at each pixel, and pixels to the nearest edge.
    public var materials: Labels, edgeDistance: Plane
    /// What other dies show; nil when none is known.
    public var place: PlaceVariation?
    /// The pixels that count.
    public var area: PixelRect

    /// A sample.
    public init(
      name: String, residual: Residual, materials: Labels, edgeDistance: Plane,
      place: PlaceVariation?, area: PixelRect
    ) {
      (self.name, self.residual, self.materials) = (name, residual, materials)
      (self.edgeDistance, self.place, self.area) = (edgeDistance, place, area)
    }
  }

  /// The noise that is always there, brightness 0…1: a tenth of a grey level.
  private static let floor = 0.1 / 255
  /// Peaks a Mpx from which the tail is followed.
  private static let tailRate = 30.0
  /// The rate a Mpx that tails are compared at.
  private static let rarest: Float = 0.02
  /// Where others tell elsewhere, the noise of being alone is learnt within this distance of a field's border, pixels.
  ///
  /// Others do not reach some of the border, and there the place of a scan is known least. How often it is exceeded by what is
  /// counted there and over whole scans, as if no other told: borders are too small for their one or two greatest peaks to tell a
  /// tail, and whole scans hold what a reticle repeats on each. Of both tails the one that reaches less is taken.
  private static let border = 96
  /// Without clean scans: the height that is thought to be exceeded as often as `tailRate`, and how fast that falls.
  ///
  /// 0.1 false alarms a Mpx are then assumed beyond 8 standard deviations.
  private static let assumedHeight: Float = 5, assumedScale: Float = 0.375
  /// The tail that follows from it.
  static let assumedTail = Calibration.Tail(
    height: assumedHeight, rate: Float(tailRate), scale: assumedScale, greatest: [])
  /// Kinds with fewer pixels lean on their distance from edges, that on all; a few structures have thousands, all off alike.
  private static let trust = 3000.0

  /// The calibration of clean scans.
  ///
  /// - Parameters:
  ///   - samples: one at least, of one number of planes.
  ///   - isSuspect: whether they may hold defects, as the very scan that is inspected does. Noise is then told by what
  ///     most pixels show, and thresholds are multiples of it, which stand for no rate.
  ///   - stages: what is not left out.
  public static func calibration(
    of samples: [Sample], isSuspect: Bool = false,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) -> Calibration {
    precondition(!samples.isEmpty, "a calibration needs a clean scan")
    let planes = samples[0].residual.planes.count
    var counts = [Int](repeating: 0, count: 1 << 16)
    if stages.contains(.strata) {
      for sample in samples { sample.materials.count(into: &counts) }
    }
    let materials = counts.indices.filter { counts[$0] >= 200 }.map { UInt16($0) }
    let kinds = Strata(materials: materials)
    let mpx = samples.reduce(0) { $0 + Double($1.area.area) / 1e6 }
    let withOthers = samples.allSatisfy { $0.place != nil } && stages.contains(.place)
    let views = samples.map { Self.views(of: $0, kinds: kinds, withOthers: withOthers) }
    var noise = NoiseSums(
      kinds: kinds, planes: planes, isFlat: !stages.contains(.strata), isSuspect: isSuspect)
    for view in views.joined() { noise.add(view) }
    let whitening = noise.whitening(floor: floor, trust: trust)
    let followsScans = !isSuspect && planes == 1
    // Each scan's views with what makes its noise equal.
    let seen = views.flatMap { views in
      let table = followsScans ? own(views, kinds, planes: planes, stages) : whitening
      return views.map { (view: $0, whitening: table) }
    }
    var lengths = Channels.names.map { _ in LengthSums(kinds: kinds, isSuspect: isSuspect) }
    let unit = [Float](repeating: 1, count: kinds.count)
    let leftOut = ScoreMap.leftOut(stages)
      .union(Channels.leftOut(planes: planes, isSuspect: isSuspect))
    for (view, whitening) in seen where !isSuspect {
      let white = ScoreMap.white(view.residual, view.strata, whitening)
      // Shapes are told in standard deviations already.
      Channels.visit(white, shapes: [], leavingOut: leftOut) { channel in
        lengths[channel.number].add(
          channel.length(view.strata, scale: unit), view.strata, step: channel.step,
          area: view.area, isAlone: view.isAlone, where: view.counts)
      }
    }
    let scales = lengths.enumerated().map { channel, sums in
      Channels.shapes.contains(channel) ? unit : sums.scales(trust: trust)
    }
    guard !isSuspect else {
      return Calibration(
        materials: materials, planes: planes, whitening: whitening, scales: scales,
        tails: Channels.names.map { _ in [assumedTail, assumedTail] }, mpx: mpx,
        scans: samples.map(\.name),
        usesNeighbours: withOthers, isSuspect: true, followsScans: nil)
    }
    let borderMpx = views.joined().filter(\.isAlone).reduce(0) {
      $0 + Double($1.area.area - $1.hole.area) / 1e6
    }
    // With others, alone in whole scans, alone at borders.
    var peaks = Channels.names.map { _ in [[Float]](repeating: [], count: 3) }
    for (view, whitening) in seen {
      let white = ScoreMap.white(view.residual, view.strata, whitening)
      let shapes = ScoreMap.shapes(
        view.residual, .init(view.residual), view.materials, view.edgeDistance, view.strata,
        whitening, leavingOut: leftOut)
      Channels.visit(white, shapes: shapes, leavingOut: leftOut) { channel in
        let z = channel.length(view.strata, scale: scales[channel.number])
        func found(where counts: (Int, Int) -> Bool) -> [Float] {
          PeakSearch.peaks(z, step: channel.step, area: view.area, where: counts)
        }
        guard view.isAlone else {
          peaks[channel.number][0] += found { view.strata[$0, $1] < UInt16(kinds.half) }
          return
        }
        peaks[channel.number][1] += found { _, _ in true }
        if withOthers { peaks[channel.number][2] += found(where: view.counts) }
      }
    }
    return Calibration(
      materials: materials, planes: planes, whitening: whitening, scales: scales,
      tails: peaks.map { sides in
        let whole = tail(sides[1], mpx: mpx)
        let border = withOthers ? tail(sides[2], mpx: borderMpx) : whole
        let alone = reach(border) < reach(whole) ? border : whole
        return [withOthers ? tail(sides[0], mpx: mpx) : alone, alone]
      }, mpx: mpx, scans: samples.map(\.name), usesNeighbours: withOthers, isSuspect: false,
      followsScans: followsScans ? true : nil)
  }

  /// A scan as others tell it, or as if no other told anything.
  fileprivate struct View {
    var residual: Residual
    var materials: Labels
    var edgeDistance: Plane
    var strata: Labels
    var area: PixelRect
    var isAlone: Bool
    /// What does not count.
    var hole: PixelRect

    func counts(_ x: Int, _ y: Int) -> Bool {
      x < hole.x || y < hole.y || x >= hole.maxX || y >= hole.maxY
    }
  }

  /// A scan once as if no other told anything anywhere, and once as the others tell it.
  fileprivate static func views(of sample: Sample, kinds: Strata, withOthers: Bool) -> [View] {
    let alone = kinds.labels(sample.materials, edgeDistance: sample.edgeDistance, alone: nil)
    let inner = sample.area.expanded(by: -border)
    let nothing = PixelRect(x: 0, y: 0, width: 0, height: 0)
    let view = View(
      residual: sample.residual.trusted, materials: sample.materials,
      edgeDistance: sample.edgeDistance, strata: alone, area: sample.area, isAlone: true,
      hole: withOthers && !inner.isEmpty ? inner : nothing)
    guard withOthers, let place = sample.place else { return [view] }
    let strata = kinds.labels(
      sample.materials, edgeDistance: sample.edgeDistance, alone: place.alone)
    return [
      view,
      View(
        residual: place.corrected(sample.residual), materials: sample.materials,
        edgeDistance: sample.edgeDistance, strata: strata, area: sample.area, isAlone: false,
        hole: nothing),
    ]
  }

  /// What makes the noise of one scan equal, which may hold defects, by what most of it shows.
  private static func own(
    _ views: [View], _ kinds: Strata, planes: Int, _ stages: Set<DetectionStage>
  ) -> [Float] {
    var noise = NoiseSums(
      kinds: kinds, planes: planes, isFlat: !stages.contains(.strata), isSuspect: true)
    for view in views { noise.add(view) }
    return noise.whitening(floor: floor, trust: trust)
  }

  /// What makes the noise of one scan equal, for a calibration that follows scans.
  ///
  /// - Parameters:
  ///   - samples: the scan, or windows that are spread over it.
  ///   - materials: those that the calibration learnt.
  ///   - withOthers: whether other dies tell what is usual.
  static func whitening(
    of samples: [Sample], materials: [UInt16], withOthers: Bool, stages: Set<DetectionStage>
  ) -> [Float] {
    let kinds = Strata(materials: materials)
    return own(
      samples.flatMap { views(of: $0, kinds: kinds, withOthers: withOthers) }, kinds,
      planes: samples[0].residual.planes.count, stages)
  }

  /// The height that a tail exceeds at `rarest`.
  private static func reach(_ tail: Calibration.Tail) -> Float {
    tail.height + tail.scale * log(tail.rate / rarest)
  }

  /// An exponential tail of the greatest peaks.
  ///
  /// Source: the mean excess over a high threshold; Pickands, "Statistical inference using extreme order statistics",
  /// Annals of Statistics 1975, with shape 0.
  private static func tail(_ peaks: [Float], mpx: Double) -> Calibration.Tail {
    let sorted = peaks.sorted(by: >)
    let count = min(max(20, Int(tailRate * mpx)), sorted.count - 1)
    guard count >= 5 else {
      // A channel that clean scans hardly ever excite.
      return Calibration.Tail(
        height: max(sorted.first ?? 0, assumedHeight),
        rate: Float(max(1, Double(sorted.count)) / mpx), scale: 1,
        greatest: Array(sorted.prefix(8)))
    }
    // Of the tails of all of them and of the greatest alone, the one that reaches furthest: many peaks tell the scale well,
    // few tell whether the tail grows heavier.
    let tails = [count, count / 3, count / 8].filter { $0 >= 5 }.map { few in
      let excess = sorted[..<few].reduce(0) { $0 + $1 - sorted[few] } / Float(few)
      return Calibration.Tail(
        height: sorted[few], rate: Float(Double(few) / mpx),
        scale: max(excess * (1 + 1 / Float(few).squareRoot()), 0.02),
        greatest: Array(sorted.prefix(8)))
    }
    return tails.max { reach($0) < reach($1) } ?? tails[0]
  }
}

extension NoiseSums {
  fileprivate mutating func add(_ view: Calibrator.View) {
    add(
      view.residual.planes, view.strata, area: view.area, isAlone: view.isAlone,
      where: view.counts)
  }
}

extension Labels {
  /// Adds how often each label occurs.
  fileprivate func count(into seen: inout [Int]) {
    // Neighbours are mostly alike, and counted together.
    var (last, run) = (UInt16(0), 0)
    values.withUnsafeBufferPointer { values in
      for value in values {
        if value != last {
          seen[Int(last)] += run
          (last, run) = (value, 0)
        }
        run &+= 1
      }
    }
    seen[Int(last)] += run
  }
}

/// Places of a plane that no neighbour exceeds.
enum PeakSearch {
  /// Peaks nearer than this are one, pixels of the channel.
  private static let reach = 3

  /// The heights of all peaks inside an area.
  static func peaks(
    _ z: Plane, step: Int, area: PixelRect, where counts: (Int, Int) -> Bool
  ) -> [Float] {
    let high = z.extremes(radius: reach).high
    let (left, top) = (area.x / step, area.y / step)
    let (right, bottom) = (min(z.width, area.maxX / step), min(z.height, area.maxY / step))
    guard left < right, top < bottom else { return [] }
    var found: [Float] = []
    for y in top..<bottom {
      for x in left..<right {
        let value = z.samples[y * z.width + x]
        if value >= high.samples[y * z.width + x], value > 0,
          counts(x * step + step / 2, y * step + step / 2)
        {
          found.append(value)
        }
      }
    }
    return found
  }
}
