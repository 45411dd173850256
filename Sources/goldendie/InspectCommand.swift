import ArgumentParser
import Foundation
import Inspection
import Reports

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Inspects scans and writes a report of each.",
    discussion: """
      Each scan gets a folder in the output, named after its file without the extension, in \
      place of one of that name; index.html leads to all. A scan that can't be placed on the \
      layout is 'not inspectable', which is a result: the exit code is 0. A file that can't be \
      read is told on standard error, the others go on, and the exit code is 65.

      EXAMPLES
        goldendie inspect die_7.png --recipe recipe.yaml --output results
        goldendie inspect scans/*.tif --recipe recipe.yaml --output results --json

      EXIT CODES
        0 done, 64 bad usage, 65 bad recipe, layout or scan, 66 one of them missing,
        70 internal error, 75 output not writable or disk full
      """)

  @Argument(
    help: ArgumentHelp("Scans: PNG, JPEG or TIFF files.", valueName: "scan"), completion: .file())
  var scans: [String]

  @OptionGroup var options: InspectionOptions

  @Flag(help: "Print an array of results as JSON instead of the table.")
  var json = false

  func run() throws {
    try checkNames()
    let device = try Device(recipe: options.recipeFile)
    try checkPresence()
    try options.checkOutput()
    var index = try options.existingIndex()
    var summaries: [ScanSummary] = []
    var findings = FindingLines()
    var (worst, trouble): (ExitStatus?, Failure?)
    let progress = ProgressLine()
    for (number, scan) in scans.enumerated() {
      let start = ContinuousClock.now
      let name = (scan as NSString).lastPathComponent
      func show(_ stage: String) {
        progress.show("scan \(number + 1) of \(scans.count), \(name): \(stage)")
      }
      do {
        let result = try device.inspect(URL(filePath: scan), recordedAs: scan) {
          show($0.rawValue)
        }
        show("writing")
        let folder = try result.write(into: options.outputFolder, outputs: device.recipe.outputs)
        index.put(IndexEntry(record: result.record, folder: folder.lastPathComponent))
        try index.write(into: options.outputFolder)
        summaries.append(
          ScanSummary(result.record, seconds: seconds(since: start), folder: folder))
        findings.add(result.record)
        progress.clear()
      } catch let error as ReportError {
        progress.clear()
        // Where one result can't be written, the next ones can't either.
        trouble = Failure(writing: error)
        break
      } catch {
        progress.clear()
        let failure = Failure(error)
        worst = max(worst ?? failure.status, failure.status)
        failure.tell()
        summaries.append(
          ScanSummary(failed: scan, reason: failure.sentence, seconds: seconds(since: start)))
      }
    }
    try show(summaries, findings)
    if let trouble { throw trouble }
    if let worst { throw ExitCode(worst.rawValue) }
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

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
