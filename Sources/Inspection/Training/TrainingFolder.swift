public import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

/// The scans of a folder, placed on a device's layout, to learn from or to judge by.
public struct TrainingFolder: Sendable {
  /// Those that could be placed, by file name.
  let scans: [TrainingScan]
  /// Those that could not, and why.
  public let refused: [(name: String, reason: String)]
  /// SHA-256 over the files' hashes and the layout's, 64 hexadecimal digits.
  let sha256: String
  /// How many could be placed.
  public var count: Int { scans.count }

  /// File name extensions of scans.
  private static let extensions: Set<String> = ["png", "jpg", "jpeg", "tif", "tiff"]

  /// Reads and places all scans of a folder.
  ///
  /// - Parameters:
  ///   - progress: told a scan's name, its number from 1, and how many there are.
  /// - Throws: `InspectionError` when the folder holds no scan, or none that lies on the layout.
  public init(
    _ folder: URL, device: Device, progress: (String, Int, Int) -> Void = { _, _, _ in }
  ) throws {
    guard device.stack != nil, !device.comparesPictures else {
      throw RecipeError(
        .notAvailable, path: device.recipe.path,
        detail: "learning needs a layout and a golden that is painted")
    }
    let files = try TrainingFolder.files(in: folder)
    var scans: [TrainingScan] = []
    var refused: [(name: String, reason: String)] = []
    var hashes = [device.layoutRecord?.sha256 ?? ""]
    for (index, file) in files.enumerated() {
      progress(file.lastPathComponent, index + 1, files.count)
      do {
        switch try device.placed(file) {
        case .success(let scan):
          scans.append(scan)
          hashes.append(try FileHash.sha256(file))
        case .failure(let refusal):
          refused.append((file.lastPathComponent, refusal.reason))
        }
      } catch let error as ImageFileError {
        refused.append((file.lastPathComponent, error.description))
      }
    }
    let channels = scans.first?.photograph.channels
    for scan in scans where scan.photograph.channels != channels {
      refused.append((scan.name, "is in colour, or grey, where the first scan is the other"))
    }
    scans.removeAll { $0.photograph.channels != channels }
    guard !scans.isEmpty else {
      let first = refused.first.map { "; \($0.name): \($0.reason)" } ?? ""
      throw InspectionError(
        .unusableScan, path: folder.relativePath,
        "none of \(files.count) scans could be placed on the layout" + first)
    }
    (self.scans, self.refused) = (scans, refused)
    sha256 = FileHash.sha256(of: Data(hashes.joined(separator: "\n").utf8))
  }

  static func files(in folder: URL) throws -> [URL] {
    let found: [URL]
    do {
      found = try FileManager.default.contentsOfDirectory(
        at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil,
        options: .skipsHiddenFiles)
    } catch {
      throw InspectionError(
        .noSuchFile, path: folder.relativePath, "is no folder that can be read")
    }
    let scans = found.filter { extensions.contains($0.pathExtension.lowercased()) }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    guard !scans.isEmpty else {
      throw InspectionError(
        .noSuchFile, path: folder.relativePath, "holds no scan (png, jpg, tif)")
    }
    return scans
  }

  /// Dies held out to judge by, and the others to learn from; scans of one die are never parted.
  ///
  /// - Parameters:
  ///   - names: file names, or parts of them, that are to be held out; when empty, every so many dies one is.
  ///   - share: about how many of the dies, 0…1.
  /// - Throws: `InspectionError` when nothing would be left to learn from, or a name fits no scan.
  func split(
    holdingOut names: [String], share: Double
  ) throws -> (taught: [TrainingScan], heldOut: [TrainingScan]) {
    func refuse(_ reason: String) -> InspectionError {
      InspectionError(.unusableScan, path: "training", reason)
    }
    let dies = Set(scans.map(\.die)).sorted()
    var held: Set<String> = []
    if names.isEmpty {
      guard dies.count > 1 else {
        throw refuse(
          "scans of at least two dies are needed, one to judge by what is learnt from the others; "
            + "\(scans.count) of one die could be placed")
      }
      let interval = max(2, Int((1 / max(share, 0.01)).rounded()))
      held = Set(dies.enumerated().filter { $0.offset % interval == interval - 1 }.map(\.element))
      if held.isEmpty { held = [dies[dies.count - 1]] }
    } else {
      for name in names {
        let fitting = scans.filter { $0.name.contains(name) }
        guard !fitting.isEmpty else { throw refuse("no scan is called '\(name)'") }
        held.formUnion(fitting.map(\.die))
      }
      guard held.count < dies.count else { throw refuse("no scan is left to learn from") }
    }
    return (scans.filter { !held.contains($0.die) }, scans.filter { held.contains($0.die) })
  }
}

/// Why a scan could not be placed.
struct PlacementRefusal: Error { let reason: String }

extension Device {
  /// A scan with its place on the layout, or why it has none.
  ///
  /// - Throws: as `inspect`.
  func placed(_ scan: URL) throws -> Result<TrainingScan, PlacementRefusal> {
    let read = try read(scan)
    let views = read.views
    let registrar = Registrar(reference: try reference(), settings: read.opened.place.settings)
    switch try read.register(registrar, views) {
    case .refused(let reason, _): return .failure(PlacementRefusal(reason: reason))
    case .registered(let registration):
      let mesh = try registrar.mesh(views, toScan: registration.toScan)
      let die = read.opened.sidecar?.die.map { $0.map(String.init).joined(separator: ", ") }
      return .success(
        TrainingScan(
          name: scan.lastPathComponent, die: die ?? scan.lastPathComponent,
          photograph: read.picture, field: read.field, area: registration.extent,
          toScan: registration.toScan, mesh: mesh, pixelSizeUm: registration.pixelSize))
    }
  }
}
