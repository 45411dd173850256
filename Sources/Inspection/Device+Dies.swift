internal import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

/// Another scan as a golden is made of it.
struct OtherScan: Sendable {
  let picture: Picture
  /// SHA-256 of its file.
  let sha256: String
  /// Where its middle was meant to lie, layout µm, and µm a pixel; nil where nothing says so.
  let center: Point?, pixelSizeUm: Double?
  /// How far it should be turned, radians.
  let rotation: Double

  init(_ read: ReadScan, sha256: String, pixelSizeUm: Double?) {
    (picture, self.sha256, self.pixelSizeUm) = (read.picture, sha256, pixelSizeUm)
    center = read.opened.sidecar?.centerUm
    rotation = (read.opened.sidecar?.rotationDeg ?? 0) * .pi / 180
  }

  /// By how much it should be moved to lie on another; nil where nothing says so.
  func shift(onto other: OtherScan) -> Point? {
    guard let here = other.center, let there = center, let size = other.pixelSizeUm else {
      return nil
    }
    return Point(x: (there.x - here.x) / size, y: (here.y - there.y) / size)
  }
}

extension Device {
  /// Whether scans are compared with pictures, so that places are told in pixels alone.
  var comparesPictures: Bool { supplied != nil || recipe.golden == .dies }

  /// By how much of its width or height the field of a neighbour may be meant to lie elsewhere.
  private static let greatestShift = 0.25

  /// Pixels of all pictures that a golden is learnt from, times their planes.
  private static let greatestLearntFrom = 400_000_000

  /// Learns a golden from pictures of good dies.
  ///
  /// - Throws: `InspectionError` where they are not of one size and kind, or one does not show what the first shows.
  static func learnt(_ files: [URL], _ recipe: Recipe) throws -> SuppliedGolden {
    func read(_ file: URL) throws -> Picture {
      let image = try ImageFile(path: file.path)
      guard image.width * image.height * image.channels * files.count <= greatestLearntFrom else {
        throw InspectionError(
          .unusableScan, path: file.relativePath,
          "has \(image.width) × \(image.height) pixels; \(files.count) such pictures can't be held together"
        )
      }
      return try image.read(image.bounds).withoutIdleColour
    }
    let first = try read(files[0])
    let name = files[0].lastPathComponent
    var differences = [first.planes.map { Plane(width: $0.width, height: $0.height) }]
    let search = PairedPicture.Search(
      px: 2
        * ScanPlace.searchPx(
          recipe.matching.search, fieldWidth: first.width,
          pixelSize: recipe.scan.pixelSizeUm?.lowerBound),
      rotation: 2 * recipe.matching.rotationDeg * .pi / 180)
    for file in files.dropFirst() {
      let picture = try read(file)
      guard picture.width == first.width, picture.height == first.height else {
        throw InspectionError(
          .unusableScan, path: file.relativePath,
          "has \(picture.width) × \(picture.height) pixels, and \(name), the first of golden.images, "
            + "\(first.width) × \(first.height); they are of one size")
      }
      let pair = try PairedPicture.pair(picture, with: first, search)
      guard let paired = pair.paired else {
        throw InspectionError(
          .unusableScan, path: file.relativePath,
          "can't be placed on \(name), the first of golden.images: \(pair.reason)")
      }
      differences.append(paired.difference)
    }
    guard let golden = MedianGolden(first, differences) else {
      throw InspectionError(
        .unusableScan, path: files[0].relativePath,
        "shares too little with the others of golden.images: nowhere do three of them show the same"
      )
    }
    return golden.golden
  }

  /// Puts a scan beside what its neighbours have in common.
  func prepareBesideDies(
    _ read: ReadScan, _ scan: URL, progress: (Stage) -> Void
  ) throws -> Preparation {
    let (field, picture) = (read.field, read.picture)
    let own = OtherScan(
      read, sha256: try FileHash.sha256(scan), pixelSizeUm: pixelSizeUm(of: read.opened))
    var (differences, used): ([[Plane]], [FileRecord]) = ([], [])
    var doubtful: Registration?
    var refusal: String?
    try Self.ask(recipe.neighbours, othersThan: scan, among: read.opened.beside) { other in
      guard let neighbour = otherScan(other), neighbour.sha256 != own.sha256 else { return false }
      let shift = neighbour.shift(onto: own) ?? Point(x: 0, y: 0)
      let search = PairedPicture.Search(
        px: 2 * read.opened.place.settings.searchPx,
        rotation: 2 * read.opened.place.settings.rotationRange,
        expectedRotation: own.rotation - neighbour.rotation, expectedShift: shift)
      // Another field of the die, as far as its sidecar knows: of this one it shows too little.
      guard abs(shift.x) < Self.greatestShift * Double(field.width),
        abs(shift.y) < Self.greatestShift * Double(field.height)
      else { return false }
      let pair = try PairedPicture.pair(neighbour.picture, with: picture, search)
      guard let paired = pair.paired else {
        refusal = refusal ?? "\(other.lastPathComponent): \(pair.reason)"
        return false
      }
      differences.append(paired.difference)
      used.append(FileRecord(path: other.lastPathComponent, sha256: neighbour.sha256))
      if paired.registration.confidence < doubtful?.confidence ?? 2 {
        doubtful = paired.registration
      }
      return true
    }
    let record = NeighboursRecord(asked: recipe.neighbours, used: used)
    guard used.count >= PlaceVariation.leastOthers, var registration = doubtful else {
      return .refused(
        reason: "\(record.reason ?? ""), and at least \(PlaceVariation.leastOthers) make a golden"
          + (refusal.map { "; \($0)" } ?? ""), best: nil)
    }
    progress(.painting)
    guard let golden = MedianGolden(picture, differences) else {
      return .refused(
        reason: "nowhere do \(PlaceVariation.leastOthers) other scans show the same part of it",
        best: nil)
    }
    var shown = golden.shown
    (shown.x, shown.y) = (shown.x + field.x, shown.y + field.y)
    registration.toScan = .translation(x: Double(shown.x), y: Double(shown.y))
    (registration.offset, registration.extent) = (Point(x: 0, y: 0), shown)
    let mesh = DisplacementMesh.still(field)
    let placed = PlacedScan(
      registration: registration.showing(golden.golden, mesh), mesh: mesh, golden: golden.golden,
      neighbours: record)
    return .ready(try placed.window(field, picture))
  }

  /// µm a pixel of a scan, as far as anything says.
  private func pixelSizeUm(of opened: OpenedScan) -> Double? {
    (opened.sidecar?.pixelSizeUm ?? recipe.scan.pixelSizeUm)?.lowerBound ?? opened.image.pixelSizeUm
  }

  /// Another scan; nil where it is of no use.
  private func otherScan(_ other: URL) -> OtherScan? {
    pictures.content(Self.key(other, .dies)) {
      // A scan that can't be read tells nothing of this one.
      guard let read = try? read(other), let hash = try? FileHash.sha256(other) else { return nil }
      return OtherScan(read, sha256: hash, pixelSizeUm: pixelSizeUm(of: read.opened))
    }
  }
}

extension NeighboursRecord {
  /// Scans that were used, with the reason where they are fewer than were asked for.
  init(asked: Int, used: [FileRecord]) {
    let there =
      used.count == 1
      ? "one other scan of use is there"
      : "\(used.isEmpty ? "no" : "\(used.count)") other scans of use are there"
    self.init(asked: asked, used: used, reason: used.count < asked ? there : nil)
  }
}
