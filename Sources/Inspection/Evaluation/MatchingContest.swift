public import Foundation
internal import Golden
internal import ImageFiles
public import Matching
internal import Raster
public import Records

/// Inspects scans whose defects are known in several ways, and judges each.
public struct MatchingContest {
  /// A way of inspecting.
  public enum Contestant: Sendable, Equatable {
    /// As the recipe has it, calibration included where it names one.
    case recipe
    /// The recipe's golden with, or without, what other dies tell.
    case golden(withNeighbours: Bool)
    /// The table or the tree learnt from the scan itself, with or without other dies.
    case table(withNeighbours: Bool)
    case tree(withNeighbours: Bool)
    /// What the neighbours' scans have in common, without a layout.
    case dies
    /// The same photograph without its defects, with noise of its own where there are repeats.
    case ideal
    /// The nearest other die alone.
    case neighbourDie
    /// The recipe's golden with nothing fitted and one noise for all.
    case plain
    /// The recipe's golden and neighbours without one stage.
    case without(DetectionStage)

    /// The contestant of a name.
    public init?(name: String) {
      switch name {
      case "recipe": self = .recipe
      case "golden": self = .golden(withNeighbours: false)
      case "golden+neighbours": self = .golden(withNeighbours: true)
      case "table": self = .table(withNeighbours: false)
      case "table+neighbours": self = .table(withNeighbours: true)
      case "tree": self = .tree(withNeighbours: false)
      case "tree+neighbours": self = .tree(withNeighbours: true)
      case "dies": self = .dies
      case "ideal": self = .ideal
      case "neighbour": self = .neighbourDie
      case "plain": self = .plain
      default:
        guard name.hasPrefix("without-"),
          let stage = DetectionStage(rawValue: String(name.dropFirst(8)))
        else { return nil }
        self = .without(stage)
      }
    }
  }

  /// A scan in its place with all that a comparison needs.
  private struct Case {
    let scan: URL
    let prepared: PreparedScan
    var residual: Residual
    var place: PlaceVariation?

    var sample: Calibrator.Sample {
      Calibrator.Sample(
        name: scan.lastPathComponent, residual: residual, materials: prepared.region.materials,
        edgeDistance: prepared.region.edgeDistance, place: place, area: prepared.area)
    }
  }

  /// What was missed or falsely found, with its pictures.
  struct Sample: Sendable {
    var told: DetectionRecord.Sample
    var seen, golden: Picture
  }

  private let device: Device
  private let truth: KnownDefects
  private let scans: [URL]
  private let clean: [URL]
  /// What was made of neighbours: all of them in turn are neighbours of others.
  private let kept: KeptScans<NeighbourDies.Die>
  /// Scans whose residuals are kept at most.
  private static let mostKept = 24
  /// Findings are looked for as if so many false alarms a Mpx were allowed, the first rate and on while fewer come out than
  /// are told of: a calibration by scans that differ from each other may allow so little that hardly an alarm is seen.
  private static let rates = [DetectionScores.greatestRate, 30, 100, 300, 1000]
  private var prepared: [String: [String: PreparedScan]] = [:]
  /// Missed defects and false alarms of the entries so far.
  private(set) var samples: [Sample] = []

  /// A contest.
  ///
  /// - Parameters:
  ///   - scans: the files to judge by.
  ///   - clean: files of clean scans to calibrate on; none of `scans`.
  public init(device: Device, truth: KnownDefects, scans: [URL], clean: [URL]) {
    (self.device, self.truth, self.scans, self.clean) = (device, truth, scans, clean)
    kept = KeptScans(neighbours: min(scans.count + clean.count, Self.mostKept))
  }

  /// The stages that do something with the scans by the recipe's golden, as far as the first scan tells.
  ///
  /// - Throws: `InspectionError` when that can't be read.
  public func stagesAtWork() throws -> [DetectionStage] {
    let golden = device.recipe.golden
    let planes = try scans.first.map { try device.read($0).picture.channels } ?? 1
    return DetectionStage.allCases.filter { stage in
      switch stage {
      case .mesh: golden != .dies
      case .placement: if case .generator = golden { true } else { false }
      case .surface: golden == .dies
      case .place: golden != .dies && device.recipe.neighbours > 0
      default: stage.isAtWork(planes: planes)
      }
    }
  }

  /// Judges one way of inspecting.
  ///
  /// - Parameter progress: told the scan that is worked on.
  public mutating func entry(
    _ contestant: Contestant, name: String, progress: (String) -> Void = { _ in }
  ) throws -> DetectionRecord.Entry {
    var stages = Set(DetectionStage.allCases)
    var kind = device.recipe.golden
    var usesPlace = true
    switch contestant {
    case .recipe: usesPlace = device.calibration?.noise.usesNeighbours ?? true
    case .golden(let with): usesPlace = with
    case .table(let with): (kind, usesPlace) = (.table, with)
    case .tree(let with): (kind, usesPlace) = (.tree, with)
    case .dies: (kind, usesPlace) = (.dies, false)
    case .ideal, .neighbourDie: usesPlace = false
    case .plain: (stages, usesPlace) = ([], false)
    case .without(let stage):
      stages.remove(stage)
      usesPlace = stage != .place && kind != .dies
    }
    if contestant == .dies || (usesPlace && name.hasSuffix("+neighbours")),
      device.recipe.neighbours == 0
    {
      throw RecipeError(
        .missingKey, path: device.recipe.path,
        detail: "golden.neighbours is missing; '\(name)' needs to know how many")
    }
    if kind == .dies, contestant == .neighbourDie || name.hasSuffix("+neighbours") {
      throw RecipeError(
        .badValue, path: device.recipe.path,
        detail: "golden is made of the neighbours already; '\(name)' needs another")
    }
    var refused = 0
    func cases(_ files: [URL]) throws -> [Case] {
      var cases: [Case] = []
      for file in files {
        progress("\(name): \(file.lastPathComponent)")
        guard var ready = try preparation(file, kind, stages) else {
          refused += 1
          continue
        }
        if contestant == .ideal {
          guard let twin = try twin(of: file) else { continue }
          ready.region.picture = twin
        }
        var one = Case(
          scan: file, prepared: ready, residual: ready.residual(stages).withoutLight, place: nil)
        if usesPlace {
          one.place = try device.place(
            of: file, ready, one.residual, golden: kind, stages: stages, kept: kept)
        }
        if contestant == .neighbourDie { try subtractNeighbour(&one, kind) }
        cases.append(one)
      }
      return cases
    }
    var noise: Calibration
    if contestant == .recipe, let calibration = device.calibration {
      noise = calibration.noise
    } else {
      let lessons = try cases(clean)
      guard !lessons.isEmpty else {
        throw InspectionError(
          .unusableScan, path: "evaluate", "no clean scan is left to calibrate on")
      }
      noise = Calibrator.calibration(of: lessons.map(\.sample), stages: stages)
    }
    if !stages.contains(.tails) { noise = noise.withAssumedTails }
    refused = 0
    let judged = try cases(scans)
    let clock = ContinuousClock()
    let start = clock.now
    let comparisons = judged.map { one in
      Comparison(
        one.residual, materials: one.prepared.region.materials,
        edgeDistance: one.prepared.region.edgeDistance, place: one.place,
        calibration: noise.fitted(to: { [one.sample] }, stages: stages), stages: stages)
    }
    func findings(_ index: Int, _ score: Double) -> [Judgement.Candidate] {
      var rules = Comparison.rules(score: score, calibration: noise)
      rules.grow = stages.contains(.growth) ? min(rules.grow, rules.seed) : rules.seed
      return comparisons[index].findings(in: judged[index].prepared.area, rules: rules)
        .map { Judgement.Candidate($0, in: judged[index].prepared.field) }
    }
    // What a user of the recipe is shown; the curve needs what is found at every rate.
    var atRate: [Judgement] = []
    for (index, one) in judged.enumerated() {
      let shown = findings(index, threshold)
      atRate.append(judgement(shown, one))
      keepSamples(atRate[index], shown, one, name: name)
    }
    let seconds = (clock.now - start).inSeconds
    var candidates = judged.map { _ in [Judgement.Candidate]() }
    var judgements: [Judgement] = []
    let mpx = judged.reduce(0) { $0 + Double($1.prepared.area.area) / 1e6 }
    var stricter = Double.infinity
    for rate in Self.rates {
      let score = Calibration.score(rate: rate)
      for index in judged.indices {
        // What was found by a stricter threshold has grown since, and may have run into others. What was not shown by that, as
        // no more than the shadow of something stronger, is shown from here on, whatever its score.
        let earlier = candidates[index]
        candidates[index] += findings(index, score).compactMap { new in
          guard !earlier.contains(where: { Judgement.touch(new, $0, within: 1) }) else {
            return nil
          }
          var new = new
          new.score = min(new.score, stricter.nextDown)
          return new
        }
      }
      stricter = score
      judgements = judged.indices.map { judgement(candidates[$0], judged[$0]) }
      let alarms = judgements.reduce(0) { $0 + $1.falseAlarms.count }
      if Double(alarms) > DetectionScores.greatestRate * mpx { break }
    }
    var entry = entry(name, judgements, atRate, refused: refused, seconds: seconds)
    entry.leastProvenRate = noise.leastProvenRate
    if case .without(let stage) = contestant { entry.leftOut = stage.leftOut }
    return entry
  }

  /// False alarms a Mpx that the recipe asks for, and the score that stands for it.
  private var rate: Double { device.recipe.matching.falseAlarmsPerMpx ?? Device.usualRate }
  private var threshold: Double { Calibration.score(rate: rate) }

  private func entry(
    _ name: String, _ judgements: [Judgement], _ atRate: [Judgement], refused: Int,
    seconds: Double
  ) -> DetectionRecord.Entry {
    let mpx = judgements.reduce(0) { $0 + $1.mpx }
    var entry = DetectionRecord.Entry(
      name: name, scans: judgements.count, refused: refused, mpx: mpx, isCalibrated: true)
    func count(_ judgements: [Judgement]) -> DetectionRecord.AlarmCount? {
      judgements.isEmpty
        ? nil
        : DetectionRecord.AlarmCount(
          count: judgements.reduce(0) { $0 + $1.falseAlarms.count },
          mpx: judgements.reduce(0) { $0 + $1.mpx }, rate: rate)
    }
    entry.alarms = count(atRate)
    entry.cleanAlarms = count(atRate.filter { truth.isClean($0.scan) })
    let scores = DetectionScores(judgements: judgements)
    entry.averagePrecision = scores.averagePrecision
    entry.curve = scores.curve
    entry.groups = scores.groups(atRate, threshold: threshold, rate: rate)
    entry.mpxPerSecond = seconds > 0 ? mpx / seconds : 0
    return entry
  }

  private mutating func preparation(
    _ scan: URL, _ kind: Recipe.Golden, _ stages: Set<DetectionStage>
  ) throws -> PreparedScan? {
    let key =
      "\(kind) \([.mesh, .placement, .surface].filter(stages.contains) as [DetectionStage])"
    if let known = prepared[key]?[scan.path] { return known }
    // One golden at a time is kept.
    if prepared[key] == nil { prepared = [key: [:]] }
    guard
      case .ready(let ready) = try device.prepare(
        try device.read(scan), scan, golden: kind, stages: stages)
    else { return nil }
    prepared[key]?[scan.path] = ready
    return ready
  }

  /// The same photograph without its defects, of the field alone; nil where none was written.
  private func twin(of scan: URL) throws -> Picture? {
    guard let known = truth.scans[scan.lastPathComponent], let clean = known.clean else {
      return nil
    }
    var file = truth.folder.appending(path: clean)
    if let again = known.repeats?.first {
      let other = file.deletingLastPathComponent().appending(
        path: URL(filePath: again).lastPathComponent)
      if FileManager.default.fileExists(atPath: other.path) { file = other }
    }
    let image = try ImageFile(path: file.path)
    return try image.read(image.bounds).withoutIdleColour
  }

  /// Takes the nearest other die's residual for what the golden should have shown.
  private func subtractNeighbour(_ one: inout Case, _ kind: Recipe.Golden) throws {
    guard let other = try device.nearestDie(to: one.scan, golden: kind) else { return }
    let shown = NeighbourDies.residual(
      of: other, at: one.prepared.die(one.residual, sha256: try FileHash.sha256(one.scan)))
    for plane in one.residual.planes.indices {
      for index in one.residual.planes[plane].samples.indices
      where !shown[plane].samples[index].isNaN {
        one.residual.planes[plane].samples[index] -= shown[plane].samples[index]
      }
    }
  }

  /// The defects that a scan shows where it is looked at.
  private func marks(_ one: Case) -> [KnownDefects.Mark] {
    (truth.scans[one.scan.lastPathComponent]?.defects ?? [])
      .filter { !$0.box.intersection(one.prepared.registration.extent).isEmpty }
  }

  private func judgement(_ candidates: [Judgement.Candidate], _ one: Case) -> Judgement {
    Judgement(
      scan: one.scan.lastPathComponent, mpx: Double(one.prepared.area.area) / 1e6,
      marks: marks(one), repeated: truth.scans[one.scan.lastPathComponent]?.repeated ?? [],
      candidates: candidates)
  }

  /// Keeps pictures of what was missed and falsely found.
  private mutating func keepSamples(
    _ judgement: Judgement, _ candidates: [Judgement.Candidate], _ one: Case, name: String
  ) {
    let field = one.prepared.field
    let golden = one.prepared.picture.less(one.residual)
    func keep(_ text: String, _ box: PixelRect) {
      let side = max(64, 2 * max(box.width, box.height))
      let rect = PixelRect(
        x: box.x - field.x + box.width / 2 - side / 2,
        y: box.y - field.y + box.height / 2 - side / 2, width: side, height: side
      ).intersection(one.prepared.picture.bounds)
      guard !rect.isEmpty else { return }
      samples.append(
        Sample(
          told: .init(entry: name, scan: one.scan.lastPathComponent, text: text, box: box),
          seen: one.prepared.picture.crop(rect), golden: golden.crop(rect)))
    }
    for (mark, defect) in zip(marks(one), judgement.defects) where defect.score == nil {
      keep(
        "missed: \(defect.class), contrast \(Int(defect.contrast)), \(defect.areaPx) px",
        mark.box)
    }
    for index in judgement.falseAlarmIndices {
      keep(
        "false alarm, score " + String(format: "%.1f", candidates[index].score),
        candidates[index].box)
    }
  }

  /// The record of entries made before.
  public func record(_ entries: [DetectionRecord.Entry]) -> DetectionRecord {
    DetectionRecord(
      device: device.recipe.device, scans: scans.map(\.lastPathComponent), entries: entries,
      samples: samples.map(\.told))
  }
}
