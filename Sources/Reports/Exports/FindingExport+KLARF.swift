public import Foundation
import Raster
import Records

extension FindingExport {
  /// Begins the result's name in files of ours.
  static let resultsPrefix = "goldendie"

  /// KLARF files of the findings that have a place in µm: before version 1.8 one a wafer, then one for all.
  ///
  /// Findings are numbered as in the records (`StoredScan.numbers`), so that decisions find back, or as in their scan where it
  /// is one that is not recorded yet. A class number is its place
  /// in the sorted class names, 0 is unclassified; the rough bin is 0 open, 1 confirmed, 2 waived.
  ///
  /// - Parameter time: when the files are written.
  /// - Returns: files by name without ending, and how many findings were left out for want of a place.
  /// - Throws: `ReportError` when nothing says where the dies lie.
  public func klarf(
    _ version: KLARFFile.Version, at time: Date = Date()
  ) throws(ReportError) -> (files: [(name: String, file: KLARFFile)], leftOut: Int) {
    var classes: Set<String> = []
    for scan in scans {
      for finding in scan.record.findings {
        if let name = scan.state(of: finding).defectClass { classes.insert(name) }
      }
    }
    let numbers = Dictionary(
      uniqueKeysWithValues: classes.sorted().enumerated().map { ($0.element, $0.offset + 1) })
    var lookup = [0: Self.unclassified]
    for (name, number) in numbers { lookup[number] = name }
    var (wafers, leftOut): ([(name: String, wafer: KLARFFile.Wafer)], Int) = ([], 0)
    for scan in scans where scan.record.verdict == .inspected {
      guard let frame = scan.frame else {
        throw ReportError(
          .notWritable, path: scan.folder,
          "nothing says how large a die is: the recipe has neither layout nor wafer.pitch_um")
      }
      let name = Self.fileName(scan.record.scan.lot, scan.record.scan.wafer)
      if !wafers.contains(where: { $0.name == name }) {
        wafers.append((name, wafer(scan, frame, classes: lookup)))
      }
      guard let index = wafers.firstIndex(where: { $0.name == name }) else { continue }
      let die = scan.record.scan.die ?? [0, 0]
      if !wafers[index].wafer.dies.contains(die) { wafers[index].wafer.dies.append(die) }
      let size = scan.record.registration?.pixelSizeUm ?? 0
      wafers[index].wafer.areaUm2 += scan.record.inspectedMpx * 1e6 * size * size
      for finding in scan.record.findings {
        guard let place = finding.layoutUm, size > 0 else {
          leftOut += 1
          continue
        }
        let state = scan.state(of: finding)
        let (width, height) = (Double(finding.box.width) * size, Double(finding.box.height) * size)
        let number = scans.count == 1 ? finding.id : wafers[index].wafer.defects.count + 1
        wafers[index].wafer.defects.append(
          KLARFFile.Defect(
            id: scan.numbers[finding.id] ?? number, x: place.x - frame.cornerUm.x,
            y: place.y - frame.cornerUm.y, column: die[0], row: die[1], width: width,
            height: height, area: Double(finding.areaPx) * size * size, size: max(width, height),
            classNumber: state.defectClass.flatMap { numbers[$0] } ?? 0,
            bin: Self.bins[state.status] ?? 0,
            images: link(scan, finding).map { [$0] } ?? []))
      }
    }
    let stamp = Self.stamp(time)
    if version == .v1_8 {
      let file = KLARFFile(version: version, fileTimestamp: stamp, wafers: wafers.map(\.wafer))
      return ([("findings", file)], leftOut)
    }
    return (
      wafers.map { name, wafer in
        (name, KLARFFile(version: version, fileTimestamp: stamp, wafers: [wafer]))
      }, leftOut
    )
  }

  /// Whether findings have numbers that no other finding has.
  private var isRecorded: Bool { scans.contains { !$0.numbers.isEmpty } }

  private func wafer(
    _ scan: StoredScan, _ frame: WaferFrame, classes: [Int: String]
  ) -> KLARFFile.Wafer {
    var wafer = KLARFFile.Wafer()
    let record = scan.record
    (wafer.lot, wafer.wafer) = (record.scan.lot ?? "", record.scan.wafer ?? "")
    (wafer.device, wafer.setup) = (record.device, String(record.recipe.sha256.prefix(12)))
    wafer.step = "INSPECTION"
    if isRecorded {
      wafer.resultsID = Self.resultsPrefix
    } else if scans.count == 1 {
      wafer.resultsID = "\(Self.resultsPrefix):\(scan.key)"
    }
    wafer.slot = record.scan.slot.flatMap { Int($0) } ?? 0
    wafer.station = ["GoldenDie", record.program, ""]
    wafer.resultTimestamp = Self.stamp(Self.date(scan.time))
    wafer.diameterUm = frame.diameterUm ?? 0
    wafer.markSide = frame.notch.rawValue.uppercased()
    (wafer.pitchX, wafer.pitchY) = (frame.pitchUm.x, frame.pitchUm.y)
    // From the lower left corner of die (0, 0) to the centre of the wafer.
    (wafer.centerX, wafer.centerY) = (-frame.originUm.x, -frame.originUm.y)
    wafer.classes = classes
    return wafer
  }

  /// The time of a record, with or without a fraction of seconds; the beginning of all time for what is none.
  private static func date(_ time: String) -> Date {
    [true, false].lazy.compactMap {
      try? Date.ISO8601FormatStyle(includingFractionalSeconds: $0).parse(time)
    }
    .first ?? Date(timeIntervalSince1970: 0)
  }

  /// `MM-DD-YYYY hh:mm:ss`, UTC.
  static func stamp(_ time: Date) -> String {
    let text = time.ISO8601Format()
    let date = text.prefix(10).split(separator: "-")
    return "\(date[1])-\(date[2])-\(date[0]) \(text.dropFirst(11).prefix(8))"
  }

  /// A file's name for a wafer; letters, digits, `-`, `_` and `.` stay.
  static func fileName(_ lot: String?, _ wafer: String?) -> String {
    let name = [lot, wafer].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "_")
    return name.isEmpty ? "findings" : safe(name)
  }

  /// A name that no folder or file system makes something else of.
  static func safe(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-_.".unicodeScalars.contains(scalar))
      return isPlain ? String(scalar) : "_"
    }.joined()
    return (kept.hasPrefix(".") ? "_" + kept.dropFirst() : kept[...]).prefix(100).description
  }
}
