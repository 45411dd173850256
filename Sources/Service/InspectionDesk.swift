public import Foundation
import Inspection
public import Logging
public import Records
import Reports
import Synchronization

/// Inspects claimed scans into an output folder and its records.
///
/// The order of the steps is what makes a kill harmless: first the scan's folder appears whole, then finding, explanation and
/// audit entry are recorded in one transaction, then the scan moves on. What was cut off is done again from the start, and
/// what is recorded is not recorded twice.
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
  let metrics: Metrics
  private let shelf: RecipeShelf
  private let output: URL
  /// The inbox as it was named, for records and messages.
  private let inbox: String
  private let book: RecordBook
  private let logger: Logger
  private let priorities: Set<String>
  private let state = Mutex(State())
  private let now: @Sendable () -> Date

  private struct State {
    /// Output folders being written.
    var reserved: Set<String> = []
    /// Claims that this run has begun.
    var begun: Set<String> = []
    /// Content being inspected, so that a copy waits for the first.
    var keys: Set<String> = []
    /// What is wrong with output, records or recipe, and when it is tried again.
    var trouble: (sentence: String, until: ContinuousClock.Instant)?
    /// Nil until the first scan: only then is the inbox ours alone.
    var index: IndexPage?
    /// When the index was written, how long it is left alone since, and whether results came.
    var indexWritten: ContinuousClock.Instant?
    var indexPause = Duration.zero
    var isIndexDue = false
    var latest: Date?
  }

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
    (self.shelf, self.output, self.inbox, self.book) = (shelf, output, inbox, book)
    (self.settings, self.priorities, self.metrics) = (settings, priorities, metrics)
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

  /// How much memory a scan's inspection may take; 0 for one that can't be read, which is told when it is inspected.
  func memory(for claim: Claim, bytesAPixel: Int) -> Int {
    guard let header = try? ScanHeader(claim.scan) else { return 0 }
    // A larger scan is held in parts, which together take no more.
    let held = min(Double(header.width) * Double(header.height), Double(Device.Footprint().wholePx))
    return Int(held) * bytesAPixel
  }

  /// Inspects a claimed scan.
  public func inspect(_ claim: Claim) -> WatchFolder.Outcome {
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
    } catch is Busy {
      return .postponed(seconds: 0.2)
    } catch {
      // The scan is told of by the place where it was dropped.
      let sentence = [claim.scan.path, claim.scan.relativePath].reduce("\(error)") {
        $0.replacing($1, with: path)
      }
      do {
        try book.use { try $0.endJob(claim.id, .refused(reason: sentence), at: now()) }
      } catch {
        return postpone("\(error)")
      }
      metrics.count(.failed)
      return .refused(sentence)
    }
  }

  private struct HeldBack: Error { let sentence: String }
  private struct Busy: Error {}

  private func timed<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { metrics.count(seconds: (ContinuousClock.now - start) / .seconds(1), of: stage) }
    return try body()
  }

  private func work(on claim: Claim, _ path: String) throws -> WatchFolder.Outcome {
    // What was postponed goes on where it was; only what a killed run left is begun again.
    if state.withLock({ !$0.begun.contains(claim.id) }) {
      let attempt = try book.use { try $0.beginJob(claim.id, name: claim.name, at: now()) }
      guard attempt <= settings.attempts else {
        throw Refusal("its inspection ended the program \(settings.attempts) times")
      }
      state.withLock { _ = $0.begun.insert(claim.id) }
    }
    try checkSize(claim.scan, path)
    let sidecar = try Sidecar.read(for: claim.scan)
    let recipe = try recipe(of: claim, sidecar)
    let key = try timed("hashing") { try Self.key(of: claim.scan, recipe) }
    guard state.withLock({ $0.keys.insert(key.text).inserted }) else { throw Busy() }
    defer { state.withLock { _ = $0.keys.remove(key.text) } }

    try openIndex()
    let known = try book.use { try $0.folder(of: key) }
    if let known, try isComplete(known, recipe) {
      logger.info("\(claim.name) is what \(known) holds the result of")
      try end(claim, key)
      metrics.count(.copy)
      let scan = try record(of: key)
      return outcome(scan?.record)
    }
    let place = known ?? reserve(Self.folder(for: claim), for: key, recipe)
    defer { state.withLock { _ = $0.reserved.remove(place) } }
    var result = try inspect(claim, path, recipe)
    if result.record.scan.lot == nil { result.record.scan.lot = lot(of: claim) }
    // What is recorded stays as it is: a folder that is missing gets it again.
    if let recorded = try known.flatMap({ _ in try record(of: key) }) {
      result.record = recorded.record
    }
    try timed("writing") { try write(result, at: place, key, recipe) }
    try end(claim, key)
    count(result.record)
    return outcome(result.record)
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
    } catch let error as ServiceError {
      throw error
    } catch {
      throw HeldBack(sentence: "\(error)")
    }
  }

  /// What a scan's result depends on.
  public static func key(of scan: URL, _ recipe: LoadedRecipe) throws -> ContentKey {
    var hash = try FileHash.sha256(scan)
    if let sidecar = Claim.sidecar(of: scan) {
      hash = Digest.sha256(Data("\(hash) \(try FileHash.sha256(sidecar))".utf8))
    }
    return ContentKey(scan: hash, recipe: recipe.recipeHash, models: recipe.modelsHash)
  }

  private func record(of key: ContentKey) throws -> StoredScan? {
    try book.use { try $0.scans(ScanFilter(scans: [key.text])).first }
  }

  /// Whether a recorded scan's folder is there with all that the recipe asks for.
  private func isComplete(_ place: String, _ recipe: LoadedRecipe) throws -> Bool {
    let folder = output.appending(path: place)
    guard FileState(folder)?.kind == .folder else { return false }
    if recipe.device.recipe.outputs.contains(.audit) {
      return AuditExport.isExport(folder.appending(path: Self.auditFolder))
    }
    return true
  }

  private static let auditFolder = "audit"

  /// The folder of a scan below the output, named after its place in the inbox.
  private static func folder(for claim: Claim) -> String {
    (claim.folders + [OutputFolder.name(forScan: claim.name)]).joined(separator: "/")
  }

  /// A folder that no other scan's result has, numbered from 2 where the first is taken.
  private func reserve(_ name: String, for key: ContentKey, _ recipe: LoadedRecipe) -> String {
    for number in 1... {
      let place = number == 1 ? name : "\(name)-\(number)"
      let file = output.appending(path: place)
      // A folder without a record is what a killed run wrote of this or another scan; a record of ours is written again.
      let isFree = FileState(file) == nil || isLeftover(place)
      if isFree, state.withLock({ $0.reserved.insert(place).inserted }) { return place }
    }
    preconditionFailure("there is always another number")
  }

  /// Whether a folder in the output is that of a scan that is not in the records.
  private func isLeftover(_ place: String) -> Bool {
    guard
      FileState(output.appending(path: place).appending(path: IndexPage.recordName)) != nil,
      let scans = try? book.use({ try $0.scans(ScanFilter(scans: [place])) })
    else { return false }
    return scans.isEmpty
  }

  /// The lot that the folders tell of: the last that neither names a recipe nor says what goes first.
  private func lot(of claim: Claim) -> String? {
    claim.folders.last { !priorities.contains($0) && !shelf.isRecipe($0) }
  }

  private func inspect(
    _ claim: Claim, _ path: String, _ recipe: LoadedRecipe
  ) throws -> InspectedScan {
    var stage: (name: String, start: ContinuousClock.Instant)?
    func close() {
      if let stage {
        metrics.count(
          seconds: (ContinuousClock.now - stage.start) / .seconds(1), of: stage.name)
      }
    }
    defer { close() }
    return try recipe.device.inspect(claim.scan, recordedAs: path) {
      close()
      stage = ($0.rawValue, ContinuousClock.now)
    }
  }

  private func write(
    _ result: InspectedScan, at place: String, _ key: ContentKey, _ recipe: LoadedRecipe
  ) throws {
    let time = now()
    if let latest = state.withLock({ $0.latest }), time < latest - 60 {
      logger.warning("the clock went back by \(Int(latest.timeIntervalSince(time))) s")
    }
    state.withLock { $0.latest = time }
    let outputs = recipe.device.recipe.outputs
    let stored = StoredScan(
      key: key.text, folder: place, time: time.ISO8601Format(), record: result.record,
      frame: recipe.frame)
    let folder = try result.write(into: output, outputs: outputs, stored: stored)
    var explanations: [Int: JSONValue] = [:]
    for finding in result.record.findings {
      explanations[finding.id] = try finding.explanation.map { try JSONValue(encoding: $0) }
    }
    let recorded = NewResult(
      key: key, folder: place, record: result.record, explanations: explanations,
      frame: recipe.frame, documents: recipe.documents)
    _ = try book.use { try $0.add(recorded, at: time) }
    if outputs.contains(.audit) {
      try OutputFolder(at: folder.appending(path: Self.auditFolder)).write { place in
        _ = try book.use { store in
          try AuditExport(of: store, output: output, program: Device.program).write(
            into: place, filter: ScanFilter(scans: [key.text]), isWhole: false, at: time)
        }
      }
    }
    var isDue = false
    state.withLock { state in
      state.index?.put(IndexEntry(record: result.record, folder: place))
      state.isIndexDue = true
      isDue = state.indexWritten.map { ContinuousClock.now - $0 > state.indexPause } ?? true
    }
    if isDue { try writeIndex() }
  }

  private func end(_ claim: Claim, _ key: ContentKey) throws {
    try book.use { try $0.endJob(claim.id, .done(key), at: now()) }
    state.withLock { _ = $0.begun.remove(claim.id) }
  }

  private func outcome(_ record: InspectionRecord?) -> WatchFolder.Outcome {
    record?.reason.map { .refused("not inspectable: \($0)") } ?? .done
  }

  private func count(_ record: InspectionRecord) {
    metrics.count(record.verdict == .inspected ? .inspected : .notInspectable)
    var classes: [String: Int] = [:]
    for finding in record.findings {
      classes[finding.defectClass ?? FindingExport.unclassified, default: 0] += 1
    }
    metrics.count(mpx: record.inspectedMpx, findings: classes)
  }

  private func openIndex() throws {
    if state.withLock({ $0.index != nil }) { return }
    try OutputFolder.clearLeftovers(in: output)
    let found: IndexPage
    do {
      found = try IndexPage(reading: output)
    } catch let error as ReportError where error.code == .noSuchFile {
      found = IndexPage()
    }
    for entry in found.entries where entry.folder.contains("/") {
      let lot = (entry.folder as NSString).deletingLastPathComponent
      try OutputFolder.clearLeftovers(in: output.appending(path: lot))
    }
    state.withLock { if $0.index == nil { $0.index = found } }
  }

  /// Writes the index if results came since; a long one less often, so that it never takes a twentieth of the time.
  func writeIndex() throws {
    let index = state.withLock { state in
      defer { state.isIndexDue = false }
      return state.isIndexDue ? state.index : nil
    }
    guard let index else { return }
    let start = ContinuousClock.now
    try index.write(into: output)
    let end = ContinuousClock.now
    state.withLock { state in
      (state.indexWritten, state.indexPause) = (end, (end - start) * 20)
    }
  }
}
