public import Foundation
public import Golden
public import Networks
internal import ImageFiles
internal import Raster
public import Records
public import Reports

/// Goldens of several kinds, each taught the same scans and judged by the same scans held out.
public struct GoldenContest {
  /// A kind of golden.
  public enum Contestant: Sendable, Equatable {
    /// The median colours.
    case table
    /// The regression forest.
    case tree
    /// A generator taught with an objective.
    case generator(GeneratorArchitecture, Objective)

    /// How tables call it.
    public var name: String {
      switch self {
      case .table: "table"
      case .tree: "tree"
      case .generator(let architecture, let objective):
        "\(architecture.rawValue), \(objective.description)"
      }
    }
  }

  /// How one did.
  public struct Entry: Sendable {
    /// What is recorded of it.
    public var record: ContestRecord.Entry
    let trial: GoldenTrial
  }

  private let folder: TrainingFolder
  private let device: Device
  private let settings: GeneratorLesson.Settings
  private let lesson: GeneratorLesson
  /// What two photographs of the held-out dies differ by.
  private let floor: ImageScores?
  /// The windows that all goldens are shown in, chosen with the first.
  private var windows: [SampleWindow]?

  /// Prepares a contest.
  ///
  /// - Parameter repeats: a folder with second photographs of held-out scans, called `NAME_again.EXT`; nil for none.
  public init(
    _ folder: TrainingFolder, device: Device, settings: GeneratorLesson.Settings, repeats: URL?
  ) throws {
    (self.folder, self.device, self.settings) = (folder, device, settings)
    let lesson = try GeneratorLesson(folder, device: device, settings: settings)
    self.lesson = lesson
    floor = try repeats.map { try Self.floor(lesson.heldOut, lesson.taught, in: $0) }
  }

  /// The names of the scans held out.
  public var heldOut: [String] { lesson.names.heldOut }

  /// Teaches one and judges it.
  public mutating func entry(
    _ contestant: Contestant, progress: (TrainingProgress) -> GeneratorTraining.Command
  ) throws -> Entry {
    let clock = ContinuousClock()
    let start = clock.now
    let golden = try taught(contestant, progress)
    let seconds = (clock.now - start).inSeconds
    let begin = clock.now
    let mpx = try lesson.heldOut.reduce(0.0) { sum, scan in
      _ = try golden.region(scan.field, toScan: scan.toScan, mesh: scan.mesh)
      return sum + Double(scan.field.area) / 1e6
    }
    let painting = (clock.now - begin).inSeconds
    let trial = try GoldenTrial(
      golden, on: lesson.heldOut, showing: windows.map { .windows($0) } ?? .chosen)
    windows = trial.samples.map(\.window)
    var record = ContestRecord.Entry(
      name: contestant.name, scores: ScoresRecord(trial.scores), seconds: seconds,
      mpxPerSecond: mpx / painting)
    if let ratio = floor.map({ trial.scores.ratio(toFloor: $0) }) {
      (record.overFloor, record.edgesOverFloor, record.flatsOverFloor) = (
        ratio.all, ratio.edges, ratio.flats
      )
    }
    return Entry(record: record, trial: trial)
  }

  /// What is known of these goldens.
  public func report(_ entries: [Entry]) -> ContestReport {
    ContestReport(
      record: ContestRecord(
        lesson: LessonRecord(
          folder, device: device, lesson: lesson, training: settings.training),
        floor: floor.map { ScoresRecord($0) }, entries: entries.map(\.record)),
      windows: WindowPictures.windows(of: entries.map(\.trial)))
  }

  private func taught(
    _ contestant: Contestant, _ progress: (TrainingProgress) -> GeneratorTraining.Command
  ) throws -> any GoldenSource {
    switch contestant {
    case .table: return TableGolden(learning: lesson.taught)
    case .tree: return try TreeGolden(learning: lesson.taught)
    case .generator(let architecture, let objective):
      var settings = settings
      (settings.training.architecture, settings.training.objective) = (architecture, objective)
      let outcome = try lesson.run(settings: settings, progress: progress)
      return try GeneratorGolden(
        stack: lesson.taught.stack, generator: outcome.generator)
    }
  }

  private static func floor(
    _ scans: [TrainingScan], _ taught: TrainingSet, in folder: URL
  ) throws -> ImageScores {
    var scores = ImageScores()
    for scan in scans {
      let name = (scan.name as NSString)
      let file = folder.appending(
        path: "\(name.deletingPathExtension)_again.\(name.pathExtension)")
      let image = try ImageFile(path: file.path)
      let region = try StackRegion(
        taught.stack, rect: scan.field, toScan: scan.toScan, mesh: scan.mesh,
        rounding: taught.rounding * taught.pixelSizeUm / scan.pixelSizeUm)
      scores.add(
        golden: try image.read(scan.field), photograph: scan.photograph,
        materials: region.materials, edgeDistance: region.edgeDistance,
        area: PixelRect(
          x: scan.area.x - scan.field.x, y: scan.area.y - scan.field.y, width: scan.area.width,
          height: scan.area.height))
    }
    return scores
  }
}
