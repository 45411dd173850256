/// What a person may decide of a finding.
public enum DecisionKind: String, Sendable, Codable, CaseIterable {
  /// It is a defect.
  case confirm
  /// It is one, or none, that doesn't count.
  case waive
  /// It is of another class.
  case reclassify
  /// A remark; nothing changes.
  case comment
}

/// How a finding stands after all decisions on it.
public struct FindingState: Sendable, Equatable, Codable {
  /// Whether anyone has judged it.
  public enum Status: String, Sendable, Codable {
    case open, confirmed, waived
  }

  /// Whether anyone has judged it.
  public var status: Status
  /// Its class now; nil while it is unclassified.
  public var defectClass: String?

  enum CodingKeys: String, CodingKey {
    case status
    case defectClass = "class"
  }

  /// A state.
  public init(status: Status = .open, defectClass: String? = nil) {
    (self.status, self.defectClass) = (status, defectClass)
  }

  /// Writes absent parts as `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(status, forKey: .status)
    try container.encode(defectClass, forKey: .defectClass)
  }

  var json: JSONValue {
    .object(["status": .text(status.rawValue), "class": .optional(defectClass)])
  }
}

/// A decision that someone asks to be recorded.
public struct DecisionRequest: Sendable, Equatable {
  /// The scan's content key (`ContentKey.text`), or enough of its beginning to be the only one.
  public var scan: String
  /// The finding's number in it.
  public var finding: Int
  /// What is decided.
  public var kind: DecisionKind
  /// The new class of a `reclassify`; nil is unclassified.
  public var newClass: String?
  /// Who decides.
  public var who: String
  /// Why; the text of a `comment`.
  public var why: String

  /// A decision on a finding.
  public init(
    scan: String, finding: Int, kind: DecisionKind, newClass: String? = nil, who: String,
    why: String
  ) {
    (self.scan, self.finding, self.kind) = (scan, finding, kind)
    (self.newClass, self.who, self.why) = (newClass, who, why)
  }
}

/// A recorded decision.
public struct Decision: Sendable, Equatable, Codable {
  /// The finding's number in its scan.
  public var finding: Int
  /// What was decided.
  public var kind: DecisionKind
  /// Who decided.
  public var who: String
  /// When, ISO 8601 in UTC.
  public var time: String
  /// Why; the text of a comment.
  public var why: String
  /// How the finding stood before and stands since.
  public var old, new: FindingState

  /// A decision with all its parts.
  public init(
    finding: Int, kind: DecisionKind, who: String, time: String, why: String, old: FindingState,
    new: FindingState
  ) {
    (self.finding, self.kind, self.who, self.time) = (finding, kind, who, time)
    (self.why, self.old, self.new) = (why, old, new)
  }
}
