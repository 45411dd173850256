import ArgumentParser
import Foundation
import Records
import Reports

/// What every command that looks at results is told.
struct ResultsOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The folder that results were written to.", valueName: "results"),
    completion: .directory)
  var results: String

  @Option(help: ArgumentHelp("Only the scans of this lot.", valueName: "lot"))
  var lot: String?

  @Option(help: ArgumentHelp("Only the scans of this wafer.", valueName: "wafer"))
  var wafer: String?

  /// The place of the results.
  var folder: URL { URL(filePath: results, directoryHint: .isDirectory) }

  var filter: ScanFilter { ScanFilter(lot: lot, wafer: wafer) }

  /// The records in the folder.
  ///
  /// - Throws: `StoreError` with code `noSuchFile` where there are none.
  func records() throws -> SQLiteRecords {
    try checkFolder()
    return try SQLiteRecords(folder.appending(path: SQLiteRecords.fileName), make: false)
  }

  /// The scans asked for: from the records, or where there are none from each folder's `findings.json`.
  ///
  /// - Throws: `Failure` when there are none.
  func scans() throws -> [StoredScan] { try scans(filter) }

  private func scans(_ filter: ScanFilter) throws -> [StoredScan] {
    try checkFolder()
    let found: [StoredScan]
    do {
      found = try records().scans(filter)
    } catch let error as StoreError where error.code == .noSuchFile {
      found = try StoredScan.unrecorded(in: folder).filter {
        (lot == nil || $0.record.scan.lot == lot) && (wafer == nil || $0.record.scan.wafer == wafer)
      }
    }
    guard !found.isEmpty else {
      throw Failure(.missingInput, "\(results): holds no scan that was inspected and is asked for")
    }
    return found
  }

  private func checkFolder() throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure(.missingInput, "\(results): no such folder")
    }
  }
}
