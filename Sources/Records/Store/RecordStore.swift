public import Foundation

/// A result as it is handed to the records.
public struct NewResult: Sendable {
  /// What the result depends on.
  public var key: ContentKey
  /// The scan's folder in the output, `LOT/scan` or `scan`.
  public var folder: String
  /// What was found.
  public var record: InspectionRecord
  /// Explanations by finding.
  public var explanations: [Int: JSONValue]
  /// Where the dies lie; nil when nothing says so.
  public var frame: WaferFrame?
  /// The text of the recipe, and a card of each model, that a record is judged by later.
  public var documents: [StoredDocument]

  /// A result with all its parts.
  public init(
    key: ContentKey, folder: String, record: InspectionRecord,
    explanations: [Int: JSONValue] = [:], frame: WaferFrame? = nil,
    documents: [StoredDocument] = []
  ) {
    (self.key, self.folder, self.record) = (key, folder, record)
    (self.explanations, self.frame, self.documents) = (explanations, frame, documents)
  }
}

/// A small file that results depend on, kept whole.
public struct StoredDocument: Sendable, Equatable {
  /// What it is.
  public enum Kind: String, Sendable {
    case recipe
    /// The card of a model: its metadata, or its name and hash.
    case model
  }

  /// What it is.
  public var kind: Kind
  /// Its file's name.
  public var name: String
  /// SHA-256 of the file that it is, or that it is the card of.
  public var sha256: String
  /// Its bytes.
  public var content: Data

  /// A file.
  public init(kind: Kind, name: String, sha256: String, content: Data) {
    (self.kind, self.name, self.sha256, self.content) = (kind, name, sha256, content)
  }
}

/// A recorded scan with everything that belongs to it.
public struct StoredScan: Sendable, Equatable {
  /// `ContentKey.text` of the result.
  public var key: String
  /// The scan's folder in the output.
  public var folder: String
  /// When it was recorded, ISO 8601 in UTC.
  public var time: String
  /// What was found.
  public var record: InspectionRecord
  /// Explanations by finding, the latest of each.
  public var explanations: [Int: JSONValue]
  /// Decisions on its findings, the oldest first.
  public var decisions: [Decision]
  /// Where the dies lie.
  public var frame: WaferFrame?
  /// Hashes of the documents it was judged by.
  public var documents: [String]

  /// A number for each finding that no other finding in the records has.
  public var numbers: [Int: Int]

  /// A scan that no records keep: without decisions and numbers.
  public init(unrecorded record: InspectionRecord, folder: String, frame: WaferFrame? = nil) {
    let key = ContentKey(
      scan: record.scan.sha256, recipe: record.recipe.sha256, models: Digest.none)
    self.init(key: key.text, folder: folder, time: "", record: record, frame: frame)
  }

  /// A scan on its way into the records.
  public init(
    key: String, folder: String, time: String, record: InspectionRecord,
    explanations: [Int: JSONValue] = [:], decisions: [Decision] = [], frame: WaferFrame?,
    documents: [String] = [], numbers: [Int: Int] = [:]
  ) {
    (self.key, self.folder, self.time, self.record) = (key, folder, time, record)
    (self.explanations, self.decisions, self.frame) = (explanations, decisions, frame)
    (self.documents, self.numbers) = (documents, numbers)
  }

  /// How a finding stands after all decisions.
  public func state(of finding: FindingRecord) -> FindingState {
    decisions.last { $0.finding == finding.id }?.new
      ?? FindingState(defectClass: finding.defectClass)
  }
}

/// Which scans are asked for; absent parts ask for all.
public struct ScanFilter: Sendable, Equatable {
  /// Scans of a lot, of a wafer; empty text asks for those without one.
  public var lot, wafer: String?
  /// Scans in folders of these names, or by key.
  public var scans: [String]
  /// Whether findings come as pages of lots need them: without masks, layers, confidences and explanations.
  ///
  /// The default is false; it takes a fraction of the time and of the memory.
  public var isBrief: Bool

  /// A filter.
  public init(
    lot: String? = nil, wafer: String? = nil, scans: [String] = [], isBrief: Bool = false
  ) {
    (self.lot, self.wafer, self.scans, self.isBrief) = (lot, wafer, scans, isBrief)
  }
}

/// A wafer among all lots.
public struct WaferName: Sendable, Hashable {
  /// Its lot and its own name; empty where none is known.
  public var lot, wafer: String

  /// A wafer of a lot.
  public init(lot: String, wafer: String) { (self.lot, self.wafer) = (lot, wafer) }
}

/// How a job ended.
public enum JobEnd: Sendable, Equatable {
  /// Its scan has a result, made now or by a job before.
  case done(ContentKey)
  /// Its scan went to `failed/`.
  case refused(reason: String)
  /// Its scan went back to the inbox.
  case givenBack
}

/// Whatever keeps the records: jobs, scans, findings, explanations, decisions, and the audit chain over them.
///
/// `SQLiteRecords` is the one that comes with the project; a database that many machines share need only do the same. All
/// members may be called from any thread.
public protocol RecordStore: Sendable {
  /// The folder of a result that is recorded already; nil when it isn't.
  func folder(of key: ContentKey) throws(StoreError) -> String?

  /// Records a result, its explanations and its audit entry in one transaction.
  ///
  /// - Returns: false when the key was recorded already, and nothing was changed.
  func add(_ result: NewResult, at time: Date) throws(StoreError) -> Bool

  /// Records an explanation that was made later, with its audit entry.
  func explain(_ finding: Int, of scan: String, with explanation: JSONValue, at time: Date)
    throws(StoreError)

  /// Records a decision with its audit entry, in one transaction.
  ///
  /// - Returns: what was recorded; nil when the finding stood so already, and nothing was changed.
  func decide(_ request: DecisionRequest, at time: Date) throws(StoreError) -> Decision?

  /// The recorded scans, by folder, each handed on before the next is read.
  func forEachScan(_ filter: ScanFilter, _ body: (StoredScan) throws -> Void) throws

  /// The lots of all scans, by name; empty text where a scan has none.
  func lots() throws(StoreError) -> [String]

  /// The wafers that something was recorded of, be it a result or a decision, and the end of the chain.
  ///
  /// - Parameter sequence: the chain's entry behind which is looked; 0 looks at all.
  func changes(after sequence: Int) throws(StoreError) -> (wafers: Set<WaferName>, last: Int)

  /// The scan and the finding in it that a number of `StoredScan.numbers` stands for; nil when there is none.
  func finding(number: Int) throws(StoreError) -> (scan: String, finding: Int)?

  /// Notes that a scan is being worked on.
  ///
  /// - Returns: how often it was begun under this id, this time counted.
  func beginJob(_ id: String, name: String, at time: Date) throws(StoreError) -> Int

  /// Notes how the work ended.
  func endJob(_ id: String, _ end: JobEnd, at time: Date) throws(StoreError)

  /// How many jobs ended how: `done`, `refused`, `given_back`, `working`.
  func jobCounts() throws(StoreError) -> [String: Int]

  /// Audit entries behind a sequence number, at most so many.
  func auditEntries(after sequence: Int, limit: Int) throws(StoreError) -> [AuditEntry]

  /// The documents of these hashes.
  func documents(_ hashes: Set<String>) throws(StoreError) -> [StoredDocument]

  /// Whether chain and records fit each other.
  func verify() throws(StoreError) -> AuditVerdict
}

extension RecordStore {
  /// The recorded scans, by folder.
  public func scans(_ filter: ScanFilter = ScanFilter()) throws -> [StoredScan] {
    var found: [StoredScan] = []
    try forEachScan(filter) { found.append($0) }
    return found
  }
}
