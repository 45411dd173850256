import ArgumentParser
import Foundation
import Records
import Reports

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Proves that records were not changed.",
    subcommands: [Verify.self])

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Checks the audit chain of results, or every byte of an audit export.",
      discussion: """
        Names the first entry or file that doesn't fit. An export is checked by itself, on any \
        machine; --key asks for the signature of that key, without one the signature only proves \
        that it belongs to the key it names.

        EXAMPLES
          goldendie audit verify results
          goldendie audit verify results/exports/audit --key public.pem

        EXIT CODES
          0 everything fits, 65 something doesn't, 66 neither results nor an export
        """)

    @Argument(
      help: ArgumentHelp("A folder of results, or an audit export.", valueName: "folder"),
      completion: .directory)
    var folder: String

    @Option(
      help: ArgumentHelp("The key that an export must be signed with.", valueName: "file"),
      completion: .file())
    var key: String?

    func run() throws {
      let place = URL(filePath: folder, directoryHint: .isDirectory)
      let (verdict, more) = try check(place)
      guard verdict.fits else { throw Failure(.badData, "\(folder): \(verdict.sentence)") }
      print("\(folder): \(verdict.sentence)\(more)")
    }

    private func check(_ place: URL) throws -> (AuditVerdict, String) {
      if AuditExport.isExport(place) {
        let key = try key.map { try AuditKey(URL(filePath: $0)) }
        let (verdict, signature) = try AuditExport.verify(place, key: key)
        return switch signature {
        case .none: (verdict, "; nobody signed it")
        case .checked(let key): (verdict, "; signed by the key \(key), as asked")
        case .unasked(let key): (verdict, "; signed by the key \(key), which was not asked for")
        }
      }
      if key != nil { throw Failure(.usage, "--key checks an audit export, and \(folder) is none") }
      let file = place.appending(path: SQLiteRecords.fileName)
      return (try SQLiteRecords(file, make: false).verify(), "")
    }
  }
}
