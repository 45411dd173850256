/// What checking an audit chain came to.
public enum AuditVerdict: Sendable, Equatable {
  /// Everything fits.
  case fits(entries: Int, head: String)
  /// The first entry that doesn't fit, and why; nil for what lies outside the entries, such as a file.
  case broken(entry: Int?, file: String?, reason: String)

  /// Whether everything fits.
  public var fits: Bool { if case .fits = self { true } else { false } }

  /// One sentence.
  public var sentence: String {
    switch self {
    case .fits(let entries, let head):
      return "\(entries) \(entries == 1 ? "entry" : "entries"), all fit; the last hash is \(head)"
    case .broken(let entry, let file, let reason):
      let place = [file, entry.map { "entry \($0)" }].compactMap { $0 }.joined(separator: ": ")
      return place.isEmpty ? reason : "\(place): \(reason)"
    }
  }
}
