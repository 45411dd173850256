public import Foundation
import ImageFiles
import Raster
public import Records

/// The findings of some scans in the forms that other programs read.
public struct FindingExport {
  /// Where decisions leave a finding in the rough bin of KLARF.
  static let bins: [FindingState.Status: Int] = [.open: 0, .confirmed: 1, .waived: 2]
  /// The class of findings without one.
  public static let unclassified = "unclassified"

  let scans: [StoredScan]
  /// The folder of each scan.
  let folder: @Sendable (StoredScan) -> URL
  /// The folder that the export goes to, from which pictures are linked.
  let place: URL
  let program: String

  /// An export.
  ///
  /// - Parameters:
  ///   - scans: the scans, in the order that they are to be told in.
  ///   - output: the folder that holds the scans' folders.
  ///   - place: the folder that the export's files go to.
  ///   - program: the name and version of the program.
  public init(of scans: [StoredScan], output: URL, place: URL, program: String) {
    (self.scans, self.place, self.program) = (scans, place, program)
    folder = { output.appending(path: $0.folder, directoryHint: .isDirectory) }
  }

  /// An export of one scan into its own folder, which may still have another name.
  public init(of scans: [StoredScan], inFolder place: URL, program: String) {
    (self.scans, self.place, self.program) = (scans, place, program)
    folder = { _ in place }
  }

  /// The link from the export to a finding's picture; nil where there is none.
  func link(_ scan: StoredScan, _ finding: FindingRecord) -> String? {
    let file = picture(scan, finding)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return Self.path(from: place, to: file)
  }

  private func picture(_ scan: StoredScan, _ finding: FindingRecord) -> URL {
    folder(scan).appending(path: ReportPictures.folderName)
      .appending(path: ReportPictures.name(of: finding.id))
  }

  /// A finding's picture as a small PNG; nil where there is none.
  func thumbnail(_ scan: StoredScan, _ finding: FindingRecord) -> Data? {
    guard let image = try? ImageFile(path: picture(scan, finding).path),
      image.width <= 4096, image.height <= 4096, let picture = try? image.read(image.bounds)
    else { return nil }
    let factor = max(1, (max(picture.width, picture.height) + 127) / 128)
    return Data(PNGEncoder.encode(picture.mapPlanes { $0.reduced(by: factor) }))
  }

  /// A path from one folder to a file, with `..` where they part.
  static func path(from folder: URL, to file: URL) -> String {
    let from = folder.standardizedFileURL.absoluteURL.pathComponents
    let to = file.standardizedFileURL.absoluteURL.pathComponents
    let common = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - common) + to[common...])
      .joined(separator: "/")
  }

  /// The corners of a finding's box in layout µm; nil where the scan's place isn't known in µm.
  static func corners(of finding: FindingRecord, in record: InspectionRecord) -> [Point]? {
    guard finding.layoutUm != nil, let rows = record.registration?.layoutToScan, rows.count == 2,
      rows.allSatisfy({ $0.count == 3 })
    else { return nil }
    let map = Affine(
      a: rows[0][0], b: rows[0][1], tx: rows[0][2], c: rows[1][0], d: rows[1][1], ty: rows[1][2])
    let box = finding.box
    return [(box.x, box.y), (box.maxX, box.y), (box.maxX, box.maxY), (box.x, box.maxY)].map {
      map.inverse(Point(x: Double($0.0), y: Double($0.1)))
    }
  }
}
