public import Foundation
internal import Layout
import Yams

extension Recipe {
  /// Longest recipe that is read, in bytes.
  static let longestFile = 1 << 20

  /// What can be made by a recipe that names it already.
  public enum Product: Sendable {
    /// `golden.generator`: colours learnt from each scan stand in while there is no such file.
    case generator
    /// `matching.calibration`
    case calibration
  }

  /// Reads a recipe.
  ///
  /// - Parameter product: what is about to be made by it; what is made after that is not looked at, be it old or missing. Nil
  ///   looks at all.
  /// - Throws: `RecipeError`, with the line at fault wherever there is one. Its code is `noSuchFile` when the recipe or a
  ///   file it names is absent.
  public init(contentsOf file: URL, toMake product: Product? = nil) throws {
    let data = try contentsOfSmallFile(file, limit: Self.longestFile)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RecipeError(.unreadable, path: file.path, detail: "a recipe is UTF-8 text; this is not")
    }
    let top = try RecipeSection(
      rootNode(of: text, path: file.path), file: file, line: 1,
      known: ["device", "layout", "scan", "golden", "matching", "classifier", "wafer", "outputs"])

    self.init(
      device: try top.text("device", expected: "a name")
        ?? file.deletingPathExtension().lastPathComponent)
    (path, sha256) = (file.path, FileHash.sha256(of: data))
    if let section = try top.section("layout", known: ["file", "cell", "layers", "styles"]) {
      layout = try Layout(section)
    }
    if let section = try top.section(
      "scan", known: ["pixel_size_um", "valid_rows", "valid_columns", "centers", "fields"])
    {
      scan = try Scan(section)
    }
    if let section = try top.section(
      "golden", known: ["generator", "image", "images", "baseline", "neighbours"])
    {
      golden = try Golden(
        section, hasLayout: layout != nil, canLackGenerator: product == .generator)
      neighbours = try section.neighbours
    }
    if let section = try top.section(
      "matching",
      known: [
        "search", "rotation_deg", "threshold", "least_contrast", "false_alarms_per_mpx",
        "false_alarms_per_cm2", "calibration", "merge", "exclude", "sensitivity", "marks",
      ])
    {
      matching = try Matching(
        section, layers: layout?.layers.map(\.name) ?? [], isCalibrated: product == nil)
    }
    classifier = product == nil ? try top.existingFile("classifier") : nil
    if let section = try top.section("wafer", known: Wafer.keys) { wafer = try Wafer(section) }
    outputs = try Output.list(in: top) ?? outputs
    if golden == .table || golden == .tree, layout == nil {
      throw RecipeError(
        .missingKey, path: file.path, line: 1,
        detail:
          "layout is missing; only a recipe with golden.image, golden.images or golden.neighbours can do without"
      )
    }
  }
}

extension Recipe.Layout {
  fileprivate init(_ section: RecipeSection) throws {
    guard let file = try section.existingFile("file") else {
      throw section.error(.missingKey, "file", "missing; name the GDSII or OASIS file")
    }
    guard let names = try section.section("layers", known: nil), !names.keys.isEmpty else {
      throw section.error(
        .missingKey, "layers", "missing; name at least one, such as {ridge: 1/0}")
    }
    var layers: [Recipe.Layer] = []
    for name in names.keys {
      guard let number = try names.layerNumber(name) else { continue }
      if let other = layers.first(where: { $0.number == number }) {
        throw names.error(
          .duplicateKey, name, "\(number) is '\(other.name)' already; a layer has one name")
      }
      layers.append(Recipe.Layer(name: name, number: number))
    }
    self.init(
      file: file, cell: try section.text("cell", expected: "a cell's name"), layers: layers,
      styles: try section.existingFile("styles"))
  }
}

extension Recipe.Scan {
  fileprivate init(_ section: RecipeSection) throws {
    self.init(
      pixelSizeUm: try section.span("pixel_size_um"),
      validRows: try section.lines("valid_rows", of: "row"),
      validColumns: try section.lines("valid_columns", of: "column"),
      centers: try section.existingFile("centers"),
      fields: try section.layerNumber("fields"))
  }
}

extension Recipe.Golden {
  fileprivate init(_ section: RecipeSection, hasLayout: Bool, canLackGenerator: Bool) throws {
    let sources = section.keys.filter { $0 != "neighbours" }
    // Neighbours alone stand on the colours learnt from the scan, or where there is no layout on themselves.
    if sources.isEmpty, !section.keys.isEmpty {
      self = hasLayout ? .table : .dies
      return
    }
    guard sources.count == 1 else {
      throw RecipeError(
        section.keys.isEmpty ? .missingKey : .badValue, path: section.file.path,
        line: section.line,
        detail: "golden is one of generator, image, images and baseline, and no more than one")
    }
    if let images = try section.pictures("images", Self.imagesLearntFrom) {
      self = .images(images)
      return
    }
    if let image = try section.existingFile("image") {
      self = .image(image)
      return
    }
    if section.keys.contains("generator") {
      let model = try section.existingFile("generator", orNone: canLackGenerator)
      self = model.map { .generator($0) } ?? .table
      return
    }
    let baseline = try section.text("baseline", expected: "'table' or 'tree'")
    switch baseline {
    case "table": self = .table
    case "tree": self = .tree
    default:
      throw section.error(
        .badValue, "baseline", "expected 'table' or 'tree', found '\(baseline ?? "")'")
    }
  }
}

extension Recipe.Matching {
  fileprivate init(_ section: RecipeSection, layers: [String], isCalibrated: Bool) throws {
    self.init()
    if let text = try section.text("search", expected: "a distance such as 5um, 25% or 40px") {
      guard let distance = Recipe.Search(text) else {
        throw section.error(
          .badValue, "search",
          "expected a distance above 0 such as 5um, 25% (of the field, at most 100%) or 40px, found '\(text)'"
        )
      }
      search = distance
    }
    rotationDeg =
      try section.number("rotation_deg", (0...45).contains, expected: "degrees from 0 to 45")
      ?? rotationDeg
    threshold = try section.number("threshold", { $0 > 0 }, expected: "a number above 0")
    leastContrast = try section.number(
      "least_contrast", (0...255).contains, expected: "grey levels from 0 to 255")
    falseAlarmsPerMpx = try section.number(
      "false_alarms_per_mpx", { $0 > 0 }, expected: "a number above 0")
    calibration = isCalibrated ? try section.existingFile("calibration") : nil
    falseAlarmsPerCm2 = try section.number(
      "false_alarms_per_cm2", { $0 > 0 }, expected: "a number above 0")
    if falseAlarmsPerMpx != nil, falseAlarmsPerCm2 != nil {
      throw section.error(
        .badValue, "false_alarms_per_cm2", "the rate is given a Mpx already; give one of the two")
    }
    if let text = try section.text("merge", expected: "a distance such as 24px or 0.5um") {
      merge = Recipe.Search(text)
      guard let merge, !merge.isShare else {
        throw section.error(
          .badValue, "merge", "expected a distance above 0 such as 24px or 0.5um, found '\(text)'")
      }
    }
    if let name = try section.text("marks", expected: "the name of a layer") {
      guard layers.contains(name) else {
        let near = suggestion(for: name, among: layers).map { "; did you mean '\($0)'?" }
        throw section.error(
          .badValue, "marks", "layout.layers has no '\(name)'" + (near ?? ""))
      }
      marks = name
    }
    exclude = try section.boxes("exclude")
    for name in try section.section("sensitivity", known: layers)?.keys ?? [] {
      sensitivity[name] = try section.section("sensitivity", known: layers)?.number(
        name, { $0 >= 0 }, expected: "a number from 0 on")
    }
  }
}

extension Recipe.Output {
  /// The outputs of a recipe, in its order; nil when it names none.
  fileprivate static func list(in section: RecipeSection) throws -> [Recipe.Output]? {
    let known = allCases.map(\.rawValue)
    let expected = "a list of \(known.joined(separator: ", "))"
    return try section.list("outputs", expected: expected)?.reduce(into: []) { outputs, word in
      guard let output = Recipe.Output(rawValue: word) else {
        let near = suggestion(for: word, among: known).map { "; did you mean '\($0)'?" }
        throw section.error(
          .badValue, "outputs", "unknown output '\(word)'" + (near ?? "; expected \(expected)"))
      }
      if !outputs.contains(output) { outputs.append(output) }
    }
  }
}

extension Recipe.Search {
  /// Whether it is a share of the field.
  fileprivate var isShare: Bool {
    if case .share = self { return true }
    return false
  }
}

extension RecipeSection {
  /// The number of other dies under `neighbours`; 0 where there is none.
  fileprivate var neighbours: Int {
    get throws {
      let fits = { (3...16).contains($0) && $0 == $0.rounded() }
      return Int(
        try number("neighbours", fits, expected: "a whole number from 3 to 16") ?? 0)
    }
  }

  /// The layer under a key, such as `1/0`.
  fileprivate func layerNumber(_ key: String) throws -> LayerID? {
    let expected = "layer/datatype such as 1/0"
    guard let text = try text(key, expected: expected) else { return nil }
    guard let number = LayerID(text) else {
      throw error(.badValue, key, "expected \(expected), found '\(text)'")
    }
    return number
  }

  /// The rows or columns under a key, `0..<1370` or `0...1369`; one or more.
  fileprivate func lines(_ key: String, of kind: String) throws -> Range<Int>? {
    let expected = "\(kind)s such as 0..<1370 or 0...1369"
    guard let text = try text(key, expected: expected) else { return nil }
    for (mark, extra) in [("..<", 0), ("...", 1)] {
      let ends = text.components(separatedBy: mark).map {
        Int32($0.trimmingCharacters(in: .whitespaces)).map(Int.init)
      }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0 else { continue }
      guard low < high + extra else {
        throw error(.badValue, key, "\(text) holds no \(kind); expected \(expected)")
      }
      return low..<high + extra
    }
    throw error(.badValue, key, "expected \(expected), found '\(text)'")
  }
}

/// The root of a YAML document that holds one.
private func rootNode(of text: String, path: String) throws -> Node {
  do {
    guard let node = try Yams.compose(yaml: text), node.scalar?.string != "" else {
      throw RecipeError(.empty, path: path, line: 1, detail: "the recipe is empty")
    }
    return node
  } catch let error as YamlError {
    throw RecipeError(error, text: text, path: path)
  }
}

extension RecipeError {
  /// A YAML mistake in one sentence.
  fileprivate init(_ error: YamlError, text: String, path: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let words = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
      self.init(.syntax, path: path, line: mark.line, detail: "not valid YAML: \(words)")
    case .reader(let problem, let offset, _, _):
      let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
      self.init(.syntax, path: path, line: line, detail: "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        .duplicateKey, path: path, line: context.mark.line,
        detail: "key '\(keys.first ?? "")' is given more than once")
    default:
      self.init(.syntax, path: path, detail: "not valid YAML: \(error)")
    }
  }
}
