import ArgumentParser
import Foundation
import Records
import Reports

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Records decisions that were made in KLayout or a review tool.",
    discussion: """
      Reads a .lyrdb or KLARF file that 'goldendie export' wrote and someone went through. In \
      KLayout's marker browser the tags 'waived' and 'important' waive and confirm, and a comment \
      is kept; in KLARF another class reclassifies, and the rough bins 1 and 2 confirm and waive. \
      What stands as it stood changes nothing, so that a file may be imported twice.

      EXAMPLES
        goldendie import reviewed.lyrdb results --who ada
        goldendie import L7_W3.klarf results --who ada --why 'SEM review'

      EXIT CODES
        0 done, 64 bad usage, 65 file that can't be read, 66 no such file or records
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file())
  var file: String

  @OptionGroup var options: ResultsOptions

  @Option(help: ArgumentHelp("Who decided.", valueName: "name"))
  var who: String

  @Option(help: ArgumentHelp("Why, where the file doesn't say.", valueName: "text"))
  var why = ""

  func validate() throws {
    if who.trimmingCharacters(in: .whitespaces).isEmpty {
      throw ValidationError("--who names a person; it is empty")
    }
  }

  func run() throws {
    let place = URL(filePath: file)
    guard FileManager.default.fileExists(atPath: place.path) else {
      throw Failure(.missingInput, "\(file): no such file")
    }
    let store = try options.records()
    let found: DecisionImport
    do {
      found = try DecisionImport(place, store: store, who: who, why: why)
    } catch let error as ReportError {
      throw Failure(.badData, error.description)
    }
    var counts: [DecisionKind: Int] = [:]
    for request in found.requests where try store.decide(request, at: Date()) != nil {
      counts[request.kind, default: 0] += 1
    }
    if !counts.isEmpty {
      do {
        try LotPages.refresh(store, output: options.folder)
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
    }
    let told = DecisionKind.allCases.compactMap { kind in
      counts[kind].map { "\($0) \(kind.rawValue)" }
    }
    print(told.isEmpty ? "no new decisions" : told.joined(separator: ", "))
    if found.strangers > 0 {
      Console.tell("\(found.strangers) items name no finding of these records")
    }
  }
}
