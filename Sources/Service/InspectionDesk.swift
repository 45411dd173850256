public import Foundation
import Inspection
public import Logging
import Records
import Reports
import Synchronization

/// Inspects claimed scans into an output folder and its records, and says which go on, which are refused and which wait.
///
/// A scan moves on only after its result is recorded, so that a kill at any instant loses none and repeats none.
public final class InspectionDesk: Sendable {
  /// What is taken in, and how often.
  public struct Settings: Codable, Sendable, Equatable {
    /// Greatest size of a scan's file, bytes.
    ///
    /// The default is 16 GiB.
    public var greatestBytes = 16 << 30
    /// Greatest size of a scan, millions of pixels.
    ///
    /// The default is 20 000.
    public var greatestMpx = 20_000.0
    /// How often a scan is begun at most: one that ended the program so often is refused.
    ///
    /// The default is 5.
    public var attempts = 5
    /// Free space of the output below which no scan is taken up, bytes.
    ///
    /// The default is 500 MB.
    public var leastFreeBytes = 500_000_000
    /// Seconds until what could not be written is tried again.
    ///
    /// The default is 5.
    public var retrySeconds = 5.0

    /// The default settings.
    public init() {}
  }

  let settings: Settings
  /// Where results go.
  public let results: Results
  private let shelf: RecipeShelf
  /// The inbox as it was named, for records and messages.
  private let inbox: String
  private let book: RecordBook
  private let logger: Logger
  private let priorities: Set<String>
  private let state = Mutex(State())
  private let now: @Sendable () -> Date

  private struct State {
    /// Claims that this run has begun, and how far the work on them is.
    var begun: [String: Progress] = [:]
    /// What is wrong with output, records or recipe, and when it is tried again.
    var trouble: (sentence: String, until: ContinuousClock.Instant)?
  }

  /// How far the work on a scan is.
  private enum Progress {
    /// Nothing is written yet, and it can be given back.
    case inspecting
    /// Its result is being written, which doesn't take long.
    case writing
    /// It was given back, and nothing of it is written any more.
    case givenBack
  }

  var metrics: Metrics { results.metrics }
  private var output: URL { results.output }

  /// A desk.
  ///
  /// - Parameters:
  ///   - shelf: the recipes.
  ///   - output: the folder that results go to.
  ///   - inbox: the inbox as the user named it.
  ///   - book: the records.
  ///   - priorities: names of folders that are no lots, because they say what goes first.
  ///   - now: the clock; the default is the system's.
  public init(
    shelf: RecipeShelf, output: URL, inbox: String, book: RecordBook,
    settings: Settings = Settings(), priorities: Set<String> = [], metrics: Metrics = Metrics(),
    logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
  ) {
    results = Results(in: output, book: book, metrics: metrics, logger: logger, now: now)
    (self.shelf, self.inbox, self.book) = (shelf, inbox, book)
    (self.settings, self.priorities) = (settings, priorities)
    (self.logger, self.now) = (logger, now)
  }

  /// What is wrong now with output, records or recipe; nil when scans can be taken up.
  public var trouble: String? { state.withLock { $0.trouble?.sentence } }

  /// Whether a scan may be taken up: nothing is wrong, or it is time to try again.
  func isOpen() -> Bool {
    let due = state.withLock { $0.trouble.map { $0.until <= ContinuousClock.now } ?? true }
    guard due else { return false }
    if let free = freeBytes, free < Double(settings.leastFreeBytes) {
      hold(
        "\(output.path): \(Int(free / 1e6)) MB are free, and \(settings.leastFreeBytes / 1_000_000) MB are to stay free"
      )
      return false
    }
    return true
  }

  /// Free space where the output is or will be.
  var freeBytes: Double? {
    var place = output.standardizedFileURL.absoluteURL
    while FileState(place) == nil, place.path != "/" { place.deleteLastPathComponent() }
    var status = statvfs()
    guard statvfs(place.path, &status) == 0 else { return nil }
    return Double(status.f_bavail) * Double(status.f_frsize)
  }

  /// Says what is wrong, once, and takes up no scan for a while.
  private func hold(_ sentence: String) {
    let until = ContinuousClock.now + .seconds(settings.retrySeconds)
    let isNew = state.withLock { state in
      defer { state.trouble = (sentence, until) }
      return state.trouble?.sentence != sentence
    }
    metrics.hold(true)
    if isNew { logger.error("\(sentence); scans wait until it is mended") }
  }

  private func release() {
    let was = state.withLock { state in
      defer { state.trouble = nil }
      return state.trouble
    }
    guard was != nil else { return }
    metrics.hold(false)
    logger.notice("mended: scans are taken up again")
  }

  /// Inspects a claimed scan.
  ///
  /// - Throws: `CancellationError` when the scan was given back meanwhile.
  public func inspect(_ claim: Claim) throws -> WatchFolder.Outcome {
    let path = (inbox as NSString).appendingPathComponent(claim.name)
    func postpone(_ sentence: String) -> WatchFolder.Outcome {
      hold(sentence)
      metrics.count(.postponed)
      return .postponed(seconds: settings.retrySeconds)
    }
    do {
      let outcome = try work(on: claim, path)
      release()
      return outcome
    } catch let error as ReportError {
      // Nothing is wrong with the scan: it waits until the output can be written.
      return postpone(error.description)
    } catch let error as StoreError {
      return postpone(error.description)
    } catch let held as HeldBack {
      return postpone(held.sentence)
    } catch is Results.Busy {
      return .postponed(seconds: 0.2)
    } catch {
      if error is CancellationError || isGivenBack(claim) { throw CancellationError() }
      // The scan is told of by the place where it was dropped.
      let sentence = [claim.scan.path, claim.scan.relativePath].reduce("\(error)") {
        $0.replacing($1, with: path)
      }
      do {
        try book.use { try $0.endJob(claim.id, .refused(reason: sentence), at: now()) }
      } catch {
        return postpone("\(error)")
      }
      state.withLock { _ = $0.begun.removeValue(forKey: claim.id) }
      metrics.count(.failed)
      return .refused(sentence)
    }
  }

  private struct HeldBack: Error { let sentence: String }

  private func work(on claim: Claim, _ path: String) throws -> WatchFolder.Outcome {
    // What was postponed goes on where it was; only what a killed run left is begun again.
    if state.withLock({ $0.begun[claim.id] == nil }) {
      let attempt = try book.use { try $0.beginJob(claim.id, name: claim.name, at: now()) }
      guard attempt <= settings.attempts else {
        throw Refusal("its inspection ended the program \(settings.attempts) times")
      }
    }
    state.withLock { state in
      if state.begun[claim.id] != .givenBack { state.begun[claim.id] = .inspecting }
    }
    try checkSize(claim.scan, path)
    let sidecar = try Sidecar.read(for: claim.scan)
    let recipe = try recipe(of: claim, sidecar)
    let order = Results.Order(
      scan: claim.scan, path: path, folder: Self.folder(for: claim), lot: lot(of: claim),
      neighbours: recipe.device.recipe.neighbours > 0 ? { @Sendable in claim.neighbours() } : nil)
    let outcome = try results.inspect(order, by: recipe, isWanted: { beginWriting(of: claim) })
    if let key = outcome.key {
      try book.use { try $0.endJob(claim.id, .done(key), at: now()) }
    }
    state.withLock { _ = $0.begun.removeValue(forKey: claim.id) }
    if outcome.isKnown {
      logger.info("\(claim.name) is what \(outcome.folder) holds the result of")
      metrics.count(.copy)
    } else {
      count(outcome.record)
    }
    return outcome.record.reason.map { .refused("not inspectable: \($0)") } ?? .done
  }

  /// Whether a scan's result may be written; from then on it can't be given back.
  private func beginWriting(of claim: Claim) -> Bool {
    state.withLock { state in
      guard state.begun[claim.id] == .inspecting else { return false }
      state.begun[claim.id] = .writing
      return true
    }
  }

  private func isGivenBack(_ claim: Claim) -> Bool {
    state.withLock { $0.begun[claim.id] == .givenBack }
  }

  /// Takes a scan that is being inspected out of the work: nothing of it is written any more.
  ///
  /// - Returns: false when it is too late for that, because its result is being written or was.
  func giveBack(_ claim: Claim) -> Bool {
    let isInTime = state.withLock { state in
      guard state.begun[claim.id] == .inspecting else { return false }
      state.begun[claim.id] = .givenBack
      return true
    }
    if isInTime { try? book.use { try $0.endJob(claim.id, .givenBack, at: now()) } }
    return isInTime
  }

  private struct Refusal: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private func checkSize(_ scan: URL, _ path: String) throws {
    guard let file = FileState(scan), file.kind == .file else {
      throw Refusal("\(path): is no regular file")
    }
    guard file.size <= settings.greatestBytes else {
      throw Refusal(
        "\(path): has \(file.size / 1_000_000) MB; up to \(settings.greatestBytes / 1_000_000) are taken in"
      )
    }
    let header = try ScanHeader(scan)
    let mpx = Double(header.width) * Double(header.height) / 1e6
    guard mpx <= settings.greatestMpx else {
      throw Refusal(
        "\(path): has \(Int(mpx)) Mpx; up to \(Int(settings.greatestMpx)) are taken in")
    }
  }

  /// The recipe of a scan; one that can't be opened holds all scans back, for it is not theirs to be refused.
  private func recipe(of claim: Claim, _ sidecar: Sidecar?) throws -> LoadedRecipe {
    do {
      return try shelf.recipe(folders: claim.folders, named: sidecar?.recipe).recipe
    } catch let error as ServiceError where error.code == .noSuchRecipe {
      throw error
    } catch {
      throw HeldBack(sentence: "\(error)")
    }
  }

  /// The folder of a scan below the output, named after its place in the inbox.
  private static func folder(for claim: Claim) -> String {
    (claim.folders + [OutputFolder.name(forScan: claim.name)]).joined(separator: "/")
  }

  /// The lot that the folders tell of: the last that neither names a recipe nor says what goes first.
  private func lot(of claim: Claim) -> String? {
    claim.folders.last { !priorities.contains($0) && !shelf.isRecipe($0) }
  }

  private func count(_ record: InspectionRecord) {
    metrics.count(record.verdict == .inspected ? .inspected : .notInspectable)
    var classes: [String: Int] = [:]
    for finding in record.findings {
      classes[finding.defectClass ?? FindingExport.unclassified, default: 0] += 1
    }
    metrics.count(mpx: record.inspectedMpx, findings: classes)
  }
}
