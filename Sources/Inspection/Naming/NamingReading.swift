internal import Classification
internal import Foundation
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

/// Reads labelled scans of all kinds.
struct NamingReading {
  /// How scans without a golden are compared; nil is the recipe beside them.
  let recipe: URL?
  let progress: (String) -> Void
  private(set) var items: [NamingData.Item] = []
  private(set) var refused: [(name: String, reason: String)] = []
  private var hashes: [String] = []
  private var devices: [URL: Device] = [:]

  init(recipe: URL?, progress: @escaping (String) -> Void) {
    (self.recipe, self.progress) = (recipe, progress)
  }

  var sha256: String { FileHash.sha256(of: Data(hashes.joined(separator: "\n").utf8)) }

  /// Nuisances are looked for among what is flagged at so much more than the recipe's rate of false alarms.
  private static let ease = 100.0
  /// Defects with less contrast, in grey levels, or pixels can't be told from nothing: they are neither defect nor none.
  private static let (leastContrast, leastArea) = (4.0, 5)

  mutating func read(_ dataset: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: dataset.path, isDirectory: &isFolder) else {
      throw InspectionError(.noSuchFile, path: dataset.relativePath, "no such file or folder")
    }
    if !isFolder.boolValue {
      switch dataset.pathExtension.lowercased() {
      case "csv": return try read(Decisions(contentsOf: dataset))
      case "sqlite": return try read(Decisions(records: dataset))
      default: return try readCOCO(dataset)
      }
    }
    let truth = dataset.appending(path: "truth.json")
    if FileManager.default.fileExists(atPath: truth.path) {
      return try readSimulated(dataset, truth: truth)
    }
    let annotations = dataset.appending(path: "annotations.json")
    if FileManager.default.fileExists(atPath: annotations.path) { return try readCOCO(annotations) }
    let records = dataset.appending(path: SQLiteRecords.fileName)
    if FileManager.default.fileExists(atPath: records.path) {
      return try read(Decisions(records: records))
    }
    try readBoards(dataset)
  }

  private mutating func device(beside folder: URL) throws -> Device {
    try device(of: recipe ?? folder.appending(path: "recipe.yaml"))
  }

  private mutating func device(of recipe: URL) throws -> Device {
    if let known = devices[recipe] { return known }
    let device = try Device(recipe: recipe)
    devices[recipe] = device
    hashes += [device.recipeRecord.sha256, device.layoutRecord?.sha256 ?? ""]
    hashes += [device.generator?.record.sha256].compactMap { $0 }
    hashes += device.supplied?.files.map(\.sha256) ?? []
    return device
  }

  // MARK: Simulated wafers

  private mutating func readSimulated(_ folder: URL, truth: URL) throws {
    let known = try KnownDefects(contentsOf: truth)
    let device = try device(beside: folder)
    hashes.append(try FileHash.sha256(truth))
    let scans = folder.appending(path: "scans")
    for name in known.names {
      guard let marks = known.scans[name]?.defects else { continue }
      let file = scans.appending(path: name)
      progress("\(folder.lastPathComponent)/\(name)")
      guard let compared = try compared(file, by: device) else { continue }
      let (prepared, comparison) = compared
      let field = prepared.field
      let inside = marks.filter { !$0.box.intersection(prepared.registration.extent).isEmpty }
      func judged(_ findings: [Finding]) -> Judgement {
        Judgement(
          scan: name, mpx: 1, marks: inside,
          candidates: findings.map { Judgement.Candidate($0, in: field) })
      }
      let (shown, eased) = (judged(comparison.findings), judged(comparison.eased))
      let alarms = shown.falseAlarmIndices.map { comparison.findings[$0].box }
      var canvas = LabelCanvas(field)
      for finding in eased.falseAlarmIndices.map({ comparison.eased[$0] }) {
        canvas.mark(
          finding.box, spans: finding.runs.map { ($0.y, $0.columns) }, NamingData.nuisance,
          found: alarms.first { !$0.intersection(finding.box).isEmpty })
      }
      for (number, mark) in inside.enumerated() {
        let isFaint =
          (mark.contrast ?? 255) < Self.leastContrast
          || (mark.areaPx ?? mark.box.area) < Self.leastArea
        canvas.mark(
          mark.box.moved(by: field),
          spans: mark.spans.map { row, columns in
            (row - field.y, columns.lowerBound - field.x..<columns.upperBound - field.x)
          }, isFaint ? nil : mark.class,
          found: shown.ownHit(of: number).map { comparison.findings[$0].box })
      }
      add("\(folder.lastPathComponent)/\(name)", canvas, compared, device)
      hashes.append(try FileHash.sha256(file))
    }
  }

  /// A scan in its place with what is flagged at an eased threshold; nil, with the reason kept, where it has no place.
  private mutating func compared(
    _ file: URL, by device: Device
  ) throws -> (PreparedScan, ComparedScan)? {
    switch try device.prepare(try device.read(file), file) {
    case .refused(let reason, _):
      refused.append((file.lastPathComponent, reason))
      return nil
    case .ready(let prepared):
      return (prepared, try device.compare(file, prepared, easedBy: Self.ease))
    }
  }

  private mutating func add(
    _ name: String, _ canvas: LabelCanvas, _ compared: (PreparedScan, ComparedScan),
    _ device: Device
  ) {
    items.append(
      NamingData.Item(
        name: name, group: name,
        source: CropSource(compared.1.window), boxes: canvas.boxes, labels: canvas.labels,
        names: canvas.names))
  }

  // MARK: COCO

  private mutating func readCOCO(_ file: URL) throws {
    let labelled = try COCOFile(file)
    hashes.append(try FileHash.sha256(file))
    for entry in labelled.entries {
      progress(entry.name)
      let boxes = entry.boxes.map {
        NamingData.Place(box: $0.box, name: labelled.classes[$0.label - 1])
      }
      hashes.append(try FileHash.sha256(entry.scan))
      guard let golden = entry.golden else {
        let device = try device(beside: file.deletingLastPathComponent())
        guard let compared = try compared(entry.scan, by: device) else { continue }
        let field = compared.0.field
        var canvas = LabelCanvas(field)
        let rows = entry.labels.map { LabelCanvas.spans(of: $0, width: entry.width) } ?? [:]
        for (number, place) in boxes.enumerated() {
          let label = UInt8(entry.boxes[number].label)
          let box = place.box.moved(by: field)
          canvas.mark(
            box,
            spans: (rows[label] ?? place.box.middleSpans)
              .filter { place.box.contains(x: $0.columns.lowerBound, y: $0.y) }
              .map {
                (
                  $0.y - field.y, $0.columns.lowerBound - field.x..<$0.columns.upperBound - field.x
                )
              }, place.name,
            found: compared.1.findings.filter { !$0.box.intersection(box).isEmpty }
              .max { $0.score < $1.score }?.box)
        }
        add(entry.name, canvas, compared, device)
        continue
      }
      hashes.append(try FileHash.sha256(golden))
      let (scan, painted) = (try picture(entry.scan), try picture(golden))
      guard scan.bounds == painted.bounds,
        scan.bounds == PixelRect(x: 0, y: 0, width: entry.width, height: entry.height)
      else {
        throw InspectionError(
          .unusableScan, path: entry.scan.relativePath,
          "is not of its golden's size, or of that in \(file.lastPathComponent)")
      }
      items.append(
        NamingData.Item(
          name: entry.name, group: entry.name,
          source: CropSource(
            scan: scan,
            golden: painted.channels == scan.channels
              ? painted : Picture(planes: [painted.luminance])),
          boxes: boxes, labels: entry.labels, names: labelled.classes))
    }
  }

  private func picture(_ file: URL) throws -> Picture {
    let image = try ImageFile(path: file.path)
    return try image.read(image.bounds).withoutIdleColour
  }

  // MARK: DeepPCB

  private mutating func readBoards(_ folder: URL) throws {
    for entry in try DeepPCBFolder(folder).entries {
      progress(entry.name)
      hashes += [try FileHash.sha256(entry.scan), try FileHash.sha256(entry.golden)]
      hashes.append(contentsOf: entry.boxes.map { "\($0.box) \($0.label)" })
      let (scan, golden) = (try picture(entry.scan), try picture(entry.golden))
      guard scan.bounds == golden.bounds else {
        throw InspectionError(
          .unusableScan, path: entry.scan.relativePath, "is not of its template's size")
      }
      items.append(
        NamingData.Item(
          name: entry.name, group: entry.board,
          source: CropSource(
            scan: Picture(planes: [scan.luminance]), golden: Picture(planes: [golden.luminance])),
          boxes: entry.boxes.map {
            NamingData.Place(box: $0.box, name: DeepPCBFolder.classes[$0.label - 1])
          }, labels: nil,
          names: DeepPCBFolder.classes))
    }
  }

  // MARK: Decisions on findings

  private mutating func read(_ decisions: Decisions) throws {
    hashes.append(decisions.sha256)
    for (folder, known) in decisions.byResults {
      let record = try decisions.record(of: folder)
      progress(record.scan.path)
      let device = try device(of: recipe ?? URL(filePath: record.recipe.path))
      let scan = try RecordedScan.place(of: record.scan)
      guard try FileHash.sha256(scan) == record.scan.sha256 else {
        throw InspectionError(
          .unusableScan, path: scan.relativePath, "is not the scan that the decisions are about")
      }
      guard let compared = try compared(scan, by: device) else { continue }
      var canvas = LabelCanvas(compared.0.field)
      for finding in record.findings {
        let spans = finding.mask.spans.map { row, columns in
          (
            row - canvas.field.y,
            columns.lowerBound - canvas.field.x..<columns.upperBound - canvas.field.x
          )
        }
        // What nobody decided about may be anything.
        let box = finding.box.moved(by: canvas.field)
        canvas.mark(box, spans: spans, known[finding.id], found: box)
      }
      add(folder.lastPathComponent, canvas, compared, device)
      hashes.append(record.scan.sha256)
    }
  }
}

extension PixelRect {
  /// The same in pixels of a field.
  fileprivate func moved(by field: PixelRect) -> PixelRect {
    PixelRect(x: x - field.x, y: y - field.y, width: width, height: height)
  }

  /// The rows of its middle half, where a box is all that is known.
  fileprivate var middleSpans: [(y: Int, columns: Range<Int>)] {
    (y + height / 4..<max(y + height / 4 + 1, maxY - height / 4)).map {
      ($0, x + width / 4..<max(x + width / 4 + 1, maxX - width / 4))
    }
  }
}

extension KnownDefects.Mark {
  /// Its pixels row by row; all of the box where there is no mask.
  var spans: [(y: Int, columns: Range<Int>)] {
    let known = mask?.spans ?? []
    return known.isEmpty ? (box.y..<box.maxY).map { ($0, box.x..<box.maxX) } : known
  }
}
