public import Classification
public import Foundation
internal import ImageFiles
internal import Raster

/// Labelled scans: what a classifier is taught by, or judged by.
///
/// Each data set is told by its content: a folder with a `truth.json`, as `goldendie simulate` writes it; a JSON file in
/// COCO's format; a CSV file of decisions on findings (see `Decisions`); or a folder of pairs in DeepPCB's format.
/// Scans without a golden of their own are registered and compared by a recipe, and what that flags without need is the
/// class `nuisance`.
public struct NamingData: Sendable {
  /// The class of findings that are no defects.
  public static let nuisance = "nuisance"

  /// The pairs; the first ones of a folder by name.
  let pairs: [LabelledPair]
  /// Names of the classes in their order, `nuisance` last where there is one.
  public let classes: [String]
  /// Planes of a scan: 1 or 3.
  let channels: Int
  /// Whether the difference is the one that an inspection found.
  let isNormalised: Bool
  /// SHA-256 over all files that it was made of.
  public let sha256: String
  /// Scans that are of no use, and why.
  public let refused: [(name: String, reason: String)]

  /// A place with the name of its class, and the box of the finding by which an inspection shows it; nil where none does.
  struct Place {
    var box: PixelRect
    var name: String
    var found: PixelRect?

    init(box: PixelRect, name: String, found: PixelRect?) {
      (self.box, self.name, self.found) = (box, name, found)
    }

    /// A place that is found just where it is.
    init(box: PixelRect, name: String) { self.init(box: box, name: name, found: box) }
  }

  /// A labelled scan before its classes have numbers.
  struct Item {
    var name, group: String
    var source: CropSource
    /// The places.
    var boxes: [Place]
    /// Each pixel's class as 1 and the place of its name in `names`; nil where boxes are all that is known.
    var labels: [UInt8]?
    /// The names that labels speak of.
    var names: [String]
  }

  /// Reads data sets.
  ///
  /// - Parameters:
  ///   - datasets: files and folders.
  ///   - recipe: how scans without a golden are compared; nil is the recipe.yaml beside each.
  ///   - shared: classes by name that labels are numbered by, such as those of a classifier to be judged; nil takes those
  ///     that the data name.
  ///   - progress: told the scan that is read.
  /// - Throws: what reading throws, each error naming the file at fault; `InspectionError` where nothing is to be learnt.
  public init(
    _ datasets: [URL], recipe: URL?, classes shared: [String]? = nil,
    progress: @escaping (String) -> Void = { _ in }
  ) throws {
    var reading = NamingReading(recipe: recipe, progress: progress)
    for dataset in datasets { try reading.read(dataset) }
    guard let first = reading.items.first else {
      let reason = reading.refused.first.map { "; \($0.name): \($0.reason)" } ?? ""
      throw InspectionError(
        .unusableScan, path: datasets.first?.relativePath ?? "",
        "no scan of the data sets is of use" + reason)
    }
    for item in reading.items
    where item.source.channels != first.source.channels
      || item.source.isNormalised != first.source.isNormalised
    {
      throw InspectionError(
        .unusableScan, path: item.name,
        item.source.channels != first.source.channels
          ? "is grey, or in colour, where \(first.name) is the other"
          : "was compared by a recipe, or has a golden of its own, where \(first.name) is the other"
      )
    }
    let named = Set(reading.items.flatMap { $0.boxes.map(\.name) })
    let classes =
      shared
      ?? named.subtracting([Self.nuisance]).sorted()
      + (named.contains(Self.nuisance) ? [Self.nuisance] : [])
    guard !named.isEmpty, classes.count < 250 else {
      throw InspectionError(
        .unusableScan, path: datasets[0].relativePath,
        named.isEmpty ? "labels no place" : "names \(classes.count) classes; up to 249 are learnt")
    }
    (self.classes, refused, sha256) = (classes, reading.refused, reading.sha256)
    (channels, isNormalised) = (first.source.channels, first.source.isNormalised)
    let numbers = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { ($1, $0 + 1) })
    pairs = reading.items.map { item in
      let table =
        [UInt8(0)] + item.names.map { numbers[$0].map(UInt8.init) ?? LabelledCrop.unknown }
      return LabelledPair(
        name: item.name, group: item.group, source: item.source,
        boxes: item.boxes.compactMap { place in
          numbers[place.name].map {
            LabelledBox(box: place.box, label: $0, found: place.found)
          }
        },
        labels: item.labels.map {
          $0.map { $0 == LabelledCrop.unknown ? $0 : table[Int($0)] }
        })
    }
  }

  /// A classifier's card for these data.
  public func card(_ architecture: ClassifierArchitecture) -> Classifier.Card {
    var card = Classifier.Card(
      architecture: architecture, classes: classes, channels: channels, isNormalised: isNormalised,
      nuisances: classes.filter { $0 == Self.nuisance })
    card.lesson.dataSHA256 = sha256
    return card
  }

  /// The scans to learn from and those held out; scans of one group are never parted.
  ///
  /// - Parameter names: parts of names of groups or scans that are held out; when empty, every fifth group is.
  /// - Throws: `InspectionError` when nothing would be left, or a name fits nothing.
  public func split(
    holdingOut names: [String]
  ) throws -> (taught: LabelledSet, heldOut: LabelledSet) {
    func refuse(_ reason: String) -> InspectionError {
      InspectionError(.unusableScan, path: "training", reason)
    }
    let groups = Set(pairs.map(\.group)).sorted()
    var held: Set<String> = []
    if names.isEmpty {
      held = Set(groups.enumerated().filter { $0.offset % 5 == 4 }.map(\.element))
      if held.isEmpty, let last = groups.last, groups.count > 1 { held = [last] }
    }
    for name in names {
      let fitting = pairs.filter { $0.group.contains(name) || $0.name.contains(name) }
      guard !fitting.isEmpty else { throw refuse("no scan is called '\(name)'") }
      held.formUnion(fitting.map(\.group))
    }
    let taught = pairs.filter { !held.contains($0.group) }
    guard taught.contains(where: { !$0.boxes.isEmpty }) else {
      throw refuse("no labelled scan is left to learn from; scans of two dies at least are needed")
    }
    return (
      LabelledSet(taught, classes: classes),
      LabelledSet(pairs.filter { held.contains($0.group) }, classes: classes)
    )
  }
}
