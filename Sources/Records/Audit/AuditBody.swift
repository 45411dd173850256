/// What the entries of the chain say, and what of the records it vouches for.
enum AuditBody {
  /// The record as it is stored and hashed.
  static func json(of record: InspectionRecord) throws -> JSONValue {
    try JSONValue(encoding: record)
  }

  static func inspected(
    key: ContentKey, folder: String, record: JSONValue, explanations: [Int: JSONValue],
    frame: JSONValue, documents: [StoredDocument]
  ) -> JSONValue {
    var explained: [String: JSONValue] = [:]
    for (finding, explanation) in explanations {
      explained[String(finding)] = .text(Digest.sha256(explanation.canonical))
    }
    return .object([
      "scan": .text(key.text), "scan_sha256": .text(key.scan), "recipe_sha256": .text(key.recipe),
      "models_sha256": .text(key.models), "folder": .text(folder),
      "verdict": record["verdict"] ?? .null,
      "record_sha256": .text(Digest.sha256(record.canonical)),
      "frame_sha256": frame == .null ? .null : .text(Digest.sha256(frame.canonical)),
      "explanations": .object(explained), "documents": .list(documents.map(described)),
    ])
  }

  /// A document by its hashes: of the file it stands for, and of what is kept of it.
  static func described(_ document: StoredDocument) -> JSONValue {
    .object([
      "kind": .text(document.kind.rawValue), "name": .text(document.name),
      "sha256": .text(document.sha256), "content_sha256": .text(Digest.sha256(document.content)),
    ])
  }

  static func decided(scan: String, _ decision: Decision) -> JSONValue {
    .object([
      "scan": .text(scan), "finding": .integer(decision.finding),
      "kind": .text(decision.kind.rawValue), "who": .text(decision.who),
      "why": .text(decision.why), "old": decision.old.json, "new": decision.new.json,
    ])
  }

  static func explained(scan: String, finding: Int, _ explanation: JSONValue) -> JSONValue {
    .object([
      "scan": .text(scan), "finding": .integer(finding),
      "explanation_sha256": .text(Digest.sha256(explanation.canonical)),
    ])
  }
}
