internal import Classification
internal import Explanations
public import Foundation
internal import Networks
internal import Raster
internal import Records
internal import Reports

/// The training examples that show what a classifier's concepts are, with pictures, as they are kept beside the model:
/// `MODEL.references.json`.
///
/// The file belongs to one model and the data that it was taught by, and is refused beside any other.
public struct ReferenceFile: Sendable, Codable {
  /// Names the format and its version.
  static let format = "goldendie.references/1"
  /// Pictures that a concept has.
  static let pictures = 12
  /// Places that are looked through at most, drawn evenly from the data.
  private static let mostPlaces = 3000
  /// Pixels along a picture's side, and between two.
  private static let (side, gap) = (72, 3)

  private let format: String
  /// Which places a concept was most relevant in.
  let places: ReferenceLibrary
  /// The first references of each concept side by side as a JPEG picture, in the order of `places`.
  let shown: [Data]

  private enum CodingKeys: String, CodingKey {
    case format
    case places = "library"
    case shown
  }

  /// Looks through the places that a classifier was taught by.
  init(
    _ classifier: Classifier, modelSHA256: String, dataSHA256: String, from taught: LabelledSet
  ) throws {
    let method = FindingExplainer.Question().method
    let layer = classifier.card.conceptLayer
    let explainer = FindingExplainer(classifier, method: method)
    let places = taught.pairs.indices.flatMap { pair in
      taught.pairs[pair].boxes.indices.map { (pair: pair, box: $0) }
    }
    let step = max(1, (places.count + Self.mostPlaces - 1) / Self.mostPlaces)
    var library = ReferenceLibrary(
      .init(
        modelSHA256: modelSHA256, dataSHA256: dataSHA256, layer: layer, kind: .relevance,
        method: method))
    var known: [String: (pair: Int, box: Int)] = [:]
    for place in places.enumerated() where place.offset % step == 0 {
      let pair = taught.pairs[place.element.pair]
      let labelled = pair.boxes[place.element.box]
      let named = try explainer.name(labelled.box, in: pair.source)
      // A concept is shown by what it spoke for: places that are named as they were labelled.
      guard named.naming.label == labelled.label,
        let shares = explainer.shares(explainer.start(named), layer: layer)
      else { continue }
      let name = "\(pair.name) #\(place.element.box + 1)"
      known[name] = place.element
      library.add(name, label: labelled.label, values: shares)
    }
    var shown: [Data] = []
    for (channel, concept) in library.concepts.enumerated() {
      let pictures = try concept.references.prefix(Self.pictures).filter { $0.value > 0 }
        .compactMap { reference -> Picture? in
          guard let place = known[reference.sample] else { return nil }
          let pair = taught.pairs[place.pair]
          let named = try explainer.name(pair.boxes[place.box].box, in: pair.source)
          let box = explainer.referenceBox(
            layer: layer, channel: channel, x: reference.x, y: reference.y)
          return Self.picture(of: pair.source, named.rect, box)
        }
      shown.append(PictureStrip.jpeg(pictures, gap: Self.gap, quality: 80))
    }
    (format, self.places, self.shown) = (Self.format, library, shown)
  }

  /// The part of a scan that shows a concept, all else darkened.
  private static func picture(of source: CropSource, _ rect: PixelRect, _ box: Start.Box?)
    -> Picture
  {
    let box =
      box.map { PixelRect(x: rect.x + $0.x, y: rect.y + $0.y, width: $0.width, height: $0.height) }
      ?? rect
    let side = min(rect.width, max(48, 5 * max(box.width, box.height) / 4))
    func held(_ middle: Int, _ low: Int, _ high: Int) -> Int {
      min(max(middle - side / 2, low), high - side)
    }
    let shown = PixelRect(
      x: held(box.x + box.width / 2, rect.x, rect.maxX),
      y: held(box.y + box.height / 2, rect.y, rect.maxY), width: side, height: side)
    var picture = source.scan(shown)
    for plane in picture.planes.indices {
      for y in 0..<side {
        for x in 0..<side where !box.contains(x: shown.x + x, y: shown.y + y) {
          picture.planes[plane].samples[y * side + x] *= 0.55
        }
      }
    }
    return picture.mapPlanes { $0.resized(to: Self.side) }
  }

  /// The concepts as pages show them.
  func sheets(of classifier: Classifier, _ model: FileRecord) -> ConceptSheets {
    let classes = classifier.card.classes
    return ConceptSheets(
      model: model, layer: places.key.layer,
      sheets: places.concepts.enumerated().map { channel, concept in
        ConceptSheets.Sheet(
          channel: channel, mainClass: concept.mainClass.map { classes[$0] },
          classes: concept.classes.map { (name: classes[$0.key], mean: $0.value.mean) }
            .sorted { ($1.mean, $0.name) < ($0.mean, $1.name) },
          references: concept.references.prefix(Self.pictures).filter { $0.value > 0 }
            .map { (sample: $0.sample, class: classes[$0.label]) }, strip: shown[channel])
      })
  }

  /// Where the references of a model lie.
  public static func url(beside model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("references.json")
  }

  /// Writes the file beside its model, whole or not at all.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  public func write(beside model: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try OutputFolder.replace(
      Self.url(beside: model).absoluteURL, with: try encoder.encode(self) + Data("\n".utf8))
  }

  /// Reads the references beside a model; nil where there are none.
  ///
  /// - Throws: `InspectionError` when they are damaged, or belong to something else.
  init?(beside model: URL, of classifier: Classifier, modelSHA256: String) throws {
    let file = Self.url(beside: model)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    func damaged(_ reason: String) -> InspectionError {
      InspectionError(.unusableScan, path: file.relativePath, reason)
    }
    struct Header: Decodable { let format: String }
    let decoder = JSONDecoder()
    guard let data = try? Data(contentsOf: file),
      let header = try? decoder.decode(Header.self, from: data), header.format == Self.format
    else { throw damaged("is no reference library; expected \(Self.format)") }
    guard let read = try? decoder.decode(Self.self, from: data),
      read.places.concepts.count == read.shown.count,
      [0, classifier.network.channels(of: classifier.card.conceptLayer)]
        .contains(read.places.concepts.count)
    else { throw damaged("is a damaged reference library") }
    do {
      try read.places.require(
        .init(
          modelSHA256: modelSHA256, dataSHA256: classifier.card.lesson.dataSHA256,
          layer: classifier.card.conceptLayer, kind: .relevance,
          method: FindingExplainer.Question().method))
    } catch {
      throw damaged(error.description)
    }
    self = read
  }
}

extension Plane {
  /// The plane at another size, each pixel the mean of what it covers, or the nearest.
  func resized(to side: Int) -> Plane {
    guard width != side || height != side else { return self }
    var result = Plane(width: side, height: side)
    for y in 0..<side {
      let rows = y * height / side..<max(y * height / side + 1, (y + 1) * height / side)
      for x in 0..<side {
        let columns = x * width / side..<max(x * width / side + 1, (x + 1) * width / side)
        var sum: Float = 0
        for row in rows { for column in columns { sum += samples[row * width + column] } }
        result.samples[y * side + x] = sum / Float(rows.count * columns.count)
      }
    }
    return result
  }
}
