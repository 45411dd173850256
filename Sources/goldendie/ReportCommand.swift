import ArgumentParser
import Foundation
import Records
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes reports, index, and the pages of lots and wafers again from the records.",
    discussion: """
      Each scan's report.html and findings.json are written again with the pictures beside them, \
      then index.html and the pages in RESULTS/lots: wafer map, yield, classes, trend, adders, \
      repeaters, gallery. The report.html of a scan with explanations stays as it is, for their \
      heat maps are in it alone. With --lots-only all scans' own reports stay.

      EXAMPLES
        goldendie report results
        goldendie report results --lots-only

      EXIT CODES
        0 done, 64 bad usage, 65 pictures that can't be read, 66 no such results,
        75 output not writable or disk full
      """)

  @OptionGroup var options: ResultsOptions

  @Flag(help: "Write the pages of lots and wafers only.")
  var lotsOnly = false

  func run() throws {
    do {
      let scans = try options.scans()
      if !lotsOnly { try writeReports(of: scans) }
      // The pages of a lot show all of it, whichever scans were asked for.
      let all =
        options.lot == nil && options.wafer == nil ? scans : try ResultsOptions.all(options.results)
      try LotPages(of: all, output: options.folder).write()
      print("\(options.folder.appending(path: LotPages.folderName).relativePath)/index.html")
    } catch let error as ReportError {
      throw Failure(writing: error)
    }
  }

  private func writeReports(of scans: [StoredScan]) throws {
    let progress = ProgressLine()
    for (number, scan) in scans.enumerated() {
      progress.show("report \(number + 1) of \(scans.count): \(scan.folder)")
      let folder = options.folder.appending(path: scan.folder, directoryHint: .isDirectory)
      try OutputFolder.replace(
        folder.appending(path: IndexPage.recordName), with: try scan.record.json())
      if scan.record.findings.contains(where: { $0.explanation != nil }) { continue }
      let report: Report
      do {
        report = try Report(scan.record, picturesIn: folder)
      } catch let error as ReportError {
        progress.clear()
        throw Failure(error.code == .noSuchFile ? .missingInput : .badData, error.description)
      }
      try OutputFolder.replace(
        folder.appending(path: Report.fileName), with: Data(try report.html().utf8))
    }
    progress.clear()
    try IndexPage(reading: options.folder).write(into: options.folder)
  }
}
