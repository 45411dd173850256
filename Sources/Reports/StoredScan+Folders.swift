public import Foundation
public import Records

extension StoredScan {
  /// The scans whose folders lie in an output folder, read from their `findings.json`; those that can't be read are left out.
  public static func unrecorded(in output: URL) throws -> [StoredScan] {
    try IndexPage(reading: output).entries.compactMap { entry in
      let file = output.appending(path: entry.folder).appending(path: IndexPage.recordName)
      guard let data = try? Data(contentsOf: file), let record = try? InspectionRecord(json: data)
      else { return nil }
      return StoredScan(unrecorded: record, folder: entry.folder)
    }
  }
}
