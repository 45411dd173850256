import ArgumentParser
import Foundation
import Inspection
import Records
import Reports

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes findings in the forms that other programs read.",
    discussion: """
      klarf   a KLARF file a wafer (--klarf-version 1.8: one for all), pictures linked
      lyrdb   a marker database for KLayout, with thumbnails
      csv     a table, one row a finding
      coco    annotations with masks, as cocodataset.org has them
      audit   a folder that proves what was found, without the database; --key signs it

      EXAMPLES
        goldendie export lyrdb results
        goldendie export klarf results --lot L7 --output /srv/yield/in
        goldendie export audit results --output audit-2026 --key secret.pem

      EXIT CODES
        0 done, 64 bad usage, 65 results that can't be told in this form, 66 no such results,
        75 output not writable or disk full
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case klarf, lyrdb, csv, coco, audit
  }

  @Argument(help: "klarf, lyrdb, csv, coco or audit.")
  var form: Form

  @OptionGroup var options: ResultsOptions

  @Option(
    help: ArgumentHelp(
      "The folder that the export goes to; RESULTS/exports where it isn't given.",
      valueName: "folder"), completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("1.1, 1.2 or 1.8.", valueName: "version"))
  var klarfVersion = "1.2"

  @Option(
    help: ArgumentHelp(
      "Signs an audit export: an Ed25519 key in PEM, or a shared secret for HMAC-SHA256.",
      valueName: "file"), completion: .file())
  var key: String?

  func validate() throws {
    if KLARFFile.Version(rawValue: klarfVersion) == nil {
      throw ValidationError("--klarf-version is 1.1, 1.2 or 1.8, not \(klarfVersion)")
    }
    if key != nil, form != .audit { throw ValidationError("--key signs an audit export only") }
  }

  private var place: URL {
    output.map { URL(filePath: $0, directoryHint: .isDirectory) }
      ?? options.folder.appending(path: "exports", directoryHint: .isDirectory)
  }

  func run() throws {
    do {
      if form == .audit { return try audit() }
      let scans = try options.scans()
      let export = FindingExport(
        of: scans, output: options.folder, place: place, program: Device.program)
      var (files, leftOut): ([(String, Data)], Int) = ([], 0)
      switch form {
      case .klarf:
        let version = KLARFFile.Version(rawValue: klarfVersion) ?? .v1_2
        let written: (files: [(name: String, file: KLARFFile)], leftOut: Int)
        do {
          written = try export.klarf(version)
        } catch {
          throw Failure(.badData, error.description)
        }
        files = written.files.map { ("\($0.name).klarf", $0.file.data) }
        leftOut = written.leftOut
      case .lyrdb:
        let markers = export.markers()
        (files, leftOut) = ([("findings.lyrdb", markers.data)], markers.leftOut)
      case .csv: files = [("findings.csv", export.csv())]
      case .coco: files = [("coco.json", export.coco())]
      case .audit: break
      }
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (name, data) in files {
        let file = place.appending(path: name)
        try OutputFolder.replace(file, with: data)
        print(file.relativePath)
      }
      if leftOut > 0 {
        Console.tell(
          "\(leftOut) \(leftOut == 1 ? "finding has" : "findings have") no place in µm, and \(leftOut == 1 ? "is" : "are") left out"
        )
      }
    } catch let error as ReportError {
      throw Failure(writing: error)
    }
  }

  private func audit() throws {
    let key = try key.map { try AuditKey(URL(filePath: $0)) }
    let store = try options.records()
    // Nothing but an export of before may be replaced.
    let target =
      output == nil ? place.appending(path: "audit", directoryHint: .isDirectory) : place
    if FileManager.default.fileExists(atPath: target.path), !AuditExport.isExport(target),
      try !FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty
    {
      throw Failure(
        .badData, "\(target.relativePath): the folder holds something else; name another one")
    }
    var count = 0
    try OutputFolder(at: target).write { folder in
      count = try AuditExport(of: store, output: options.folder, program: Device.program).write(
        into: folder, filter: options.filter, key: key)
    }
    print("\(target.relativePath): \(count) \(count == 1 ? "record" : "records")")
  }
}
