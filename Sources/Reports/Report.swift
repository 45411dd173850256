public import Foundation
public import Raster
public import Records

/// The whole field of a scan, small enough for a page.
public struct FieldPictures: Sendable, Equatable {
  /// The scan, the golden it was compared with, and the coloured difference; all of one size.
  public var scan: Picture
  /// What the scan was compared with; nil when it was not.
  public var golden: Picture?
  /// The difference as `DifferenceColours` paints it; nil when there is none.
  public var difference: Picture?
  /// Scan pixels to one picture pixel, 1 or more.
  public var reduction: Double

  /// Pictures of the whole scan, reduced by one factor.
  public init(scan: Picture, golden: Picture?, difference: Picture?, reduction: Double) {
    precondition(reduction > 0, "a picture is reduced by a factor above zero")
    (self.scan, self.golden, self.difference) = (scan, golden, difference)
    self.reduction = reduction
  }
}

/// One window of a scan around a finding, in three pictures.
public struct FindingPictures: Sendable, Equatable {
  /// The finding's number.
  public var id: Int
  /// The window in scan pixels.
  public var rect: PixelRect
  /// The window in the scan, in the golden, and in the coloured difference; any size, shown as large as each other.
  public var scan, golden, difference: Picture
  /// Where in the window the finding's name comes from; nil where nothing named it.
  public var relevance: Picture?

  /// The pictures of a window around the finding with this number.
  public init(id: Int, rect: PixelRect, scan: Picture, golden: Picture, difference: Picture) {
    (self.id, self.rect) = (id, rect)
    (self.scan, self.golden, self.difference) = (scan, golden, difference)
  }
}

/// The report of one scan: one page that needs nothing beside it, or of more than 200 findings the folder `pictures` alone.
public struct Report: Sendable {
  /// What was found.
  public var record: InspectionRecord
  /// The whole field.
  public var field: FieldPictures { didSet { album = PictureAlbum() } }
  /// Pictures of the findings, in any order; a finding without pictures is listed without.
  public var findings: [FindingPictures] { didSet { album = PictureAlbum() } }
  /// How the differences were coloured.
  public var colours: DifferenceColours

  /// Pictures of why findings are called what they are, in any order.
  public var explanations: [ExplanationPictures] = []
  /// What the concepts are that those speak of; nil where that is not known.
  public var concepts: ConceptSheets?
  /// How the layers under findings are told; a layer that is not here has only its name.
  public var layerLooks: [LayerLook] = []
  /// The pictures as files have them.
  private(set) var album = PictureAlbum()
  /// Findings whose pages lie in the scan's folder already.
  var explainedBefore: Set<Int> = []
  /// Whether pictures of findings are part of the page; of very many they lie beside it.
  var hasPicturesInside: Bool { findings.count <= ReportPictures.mostInside }
  /// Whether there are pages of concepts.
  var hasConceptPages: Bool { concepts != nil || !explainedBefore.isEmpty }

  /// A report of a record with its pictures.
  public init(
    record: InspectionRecord, field: FieldPictures, findings: [FindingPictures],
    colours: DifferenceColours = DifferenceColours()
  ) {
    (self.record, self.field, self.findings) = (record, field, findings)
    self.colours = colours
  }

  /// The name of the page's file.
  public static let fileName = "report.html"

  /// The page: style and script inside, nothing fetched; all text from outside escaped.
  ///
  /// - Throws: `ReportError` when a template can't be used.
  public func html() throws -> String { try ReportPage(self).html() }

  /// Writes the pages of why findings are called what they are, `why/`, into a scan's folder; their pictures only where they
  /// are not there yet.
  ///
  /// - Throws: `ReportError` when the file system refuses or a template can't be used.
  public func writeExplanations(into folder: URL) throws {
    let pictures = Dictionary(explanations.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let told = record.findings.filter {
      $0.explanation != nil && (pictures[$0.id] != nil || explainedBefore.contains($0.id))
    }
    guard !told.isEmpty else { return }
    let place = folder.appending(path: ExplanationPage.folder, directoryHint: .isDirectory)
    try FileSystem.makeFolders(place.path)
    var shown: Set<Int> = []
    for (number, finding) in told.enumerated() {
      guard let explanation = finding.explanation else { continue }
      let page = ExplanationPage(
        record: record, finding: finding, explanation: explanation, concepts: concepts,
        layerLooks: layerLooks,
        previous: number > 0 ? told[number - 1].id : nil,
        next: number + 1 < told.count ? told[number + 1].id : nil)
      try OutputFolder.replace(
        place.appending(path: ExplanationPage.name(finding.id)), with: Data(try page.html().utf8))
      if let pictures = pictures[finding.id] {
        try OutputFolder.write(pictures.atlas, to: place.appending(path: "\(finding.id).jpg"))
      }
      shown.formUnion(explanation.concepts.map(\.channel))
    }
    try concepts?.keep(shown, in: place)
  }

  /// Writes `findings.json` and `report.html` into a folder.
  ///
  /// - Throws: `ReportError` when the file system refuses, `RecordError` when the record contradicts itself.
  public func write(into folder: URL) throws {
    let json = try record.json()
    let page = try html()
    try OutputFolder.write(json, to: folder.appending(path: IndexPage.recordName))
    try OutputFolder.write(Data(page.utf8), to: folder.appending(path: Self.fileName))
  }
}
