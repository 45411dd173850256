/// Why an inbox can't be watched, or a scan's recipe can't be used.
public struct ServiceError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    /// The inbox is not there.
    case noSuchInbox
    /// The inbox can't be read or written to.
    case unreadable
    /// Another service is watching the inbox.
    case busy
    /// A scan asks for a recipe that there is not.
    case noSuchRecipe
    /// A recipe's files change while they are read.
    case changing
    /// The port for metrics is taken.
    case portTaken
  }

  /// What kind of trouble it is.
  public let code: Code
  /// The inbox, the recipe or its name, or the address.
  public let path: String
  /// One sentence, without the path.
  public let detail: String

  init(_ code: Code, path: String, detail: String) {
    (self.code, self.path, self.detail) = (code, path, detail)
  }

  /// One sentence: path, and what is wrong there.
  public var description: String { "\(path): \(detail)" }
}
