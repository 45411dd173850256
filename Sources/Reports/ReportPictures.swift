public import Foundation
import ImageFiles
import Raster
public import Records

/// The pictures of a report as files of their own, in the folder `pictures` beside it, for exports, galleries, and to write
/// the report again.
///
/// `field-scan.jpg`, `field-golden.jpg`, `field-difference.jpg`, and for each finding `N.jpg`, `N-golden.jpg`,
/// `N-difference.jpg`, and `N-relevance.jpg` where something named it; `pictures.json` says what part of the scan each shows,
/// and how layers are told.
public enum ReportPictures {
  /// The name of the folder.
  public static let folderName = "pictures"
  static let indexName = "pictures.json"
  /// Reports of more findings than this show the pictures that lie beside them instead of having them inside: thousands of
  /// pictures inside a page would have to be read before any of it is seen.
  static let mostInside = 200

  /// The kinds of a finding's pictures, as their files' names end and as a report names them.
  enum Kind: String, CaseIterable {
    case scan, golden, difference, relevance

    func fileName(_ finding: Int) -> String {
      self == .scan ? ReportPictures.name(of: finding) : "\(finding)-\(rawValue).jpg"
    }

    func picture(_ pictures: FindingPictures) -> Picture? {
      switch self {
      case .scan: pictures.scan
      case .golden: pictures.golden
      case .difference: pictures.difference
      case .relevance: pictures.relevance
      }
    }
  }

  struct Index: Codable {
    /// Scan pixels to one pixel of the field's pictures.
    var reduction: Double
    var saturation: Double
    var threshold: Double?
    var findings: [Window]
    /// How layers are told; absent where nothing said.
    var layers: [LayerLook]?
  }

  struct Window: Codable {
    var id: Int
    var rect: PixelRect
  }

  /// The name of a finding's picture.
  public static func name(of finding: Int) -> String { "\(finding).jpg" }

  /// The names of the pictures in a scan's folder, sorted.
  public static func names(in scanFolder: URL) -> [String] {
    let folder = scanFolder.appending(path: folderName)
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The part of the scan that the picture of each finding shows; empty where there are no pictures.
  static func windows(in scanFolder: URL) -> [Int: PixelRect] {
    let file = scanFolder.appending(path: folderName).appending(path: indexName)
    guard let data = try? Data(contentsOf: file),
      let index = try? JSONDecoder().decode(Index.self, from: data)
    else { return [:] }
    return Dictionary(index.findings.map { ($0.id, $0.rect) }, uniquingKeysWith: { $1 })
  }
}

extension FieldPictures {
  static let scanName = "field-scan.jpg"
  static let goldenName = "field-golden.jpg"
  static let differenceName = "field-difference.jpg"
}

extension Report {
  /// Writes the pictures into a scan's folder.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  public func writePictures(into scanFolder: URL) throws {
    let folder = scanFolder.appending(path: ReportPictures.folderName)
    try FileSystem.makeFolders(folder.path)
    func write(_ picture: Picture?, _ name: String) throws {
      guard let picture else { return }
      try OutputFolder.write(album.jpeg(of: picture, name), to: folder.appending(path: name))
    }
    try write(field.scan, FieldPictures.scanName)
    try write(field.golden, FieldPictures.goldenName)
    try write(field.difference, FieldPictures.differenceName)
    for finding in findings {
      for kind in ReportPictures.Kind.allCases {
        try write(kind.picture(finding), kind.fileName(finding.id))
      }
    }
    let index = ReportPictures.Index(
      reduction: field.reduction, saturation: colours.saturation, threshold: colours.threshold,
      findings: findings.map { ReportPictures.Window(id: $0.id, rect: $0.rect) },
      layers: layerLooks.isEmpty ? nil : layerLooks)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try OutputFolder.write(
      try encoder.encode(index), to: folder.appending(path: ReportPictures.indexName))
  }

  /// The report of a record with the pictures that lie in its folder.
  ///
  /// - Throws: `ReportError` when they are missing or damaged.
  public init(_ record: InspectionRecord, picturesIn scanFolder: URL) throws {
    let folder = scanFolder.appending(path: ReportPictures.folderName)
    let file = folder.appending(path: ReportPictures.indexName)
    let index: ReportPictures.Index
    do {
      index = try JSONDecoder().decode(
        ReportPictures.Index.self, from: try Data(contentsOf: file))
    } catch {
      let isThere = FileManager.default.fileExists(atPath: file.path)
      throw ReportError(
        isThere ? .fileSystem : .noSuchFile, path: file.path,
        isThere ? "the list of pictures is damaged" : "the report's pictures are missing")
    }
    func read(_ name: String) throws -> Picture {
      let path = folder.appending(path: name).path
      do {
        let image = try ImageFile(path: path)
        return try image.read(image.bounds)
      } catch {
        throw ReportError(.fileSystem, path: path, "the picture can't be read: \(error)")
      }
    }
    typealias Kind = ReportPictures.Kind
    func readOptional(_ name: String) throws -> Picture? {
      let isThere = FileManager.default.fileExists(atPath: folder.appending(path: name).path)
      return isThere ? try read(name) : nil
    }
    self.init(
      record: record,
      field: FieldPictures(
        scan: try read(FieldPictures.scanName),
        golden: try readOptional(FieldPictures.goldenName),
        difference: try readOptional(FieldPictures.differenceName),
        reduction: index.reduction > 0 ? index.reduction : 1),
      findings: try index.findings.map { window in
        var pictures = FindingPictures(
          id: window.id, rect: window.rect, scan: try read(Kind.scan.fileName(window.id)),
          golden: try read(Kind.golden.fileName(window.id)),
          difference: try read(Kind.difference.fileName(window.id)))
        pictures.relevance = try readOptional(Kind.relevance.fileName(window.id))
        return pictures
      },
      colours: DifferenceColours(
        saturation: index.saturation > 0 ? index.saturation : 10, threshold: index.threshold))
    layerLooks = index.layers ?? []
    let why = scanFolder.appending(path: ExplanationPage.folder)
    concepts = ConceptSheets(keptIn: why)
    explainedBefore = Set(
      record.findings.map(\.id).filter {
        FileManager.default.fileExists(atPath: why.appending(path: ExplanationPage.name($0)).path)
      })
  }
}
