import ArgumentParser
import Foundation
import Records
import Reports

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Records a decision on a finding, or lists the decisions that were made.",
    discussion: """
      The scan is named by its folder among the results, the finding by its number. Who decided, \
      when and why is kept with how the finding stood before, and gets an entry of the audit \
      chain; what stands as it stood changes nothing. Waived findings and nuisances count neither \
      towards yield nor towards a wafer's findings. Without a decision those on record are listed.

      EXAMPLES
        goldendie decide results/L7/die_3 --finding 2 --waive --who ada --why 'probe mark'
        goldendie decide results/L7/die_3 --finding 4 --reclassify scratch --who ada
        goldendie decide results/L7/die_3 --finding 4 --comment 'seen on W02 too' --who ada
        goldendie decide results/L7/die_3
        goldendie decide results/L7/die_3 --finding 4 --json

      EXIT CODES
        0 done, 64 bad usage, 65 no such finding, 66 no such scan or no records,
        75 records not writable or disk full
      """)

  @Argument(
    help: ArgumentHelp("A scan's folder among the results.", valueName: "folder"),
    completion: .directory)
  var results: String

  @Option(help: ArgumentHelp("The finding's number.", valueName: "n"))
  var finding: Int?

  @Flag(help: "It is a defect.")
  var confirm = false

  @Flag(help: "Whatever it is, it doesn't count.")
  var waive = false

  @Option(
    help: ArgumentHelp("It is of this class; 'none' takes its class away.", valueName: "class"))
  var reclassify: String?

  @Option(help: ArgumentHelp("A remark, which changes nothing.", valueName: "text"))
  var comment: String?

  @Option(help: ArgumentHelp("Who decides.", valueName: "name"))
  var who: String?

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var why = ""

  @Flag(help: "Print what is recorded, or listed, as JSON.")
  var json = false

  private var kinds: [DecisionKind] {
    var kinds: [DecisionKind] = []
    if confirm { kinds.append(.confirm) }
    if waive { kinds.append(.waive) }
    if reclassify != nil { kinds.append(.reclassify) }
    if comment != nil { kinds.append(.comment) }
    return kinds
  }

  func validate() throws {
    guard kinds.count <= 1 else {
      throw ValidationError(
        "one of --confirm, --waive, --reclassify and --comment is recorded at a time")
    }
    guard !kinds.isEmpty else { return }
    if finding == nil { throw ValidationError("--finding names the finding that is decided on") }
    if who?.trimmingCharacters(in: .whitespaces).isEmpty ?? true {
      throw ValidationError("--who names the person who decides")
    }
    for (name, text) in [("--reclassify", reclassify), ("--comment", comment)] {
      if text?.trimmingCharacters(in: .whitespaces).isEmpty ?? false {
        throw ValidationError("\(name) is empty")
      }
    }
  }

  func run() throws {
    let (output, folder) = try place()
    let store = try SQLiteRecords(output.appending(path: SQLiteRecords.fileName), make: false)
    guard let scan = try store.scans(ScanFilter(scans: [folder], isBrief: true)).first else {
      throw Failure(.missingInput, "\(results): the records tell of no such scan")
    }
    if let finding, !scan.record.findings.contains(where: { $0.id == finding }) {
      let count = scan.record.findings.count
      throw Failure(
        .badData,
        "\(results): has no finding \(finding)"
          + (count == 0 ? "" : count == 1 ? "; it has one, 1" : "; they are 1 to \(count)"))
    }
    guard let kind = kinds.first, let finding, let who else { return try list(scan) }
    let request = DecisionRequest(
      scan: scan.key, finding: finding, kind: kind,
      newClass: reclassify == "none" ? nil : reclassify, who: who, why: comment ?? why)
    let decision = try store.decide(request, at: Date())
    if decision != nil {
      do {
        try LotPages.refresh(store, output: output)
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
    }
    if json { return try Console.printJSON(decision.map { [$0] } ?? []) }
    print(decision.map(Self.sentence) ?? "finding \(finding) stood so already")
  }

  /// The output folder that holds the records of the scan's folder, and the folder's name below it.
  private func place() throws -> (output: URL, folder: String) {
    let place = URL(filePath: results, directoryHint: .isDirectory).standardizedFileURL.absoluteURL
    guard FileManager.default.fileExists(atPath: place.path) else {
      throw Failure(.missingInput, "\(results): no such folder")
    }
    var (output, names) = (place, [String]())
    // Folders of lots are five deep at most.
    for _ in 0..<6 where output.path != "/" {
      names.insert(output.lastPathComponent, at: 0)
      output.deleteLastPathComponent()
      let file = output.appending(path: SQLiteRecords.fileName)
      if FileManager.default.fileExists(atPath: file.path) {
        return (output, names.joined(separator: "/"))
      }
    }
    throw Failure(
      .missingInput,
      "\(results): no folder above it holds \(SQLiteRecords.fileName); 'goldendie watch' and 'goldendie inspect --record' keep one"
    )
  }

  private func list(_ scan: StoredScan) throws {
    let decisions = scan.decisions.filter { finding == nil || $0.finding == finding }
    if json { return try Console.printJSON(decisions) }
    if decisions.isEmpty { print("no decisions") }
    for decision in decisions { print(Self.sentence(decision)) }
  }

  private static func sentence(_ decision: Decision) -> String {
    func told(_ state: FindingState) -> String {
      [state.status.rawValue, state.defectClass].compactMap { $0 }.joined(separator: " ")
    }
    let change =
      decision.kind == .comment
      ? "" : " (\(told(decision.old)) → \(told(decision.new)))"
    let why = decision.why.isEmpty ? "" : ": \(decision.why)"
    return
      "\(decision.time)  finding \(decision.finding)  \(decision.kind.rawValue) by \(decision.who)\(change)\(why)"
      .onOneLine
  }
}
