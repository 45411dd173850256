import Foundation
import Raster
import Yams

/// One mapping of a recipe, all of whose keys are known, read value by value.
struct RecipeSection {
  /// The recipe's file.
  let file: URL
  /// The key that leads here, such as `scan`; empty at the top.
  let name: String
  /// The line where it starts.
  let line: Int
  /// Its values by key.
  private let values: [String: Node]
  /// Its keys in the file's order.
  let keys: [String]

  /// The mapping at a node.
  ///
  /// - Parameters:
  ///   - known: the keys that mean something; nil when the keys are the user's own names.
  ///   - later: the keys that a later version will know.
  init(
    _ node: Node, file: URL, name: String = "", line: Int? = nil, known: [String]?,
    later: [String] = []
  ) throws {
    (self.file, self.name) = (file, name)
    self.line = line ?? node.mark?.line ?? 1
    let subject = name.isEmpty ? "a recipe" : name
    guard let mapping = node.mapping else {
      throw RecipeError(
        .wrongType, path: file.path, line: node.mark?.line,
        detail: "\(subject) is a list of keys with values, not \(kind(of: node))")
    }
    var values: [String: Node] = [:]
    var keys: [String] = []
    for (key, value) in mapping {
      let line = key.mark?.line
      guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
        throw RecipeError(
          .wrongType, path: file.path, line: line, detail: "a key in \(subject) is no word")
      }
      let word = scalar.string
      if later.contains(word) {
        throw RecipeError(
          .notAvailable, path: file.path, line: line,
          detail: "\(name.isEmpty ? "" : name + ".")\(word): not available in this version")
      }
      if let known, !known.contains(word) {
        let near = suggestion(for: word, among: known + later)
        throw RecipeError(
          .unknownKey, path: file.path, line: line,
          detail: "unknown key '\(word)' in \(name.isEmpty ? "the recipe" : name)"
            + (near.map { "; did you mean '\($0)'?" }
              ?? "; known are \(known.joined(separator: ", "))"))
      }
      values[word] = value
      keys.append(word)
    }
    (self.values, self.keys) = (values, keys)
  }

  /// The full name of a key, such as `scan.pixel_size_um`.
  func fullName(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  /// A mistake in the value of a key.
  func error(_ code: RecipeError.Code, _ key: String, _ detail: String) -> RecipeError {
    RecipeError(
      code, path: file.path, line: values[key]?.mark?.line ?? line,
      detail: "\(fullName(key)): \(detail)")
  }

  /// The mapping under a key.
  func section(_ key: String, known: [String]?, later: [String] = []) throws -> RecipeSection? {
    guard let node = values[key] else { return nil }
    return try RecipeSection(
      node, file: file, name: fullName(key), known: known, later: later)
  }

  /// The text under a key, quoted or not.
  func text(_ key: String, expected: String = "text") throws -> String? {
    guard let node = values[key] else { return nil }
    guard let text = node.scalar?.string, !isNothing(node), !text.isEmpty else {
      throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
    }
    return text
  }

  /// The texts of a list under a key.
  func list(_ key: String, expected: String) throws -> [String]? {
    guard let node = values[key] else { return nil }
    let texts = node.sequence?.compactMap { isNothing($0) ? nil : $0.scalar?.string }
    guard let texts, texts.count == node.sequence?.count, !texts.isEmpty else {
      throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
    }
    return texts
  }

  /// The number under a key.
  func number(_ key: String, _ range: (Double) -> Bool, expected: String) throws -> Double? {
    guard let node = values[key] else { return nil }
    guard let value = plainNumber(node) else {
      throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
    }
    guard range(value) else { throw error(.badValue, key, "expected \(expected), found \(value)") }
    return value
  }

  /// A positive number, or a list of two in rising order.
  func span(_ key: String) throws -> ClosedRange<Double>? {
    guard let node = values[key] else { return nil }
    let expected = "a number above 0, or [low, high]"
    let numbers = (node.sequence.map(Array.init) ?? [node]).map(plainNumber)
    let found = numbers.compactMap { $0 }
    guard found.count == numbers.count, found.count == 2 || node.sequence == nil else {
      throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
    }
    guard found.allSatisfy({ $0 > 0 }) else {
      throw error(.badValue, key, "expected \(expected), found \(found.min() ?? 0)")
    }
    guard found[0] <= found[found.count - 1] else {
      throw error(.badValue, key, "the low end \(found[0]) is above the high end \(found[1])")
    }
    return found[0]...found[found.count - 1]
  }

  /// Boxes under a key, each a list of four numbers: the low x and y, the high x and y.
  func boxes(_ key: String) throws -> [Box] {
    guard let node = values[key] else { return [] }
    let expected = "a list of boxes [low x, low y, high x, high y] in µm"
    guard let sequence = node.sequence else {
      throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
    }
    return try sequence.map { node in
      let numbers = (node.sequence.map(Array.init) ?? []).compactMap(plainNumber)
      guard numbers.count == 4, node.sequence?.count == 4 else {
        throw error(.wrongType, key, "expected \(expected), found \(kind(of: node))")
      }
      guard numbers[0] < numbers[2], numbers[1] < numbers[3] else {
        throw error(.badValue, key, "a box has its low corner first; found \(kind(of: node))")
      }
      return Box(
        low: Point(x: numbers[0], y: numbers[1]), high: Point(x: numbers[2], y: numbers[3]))
    }
  }

  /// The file that a key names, which must be there unless it may be missing: then it is nil.
  func existingFile(_ key: String, orNone: Bool = false) throws -> URL? {
    guard let text = try text(key, expected: "a file's path") else { return nil }
    if orNone, !FileManager.default.fileExists(atPath: resolved(text).path) { return nil }
    return try existingFile(key, at: text)
  }

  /// The file at a path of the recipe, which must be there.
  private func existingFile(_ key: String, at path: String) throws -> URL {
    let url = resolved(path)
    try requireFile(
      url, mention: "\(fullName(key)) \(url.path): ", path: file.path,
      line: values[key]?.mark?.line)
    return url
  }

  private func resolved(_ path: String) -> URL {
    URL(filePath: path, relativeTo: file.deletingLastPathComponent())
      .standardizedFileURL.absoluteURL
  }

  /// The pictures that a key lists, or those of the folder that it names, by name; they must be there.
  ///
  /// - Parameter count: how many there may be.
  func pictures(_ key: String, _ count: ClosedRange<Int>) throws -> [URL]? {
    guard let node = values[key] else { return nil }
    let expected = "a list of pictures, or a folder of them"
    let pictures: [URL]
    if node.sequence == nil, let path = try text(key, expected: expected) {
      let folder = resolved(path)
      guard folder.isFolder else {
        throw error(
          FileManager.default.fileExists(atPath: folder.path) ? .badValue : .noSuchFile, key,
          "expected \(expected), and \(folder.path) is no folder")
      }
      pictures = try TrainingFolder.files(in: folder)
    } else {
      pictures = try list(key, expected: expected)?.map { try existingFile(key, at: $0) } ?? []
    }
    var seen: Set<String> = []
    if let twice = pictures.first(where: { !seen.insert($0.path).inserted }) {
      throw error(.badValue, key, "\(twice.lastPathComponent) is listed twice")
    }
    guard count.contains(pictures.count) else {
      throw error(
        .badValue, key,
        "\(count.lowerBound) to \(count.upperBound) pictures of good dies are asked for, and \(pictures.count) "
          + (pictures.count == 1 ? "is there" : "are there"))
    }
    return pictures
  }
}

extension URL {
  /// Whether there is a folder.
  fileprivate var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

/// A finite number that is not in quotes.
private func plainNumber(_ node: Node) -> Double? {
  guard let scalar = node.scalar, scalar.style == .plain, let value = Double(scalar.string),
    value.isFinite
  else { return nil }
  return value
}

/// Whether a value was left out, or written as YAML's nothing.
private func isNothing(_ node: Node) -> Bool {
  guard let scalar = node.scalar, scalar.style == .plain else { return false }
  return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
}

/// What a value is, for a sentence that ends in "found …".
private func kind(of node: Node) -> String {
  if isNothing(node) { return "nothing" }
  switch node {
  case .scalar(let scalar):
    let text = scalar.string.count > 40 ? scalar.string.prefix(40) + "…" : scalar.string
    let line = text.replacing("\n", with: " ")
    return scalar.style == .plain && Double(line) != nil ? line : "'\(line)'"
  case .sequence(let sequence):
    let values = sequence.compactMap(\.scalar?.string)
    let simple = values.count == sequence.count && values.count <= 4
    return simple ? "[\(values.joined(separator: ", "))]" : "a list of \(sequence.count)"
  case .mapping: return "a list of keys with values"
  case .alias: return "an alias"
  }
}
