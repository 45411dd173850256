import ArgumentParser
import Foundation
import Records
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes reports, index, and the pages of lots and wafers again from the records.",
    discussion: """
      Each scan's findings.json, report.html and pages of why findings are called what they are \
      are written again with the pictures beside them, then index.html and the pages in \
      RESULTS/lots: wafer map, yield, classes, trend, adders, repeaters, gallery. Decisions made \
      since show there. So are the pages in concepts/ of the classifier that was used last; what \
      its concepts are is kept with them. With --lots-only only the pages in RESULTS/lots are.

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
      let scans = try lotsOnly ? [] : options.scans()
      if !lotsOnly {
        try writeReports(of: scans)
        try ConceptPages.rewrite(
          for: scans, in: options.folder, isAnew: options.lot == nil && options.wafer == nil)
      }
      // The pages of a lot show all of it, whichever scans were asked for.
      do {
        try LotPages.refresh(try options.records(), output: options.folder, isAnew: true)
      } catch let error as StoreError where error.code == .noSuchFile {
        try LotPages.write(try StoredScan.unrecorded(in: options.folder), output: options.folder)
      }
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
      let (file, json) = (folder.appending(path: IndexPage.recordName), try scan.record.json())
      if (try? Data(contentsOf: file)) != json { try OutputFolder.replace(file, with: json) }
      let report: Report
      do {
        report = try Report(scan.record, picturesIn: folder)
      } catch let error as ReportError {
        progress.clear()
        throw Failure(error.code == .noSuchFile ? .missingInput : .badData, error.description)
      }
      try OutputFolder.replace(
        folder.appending(path: Report.fileName), with: Data(try report.html().utf8))
      try report.writeExplanations(into: folder)
    }
    progress.clear()
    try IndexPage(reading: options.folder).write(into: options.folder)
  }
}
