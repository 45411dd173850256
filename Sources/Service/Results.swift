public import Foundation
public import Inspection
public import Logging
public import Records
import Reports
import Synchronization

/// An output folder with its records and pages, and the one way in which results get there.
///
/// The order of the steps is what makes a kill harmless: first the scan's folder appears whole and safe on the disk, then
/// findings, explanations and audit entry are recorded in one transaction. What was cut off is done again from the start, and
/// what is recorded is not recorded twice.
public final class Results: Sendable {
  /// What is to be inspected.
  public struct Order: Sendable {
    /// The scan's file.
    public var scan: URL
    /// What the record names it by.
    public var path: String
    /// The folder that is wished for it, below the output.
    public var folder: String
    /// The lot, where the sidecar names none.
    public var lot: String?
    /// Scans that may tell what is usual; nil for those of the scan's own folder.
    public var neighbours: OtherScans?

    /// A scan to be inspected.
    public init(
      scan: URL, path: String, folder: String, lot: String? = nil, neighbours: OtherScans? = nil
    ) {
      (self.scan, self.path, self.folder, self.lot) = (scan, path, folder, lot)
      self.neighbours = neighbours
    }
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// What was found.
    public var record: InspectionRecord
    /// The scan's folder, below the output.
    public var folder: String
    /// Whether it is the result of an inspection before, of the same content by the same recipe and models.
    public var isKnown = false
    /// What it is on record by; nil without records.
    public var key: ContentKey?
  }

  /// Another thread is inspecting the same content just now.
  struct Busy: Error {}

  let output: URL
  let metrics: Metrics
  let pages: PageKeeper
  private let book: RecordBook?
  private let logger: Logger
  private let now: @Sendable () -> Date
  private let state = Mutex(State())

  private struct State {
    /// Output folders being written.
    var reserved: Set<String> = []
    /// Content being inspected, so that a copy waits for the first.
    var keys: Set<String> = []
    var latest: Date?
  }

  /// The results in a folder.
  ///
  /// - Parameters:
  ///   - output: the folder; made when the first result comes.
  ///   - book: the records; nil keeps none, and each scan takes the place of what its folder held before.
  ///   - now: the clock; the default is the system's.
  public init(
    in output: URL, book: RecordBook?, metrics: Metrics = Metrics(), logger: Logger,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    (self.output, self.book, self.metrics, self.logger) = (output, book, metrics, logger)
    self.now = now
    pages = PageKeeper(output: output, book: book, logger: logger)
  }

  /// Inspects a scan, and writes and records the result.
  ///
  /// - Parameters:
  ///   - isWanted: asked once before anything is written; when it isn't any more, nothing is.
  ///   - progress: told as each stage begins.
  /// - Throws: what inspecting throws, `ReportError` or `StoreError` when the result can't be kept, `CancellationError` when it
  ///   isn't wanted any more.
  public func inspect(
    _ order: Order, by recipe: LoadedRecipe, isWanted: () -> Bool = { true },
    progress: (Device.Stage) -> Void = { _ in }
  ) throws -> Outcome {
    try pages.open()
    guard let book else {
      let result = try inspect(order, recipe, progress)
      guard isWanted() else { throw CancellationError() }
      try timed("writing") {
        _ = try result.write(
          into: output, outputs: recipe.device.recipe.outputs,
          stored: StoredScan(
            unrecorded: result.record, folder: order.folder, frame: recipe.frame))
      }
      pages.put(IndexEntry(record: result.record, folder: order.folder))
      return Outcome(record: result.record, folder: order.folder)
    }
    let key = try timed("hashing") { try Self.key(of: order.scan, recipe) }
    guard state.withLock({ $0.keys.insert(key.text).inserted }) else { throw Busy() }
    defer { state.withLock { _ = $0.keys.remove(key.text) } }

    let known = try book.use { try $0.scans(ScanFilter(scans: [key.text])).first }
    if let known, isComplete(known.folder, recipe) {
      return Outcome(record: known.record, folder: known.folder, isKnown: true, key: key)
    }
    let place = try known?.folder ?? reserve(order.folder, in: book)
    defer { state.withLock { _ = $0.reserved.remove(place) } }
    var result = try inspect(order, recipe, progress)
    // What is recorded stays as it is: a folder that is missing gets it again.
    if let known { result.record = known.record }
    guard isWanted() else { throw CancellationError() }
    try timed("writing") { try write(result, at: place, key, recipe, book) }
    return Outcome(record: result.record, folder: place, key: key)
  }

  /// Begins to write pages that are due, aside from the scans.
  ///
  /// - Parameter isIdle: whether nothing else is to be done.
  public func refreshPages(isIdle: Bool = false) { pages.writeAside(isIdle: isIdle) }

  /// Writes all pages that are due, and comes back when they are.
  ///
  /// - Throws: `ReportError`, `StoreError`.
  public func finishPages() throws { try pages.write() }

  /// What a scan's result depends on.
  public static func key(of scan: URL, _ recipe: LoadedRecipe) throws -> ContentKey {
    var hash = try FileHash.sha256(scan)
    if let sidecar = Sidecar.url(for: scan),
      FileState(sidecar.resolvingSymlinksInPath())?.kind == .file
    {
      hash = Digest.sha256(Data("\(hash) \(try FileHash.sha256(sidecar))".utf8))
    }
    return ContentKey(scan: hash, recipe: recipe.recipeHash, models: recipe.modelsHash)
  }

  private func timed<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { metrics.count(seconds: (ContinuousClock.now - start) / .seconds(1), of: stage) }
    return try body()
  }

  private func inspect(
    _ order: Order, _ recipe: LoadedRecipe, _ progress: (Device.Stage) -> Void
  ) throws -> InspectedScan {
    var stage: (name: String, start: ContinuousClock.Instant)?
    func close() {
      if let stage {
        metrics.count(
          seconds: (ContinuousClock.now - stage.start) / .seconds(1), of: stage.name)
      }
    }
    defer { close() }
    var result = try recipe.device.inspect(
      order.scan, recordedAs: order.path, beside: order.neighbours
    ) {
      close()
      stage = ($0.rawValue, ContinuousClock.now)
      progress($0)
    }
    if result.record.scan.lot == nil { result.record.scan.lot = order.lot }
    return result
  }

  private static let auditFolder = "audit"

  /// Whether a recorded scan's folder is there with all that the recipe asks for.
  private func isComplete(_ place: String, _ recipe: LoadedRecipe) -> Bool {
    let folder = output.appending(path: place)
    guard FileState(folder)?.kind == .folder else { return false }
    if recipe.device.recipe.outputs.contains(.audit) {
      return AuditExport.isExport(folder.appending(path: Self.auditFolder))
    }
    return true
  }

  /// A folder that no other scan's result has, numbered from 2 where the first is taken.
  private func reserve(_ name: String, in book: RecordBook) throws -> String {
    for number in 1... {
      let place = number == 1 ? name : "\(name)-\(number)"
      if try isFree(place, in: book), state.withLock({ $0.reserved.insert(place).inserted }) {
        return place
      }
    }
    preconditionFailure("there is always another number")
  }

  /// Whether a folder in the output belongs to no scan on record, whose report may have been removed, and to nobody else.
  private func isFree(_ place: String, in book: RecordBook) throws -> Bool {
    let folder = output.appending(path: place)
    // A scan's folder that is not on record is what a killed run wrote of this or another one.
    guard
      FileState(folder) == nil || FileState(folder.appending(path: IndexPage.recordName)) != nil
    else { return false }
    return try book.use { try $0.scans(ScanFilter(scans: [place], isBrief: true)).isEmpty }
  }

  private func write(
    _ result: InspectedScan, at place: String, _ key: ContentKey, _ recipe: LoadedRecipe,
    _ book: RecordBook
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
    pages.put(IndexEntry(record: result.record, folder: place))
  }
}
