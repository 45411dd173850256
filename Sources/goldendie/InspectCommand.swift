import ArgumentParser
import Foundation
import Inspection
import Logging
import Records
import Reports
import Service

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Inspects scans and writes a report of each.",
    discussion: """
      Each scan gets a folder in the output, named after its file without the extension, in \
      place of one of that name; index.html leads to all. A scan that can't be placed on the \
      layout is 'not inspectable', which is a result: the exit code is 0. A file that can't be \
      read is told on standard error, the others go on, and the exit code is 65.

      With --record each result is kept in OUTPUT/records.sqlite as 'goldendie watch' does it, \
      with an entry of the audit chain, for decisions, exports and the pages of lots and wafers. \
      A scan whose content was inspected before by the same recipe and models is not inspected \
      again, and another scan of a name that is taken gets a folder NAME-2. An output that has \
      records already goes on with them.

      EXAMPLES
        goldendie inspect die_7.png --recipe recipe.yaml --output results
        goldendie inspect scans/*.tif --recipe recipe.yaml --output results --record
        goldendie inspect scans/*.tif --recipe recipe.yaml --output results --json

      EXIT CODES
        0 done, 64 bad usage, 65 bad recipe, layout or scan, 66 one of them missing,
        70 internal error, 75 output not writable or disk full
      """)

  @Argument(
    help: ArgumentHelp("Scans: PNG, JPEG or TIFF files.", valueName: "scan"), completion: .file())
  var scans: [String]

  @OptionGroup var options: InspectionOptions

  @Option(
    help: ArgumentHelp(
      "Scans inspected at once at most, where memory allows.", valueName: "count"))
  var workers = ScanMemory.usefulWorkers

  @Flag(help: "Keep records of the results in OUTPUT/records.sqlite.")
  var record = false

  @Flag(help: "Print an array of results as JSON instead of the table.")
  var json = false

  func validate() throws {
    guard (1...64).contains(workers) else {
      throw ValidationError("--workers is a number from 1 to 64, not \(workers)")
    }
  }

  func run() throws {
    try checkNames()
    let recipe = try LoadedRecipe(options.recipeFile)
    try checkPresence()
    try options.checkOutput()
    let results = Results(
      in: options.outputFolder, book: hasRecords ? RecordBook(in: options.outputFolder) : nil,
      logger: Logger(label: "goldendie") { LogForm.text.handler(label: $0) })
    let told = Told(count: scans.count, options.outputFolder)
    var batch = ScanBatch()
    batch.workers = workers
    batch.inspect(
      scans.map {
        Results.Order(
          scan: URL(filePath: $0), path: $0, folder: OutputFolder.name(forScan: $0))
      }, by: recipe, into: results,
      progress: { [scans] in told.show($1, of: scans[$0], number: $0 + 1) },
      tell: { [scans] outcome in
        defer { results.refreshPages() }
        return told.add(outcome, of: scans[outcome.index])
      })
    var trouble = told.trouble
    do {
      try results.finishPages()
    } catch {
      trouble = trouble ?? Failure(keeping: error)
    }
    try show(told.summaries, told.findings)
    if let trouble { throw trouble }
    if let worst = told.worst { throw ExitCode(worst.rawValue) }
  }

  /// Whether results are recorded: when that is asked for, or was done in this output before.
  private var hasRecords: Bool {
    let file = options.outputFolder.appending(path: SQLiteRecords.fileName)
    return record || FileManager.default.fileExists(atPath: file.path)
  }

  private func show(_ summaries: [ScanSummary], _ findings: FindingLines) throws {
    if json { return try Console.printJSON(summaries) }
    guard !summaries.isEmpty else { return }
    for line in ScanSummary.lines(summaries) + findings.lines { print(line) }
    let reports = summaries.compactMap(\.folder)
    if reports.count == 1, let folder = reports.first {
      print("\nreport: \(folder)/\(Report.fileName)")
    } else if !reports.isEmpty {
      print("\nreports: \(options.outputFolder.appending(path: IndexPage.fileName).relativePath)")
    }
  }

  /// Refuses scans that would write into one folder.
  private func checkNames() throws {
    var places: [String: String] = [:]
    for scan in scans {
      let name = OutputFolder.name(forScan: scan)
      guard let other = places.updateValue(scan, forKey: name) else { continue }
      throw InspectionError(
        .sameName, path: scan,
        "its results would go into the folder '\(name)', as those of \(other) do")
    }
  }

  /// Refuses to begin while a scan is missing.
  private func checkPresence() throws {
    let missing = scans.filter { !FileManager.default.fileExists(atPath: $0) }
    guard let first = missing.first else { return }
    let more = missing.count > 1 ? " (nor \(missing.count - 1) of the others)" : ""
    throw Failure(.missingInput, "\(first): no such file\(more)")
  }
}

/// What was told of the scans so far.
///
/// `@unchecked Sendable`: a batch calls it one call at a time, and it is read when the batch is done.
private final class Told: @unchecked Sendable {
  private(set) var summaries: [ScanSummary] = []
  private(set) var findings = FindingLines()
  /// The gravest failure of a scan.
  private(set) var worst: ExitStatus?
  /// Why no result can be kept any more.
  private(set) var trouble: Failure?
  private let progress = ProgressLine()
  private let count: Int
  private let output: URL

  init(count: Int, _ output: URL) { (self.count, self.output) = (count, output) }

  func show(_ stage: Device.Stage, of scan: String, number: Int) {
    let name = (scan as NSString).lastPathComponent
    progress.show("scan \(number) of \(count), \(name): \(stage.rawValue)")
  }

  /// Adds what came of a scan; false where the next ones need not be tried.
  func add(_ outcome: ScanBatch.Outcome, of scan: String) -> Bool {
    progress.clear()
    do {
      let found = try outcome.result.get()
      let folder = output.appending(path: found.folder, directoryHint: .isDirectory)
      summaries.append(ScanSummary(found.record, seconds: outcome.seconds, folder: folder))
      findings.add(found.record)
    } catch let error where error is ReportError || error is StoreError {
      // Where one result can't be kept, the next ones can't either.
      trouble = Failure(keeping: error)
      return false
    } catch {
      let failure = Failure(error)
      worst = max(worst ?? failure.status, failure.status)
      failure.tell()
      summaries.append(
        ScanSummary(failed: scan, reason: failure.sentence, seconds: outcome.seconds))
    }
    return true
  }
}

extension Failure {
  /// What kept a result from being written.
  fileprivate init(keeping error: any Error) {
    self = (error as? ReportError).map(Failure.init(writing:)) ?? Failure(error)
  }
}
