public import Foundation
internal import Golden
internal import ImageFiles
internal import Layout
internal import Raster
internal import Records

/// A recipe with everything it names opened and checked: what it takes to inspect any number of scans.
public struct Device: Sendable {
  /// The recipe.
  public let recipe: Recipe
  let recipeRecord: FileRecord
  let layoutRecord: FileRecord?
  /// The layers to compare with; nil when the golden is a picture and no layout is given.
  let stack: LayerStack?
  /// How CAD calls and paints its layers; nil when the recipe does not say.
  let styles: LayerStyles?
  /// The golden picture with the file that it is, or those that it was learnt from; nil when the golden is painted, or other
  /// dies are.
  let supplied: (golden: SuppliedGolden, files: [FileRecord])?
  /// The generator that paints the golden, with its file; nil when something else does.
  let generator: (golden: GeneratorGolden, record: FileRecord)?
  /// What other dies show, where the recipe asks for it.
  let neighbours: KeptScans<NeighbourDies.Die>?
  /// Other scans, where they are the golden.
  let pictures: KeptScans<OtherScan>
  /// What clean scans look like; nil when the recipe names no calibration.
  let calibration: CalibrationFile?
  /// What names findings; nil when the recipe names no classifier.
  let naming: NamingStage?
  let centers: CenterTable?
  /// Boxes of the rectangles on `scan.fields`, µm.
  let fields: [Box]

  /// Opens what a recipe names.
  ///
  /// - Parameter product: what is about to be made by the recipe; what is made after that is not opened. Nil opens all.
  /// - Throws: `RecipeError`, `LayoutError`, `ImageFileError` or `InspectionError`, each naming the file at fault.
  public init(recipe file: URL, toMake product: Recipe.Product? = nil) throws {
    let recipe = try Recipe(contentsOf: file, toMake: product)
    self.recipe = recipe
    recipeRecord = FileRecord(path: file.relativePath, sha256: recipe.sha256)
    neighbours =
      recipe.neighbours > 0 && recipe.golden != .dies
      ? KeptScans(neighbours: recipe.neighbours) : nil
    pictures = KeptScans(neighbours: recipe.neighbours)
    calibration = try recipe.matching.calibration.map { try CalibrationFile(contentsOf: $0) }
    centers = try recipe.scan.centers.map { try CenterTable(contentsOf: $0) }
    let styles = try recipe.layout?.styles.map { try LayerStyles(contentsOf: $0.path) }
    self.styles = styles
    if let source = recipe.layout {
      let layout = try Layout(contentsOf: source.file.path)
      layoutRecord = FileRecord(
        path: Device.told(source.file, in: file), sha256: try FileHash.sha256(source.file))
      let stack = try Device.stack(source, layout, styles, recipe: file.relativePath)
      self.stack = stack
      fields =
        try recipe.scan.fields.map { try Device.fields($0, stack, recipe: file.relativePath) } ?? []
    } else {
      (layoutRecord, stack, fields) = (nil, nil, [])
    }
    switch recipe.golden {
    case .table, .tree, .dies:
      (supplied, generator) = (nil, nil)
    case .generator(let model):
      supplied = nil
      generator = (
        try Device.generator(model, stack, recipe: file.relativePath),
        FileRecord(path: Device.told(model, in: file), sha256: try FileHash.sha256(model))
      )
    case .image(let picture):
      generator = nil
      let image = try ImageFile(path: picture.path)
      supplied = (
        SuppliedGolden(picture: try image.read(image.bounds)),
        [FileRecord(path: Device.told(picture, in: file), sha256: try FileHash.sha256(picture))]
      )
    case .images(let pictures):
      generator = nil
      supplied = (
        try Device.learnt(pictures, recipe),
        try pictures.map {
          FileRecord(path: Device.told($0, in: file), sha256: try FileHash.sha256($0))
        }
      )
    }
    let golden = generator?.golden
    naming = try recipe.classifier.map {
      try NamingStage($0, told: Device.told($0, in: file), golden: golden)
    }
    if let calibration, let file = recipe.matching.calibration {
      try calibration.check(golden: goldenIdentity, file)
    }
  }

  /// Names the golden that scans are compared with: its kind, and its file's SHA-256 where there is one, or that of its files'.
  var goldenIdentity: String {
    let kind = recipe.golden.kind
    if let generator { return "\(kind) \(generator.record.sha256)" }
    guard let files = supplied?.files.map(\.sha256) else { return kind }
    let hash = files.count == 1 ? files[0] : FileHash.sha256(of: Data(files.joined().utf8))
    return "\(kind) \(hash)"
  }

  /// A file's path as a recipe tells it: relative to the recipe's folder, unless they share no folder.
  static func told(_ file: URL, in recipe: URL) -> String {
    let folder = recipe.absoluteURL.standardizedFileURL.deletingLastPathComponent().pathComponents
    let path = file.absoluteURL.standardizedFileURL.pathComponents
    let shared = zip(folder, path).prefix { $0 == $1 }.count
    guard shared > 1 else { return "/" + path.dropFirst().joined(separator: "/") }
    let up = [String](repeating: "..", count: folder.count - shared)
    return (up + path.dropFirst(shared)).joined(separator: "/")
  }

  private static func stack(
    _ source: Recipe.Layout, _ layout: Layout, _ styles: LayerStyles?, recipe: String
  ) throws -> LayerStack {
    let file = source.file.lastPathComponent
    let cell: CellID
    if let name = source.cell {
      guard let found = layout.cell(named: name) else {
        throw InspectionError(.notInLayout, path: recipe, "\(file) has no cell '\(name)'")
      }
      cell = found
    } else {
      guard layout.topCells.count == 1 else {
        let names = layout.topCells.prefix(8).map { layout.name(of: $0) }.joined(separator: ", ")
        throw InspectionError(
          .notInLayout, path: recipe,
          "\(file) has \(layout.topCells.count) top cells (\(names)): name one in layout.cell")
      }
      cell = layout.topCells[0]
    }
    let layers = try source.layers.map { layer -> (name: String, id: LayerID) in
      let id = layer.number
      guard layout.layers.contains(id) else {
        let known = layout.layers.prefix(24).map { styles.told($0) }.joined(separator: ", ")
        throw InspectionError(
          .notInLayout, path: recipe,
          "layer '\(layer.name)' is \(styles.told(id)), which \(file) does not have; it has \(known)"
        )
      }
      return (layer.name, id)
    }
    guard layers.count <= 16 else {
      throw InspectionError(
        .notInLayout, path: recipe,
        "\(layers.count) layers are more than the 16 that can be told apart")
    }
    return LayerStack(layout: layout, cell: cell, layers: layers)
  }

  private static func generator(
    _ model: URL, _ stack: LayerStack?, recipe: String
  ) throws -> GeneratorGolden {
    let generator = try Generator(contentsOf: model)
    guard let stack else {
      throw InspectionError(.notInLayout, path: recipe, "golden.generator needs a layout")
    }
    let wanted = generator.card.inputs.layers
    let order = wanted.compactMap { name in stack.layers.first { $0.name == name } }
    guard order.count == wanted.count, stack.layers.count == wanted.count else {
      throw InspectionError(
        .notInLayout, path: recipe,
        "\(model.lastPathComponent) was taught the layers \(wanted.joined(separator: ", ")), and "
          + "layout.layers has \(stack.layers.map(\.name).joined(separator: ", "))")
    }
    return try GeneratorGolden(
      stack: LayerStack(layout: stack.layout, cell: stack.cell, layers: order),
      generator: generator)
  }

  private static func fields(
    _ id: LayerID, _ stack: LayerStack, recipe: String
  ) throws -> [Box] {
    guard let bounds = stack.layout.bounds(of: id, in: stack.cell) else {
      throw InspectionError(
        .notInLayout, path: recipe, "scan.fields is \(id), which the layout does not have")
    }
    var boxes: [Box] = []
    try stack.layout.forEachPolygon(of: id, in: stack.cell, within: bounds) { points in
      guard let first = points.first else { return }
      boxes.append(points.reduce(Box(low: first, high: first)) { $0.union(Box(low: $1, high: $1)) })
    }
    return boxes
  }
}
