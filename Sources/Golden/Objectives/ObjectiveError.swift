/// Why a text is no objective.
public struct ObjectiveError: Error, Equatable, CustomStringConvertible {
  /// The kind of mistake.
  public enum Code: String, Sendable {
    /// There is nothing between two signs, or no text at all.
    case empty
    /// A term of that name does not exist.
    case unknownTerm
    /// A term stands there twice.
    case duplicateTerm
    /// What stands before `*` is no number from 1e-6 to 1e6.
    case badWeight
  }

  /// The kind of mistake.
  public let code: Code
  /// The text as it was given.
  public let text: String
  /// What is wrong with it.
  public let detail: String

  /// One sentence, with what is known.
  public var description: String {
    let known = Objective.Term.allCases.map(\.rawValue).joined(separator: ", ")
    return
      "objective '\(text)': \(detail); a sum such as 'l1 + 0.2*ms-ssim' of \(known) is expected"
  }
}
