public import Foundation
internal import ImageFiles
public import Matching
internal import Raster
public import Records

/// Pairs of a template and a board in one folder, with a list of boxes for each: `NAME_temp.jpg`, `NAME_test.jpg` and
/// `NAME.txt` with `x1 y1 x2 y2` and anything after it on each line.
public struct PairContest {
  /// A pair's files.
  private struct Pair {
    let template, board, list: URL
  }

  private let pairs: [Pair]
  /// How many there are.
  public var count: Int { pairs.count }

  /// A listed box and one of a finding are the same when they share more than this of their union.
  public static let leastOverlap = 0.33

  /// The pairs of a folder.
  ///
  /// - Parameters:
  ///   - template: how the name of a template ends, before its extension; the name without it is the pair's.
  ///   - board: the same of a board.
  ///   - prefixes: how names begin; all when empty.
  /// - Throws: `InspectionError` when there is none.
  public init(_ folder: URL, template: String, board: String, prefixes: [String]) throws {
    let files = try TrainingFolder.files(in: folder)
    var boards: [String: URL] = [:]
    for file in files {
      let name = file.deletingPathExtension().lastPathComponent
      if name.hasSuffix(board) { boards[String(name.dropLast(board.count))] = file }
    }
    pairs = files.compactMap { file in
      let name = file.deletingPathExtension().lastPathComponent
      guard name.hasSuffix(template) else { return nil }
      let pair = String(name.dropLast(template.count))
      let list = folder.appending(path: pair + ".txt")
      guard let found = boards[pair], FileManager.default.fileExists(atPath: list.path),
        prefixes.isEmpty || prefixes.contains(where: pair.hasPrefix)
      else { return nil }
      return Pair(template: file, board: found, list: list)
    }
    guard !pairs.isEmpty else {
      throw InspectionError(
        .noSuchFile, path: folder.relativePath,
        "holds no pair NAME\(template), NAME\(board) with a NAME.txt")
    }
  }

  /// Compares all pairs and judges the findings.
  ///
  /// - Parameters:
  ///   - margin: by how much the box of a finding is widened to every side before it is judged, pixels: listed boxes are
  ///     drawn about a defect, findings hold its pixels.
  ///   - progress: told a pair's name and its number from 1.
  /// - Throws: `ImageFileError`, or `InspectionError` where a list is no list.
  public func judged(
    settings: TemplateComparison.Settings, margin: Int,
    progress: (String, Int) -> Void = { _, _ in }
  ) throws -> PairsRecord {
    var record = PairsRecord(pairs: pairs.count, mpx: 0, seconds: 0)
    var (alarms, seconds) = (0, 0.0)
    let clock = ContinuousClock()
    for (index, pair) in pairs.enumerated() {
      progress(pair.board.lastPathComponent, index + 1)
      let scan = try picture(pair.board)
      let template = try picture(pair.template)
      guard scan.bounds == template.bounds else {
        throw InspectionError(
          .unusableScan, path: pair.board.relativePath, "is not of its template's size")
      }
      let start = clock.now
      let findings = TemplateComparison(scan: scan, template: template, settings: settings).findings
      seconds += (clock.now - start).inSeconds
      let found = findings.map { $0.box.expanded(by: margin).intersection(scan.bounds) }
      let listed = try Self.boxes(in: pair.list)
      record.mpx += Double(scan.bounds.area) / 1e6
      record.listed += listed.count
      record.found += found.count
      record.matched += Self.matched(listed, found)
      record.overlapped += listed.count { box in
        found.contains { !$0.intersection(box).isEmpty }
      }
      alarms += found.count { box in !listed.contains { !$0.intersection(box).isEmpty } }
    }
    record.falseAlarmsPerMpx = Double(alarms) / record.mpx
    record.mpxPerSecond = record.mpx / max(seconds, 1e-9)
    return record
  }

  private func picture(_ file: URL) throws -> Picture {
    let image = try ImageFile(path: file.path)
    return try image.read(image.bounds).withoutIdleColour
  }

  private static func boxes(in list: URL) throws -> [PixelRect] {
    let text = try String(contentsOf: list, encoding: .utf8)
    return try text.split(whereSeparator: \.isNewline).map { line in
      let numbers = line.split { " ,\t".contains($0) }.compactMap { Int($0) }
      guard numbers.count >= 4, numbers[2] > numbers[0], numbers[3] > numbers[1] else {
        throw InspectionError(
          .unusableScan, path: list.relativePath, "'\(line)' is no box: expected x1 y1 x2 y2")
      }
      return PixelRect(
        x: numbers[0], y: numbers[1], width: numbers[2] - numbers[0],
        height: numbers[3] - numbers[1])
    }
  }

  /// How many pairs of a listed and a found box there are, the best overlaps first, each box in one pair at most.
  static func matched(_ listed: [PixelRect], _ found: [PixelRect]) -> Int {
    var overlaps: [(share: Double, listed: Int, found: Int)] = []
    for (i, box) in listed.enumerated() {
      for (j, other) in found.enumerated() {
        let common = box.intersection(other).area
        let share = Double(common) / Double(box.area + other.area - common)
        if share > leastOverlap { overlaps.append((share, i, j)) }
      }
    }
    var (takenListed, takenFound) = (Set<Int>(), Set<Int>())
    for overlap in overlaps.sorted(by: {
      ($0.share, $1.listed, $1.found) > ($1.share, $0.listed, $0.found)
    })
    where !takenListed.contains(overlap.listed) && !takenFound.contains(overlap.found) {
      takenListed.insert(overlap.listed)
      takenFound.insert(overlap.found)
    }
    return takenListed.count
  }
}
