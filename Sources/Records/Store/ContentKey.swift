/// What a result depends on, by content: equal keys give equal results, so that a scan is inspected once.
public struct ContentKey: Hashable, Sendable {
  /// SHA-256 of the scan, and of its sidecar where it has one.
  public let scan: String
  /// SHA-256 of the recipe.
  public let recipe: String
  /// SHA-256 over everything the recipe names: layout, golden, calibration, classifier.
  public let models: String

  /// A key of three hashes.
  public init(scan: String, recipe: String, models: String) {
    (self.scan, self.recipe, self.models) = (scan, recipe, models)
  }

  /// One hash for the three, 64 hexadecimal digits.
  public var text: String {
    let parts: [String: JSONValue] = [
      "scan": .text(scan), "recipe": .text(recipe), "models": .text(models),
    ]
    return Digest.sha256(JSONValue.object(parts).canonical)
  }
}
