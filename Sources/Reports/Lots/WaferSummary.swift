import Foundation
import Raster
import Records

/// What the inspections of one wafer come to.
struct WaferSummary {
  let lot, wafer: String
  /// Its scans; of a die that was inspected several times all, the oldest first.
  let scans: [StoredScan]
  let frame: WaferFrame?
  /// The latest inspection of each field: a die, or the file's name where no die is known, and where in it.
  let latest: [StoredScan]
  /// Dies that were inspected, with whether a finding counts in them.
  let dies: [[Int]: Bool]

  /// A finding where it lies.
  struct Place {
    let scan: StoredScan
    let finding: FindingRecord
    let state: FindingState
    var isWaived: Bool { state.status == .waived }
    /// Whether it counts: all but waived ones and nuisances.
    var counts: Bool { !isWaived && state.defectClass != FindingRecord.nuisance }
    var className: String { state.defectClass ?? FindingExport.unclassified }
  }

  /// One finding or more at one place of the reticle, in two or more dies.
  struct Repeater {
    var place: Point
    var dies: Set<[Int]>
    var members: [Place]
  }

  init(lot: String, wafer: String, scans: [StoredScan]) {
    (self.lot, self.wafer) = (lot, wafer)
    self.scans = scans.sorted {
      (Self.time($0), $0.time, $0.key) < (Self.time($1), $1.time, $1.key)
    }
    frame = self.scans.compactMap(\.frame).last
    var latest: [String: StoredScan] = [:]
    for scan in self.scans { latest[Self.field(scan)] = scan }
    self.latest = latest.sorted { $0.key < $1.key }.map(\.value)
    var dies: [[Int]: Bool] = [:]
    for scan in self.latest where scan.record.verdict == .inspected {
      guard let die = scan.record.scan.die else { continue }
      dies[die, default: false] =
        dies[die, default: false] || Self.places(of: [scan]).contains(where: \.counts)
    }
    self.dies = dies
  }

  private static func time(_ scan: StoredScan) -> String { scan.record.scan.takenAt ?? "" }

  /// Names what a scan shows, equal for inspections of one place.
  private static func field(_ scan: StoredScan) -> String {
    guard let die = scan.record.scan.die else { return Wording.fileName(scan.record.scan.path) }
    let center = box(of: scan)?.center
    // Stage errors are much less than a fifth of a field.
    let size = box(of: scan).map { max($0.width, $0.height) / 2 } ?? 1
    let place = center.map { "\(Int(($0.x / size).rounded())) \(Int(($0.y / size).rounded()))" }
    return "\(die[0]) \(die[1]) \(place ?? "")"
  }

  /// The part of the layout that a scan was inspected in; nil where that isn't known.
  static func box(of scan: StoredScan) -> Box? {
    guard let rows = scan.record.registration?.layoutToScan,
      scan.record.registration?.pixelSizeUm != nil,
      rows.count == 2, rows.allSatisfy({ $0.count == 3 }), let area = scan.record.inspectedBox
    else { return nil }
    let map = Affine(
      a: rows[0][0], b: rows[0][1], tx: rows[0][2], c: rows[1][0], d: rows[1][1], ty: rows[1][2])
    let corners = [
      (area.x, area.y), (area.maxX, area.y), (area.maxX, area.maxY), (area.x, area.maxY),
    ]
    .map { map.inverse(Point(x: Double($0.0), y: Double($0.1))) }
    let (xs, ys) = (corners.map(\.x), corners.map(\.y))
    return Box(
      low: Point(x: xs.min() ?? 0, y: ys.min() ?? 0),
      high: Point(x: xs.max() ?? 0, y: ys.max() ?? 0))
  }

  /// The findings of some scans.
  static func places(of scans: [StoredScan]) -> [Place] {
    scans.flatMap { scan in
      scan.record.findings.map { Place(scan: scan, finding: $0, state: scan.state(of: $0)) }
    }
  }

  /// How many findings that count are of each class, the most first.
  static func pareto(_ places: [Place]) -> [(name: String, count: Int)] {
    Dictionary(grouping: places.filter(\.counts), by: \.className)
      .map { ($0.key, $0.value.count) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  /// One product in one die: inspected when a field overlaps its place, spoilt when a finding that counts lies in it.
  var sites: [[Int]: [String: Bool]] {
    var found: [[Int]: [String: Bool]] = [:]
    for scan in latest where scan.record.verdict == .inspected {
      guard let die = scan.record.scan.die, let sites = frame?.sites else { continue }
      let field = Self.box(of: scan)
      for site in sites where field?.intersects(site.box) ?? true {
        let isSpoilt = Self.places(of: [scan]).contains {
          guard $0.counts, let place = $0.finding.layoutUm else { return false }
          return site.box.intersects(Box(low: place, high: place))
        }
        found[die, default: [:]][site.name] =
          found[die]?[site.name] ?? false || isSpoilt
      }
    }
    return found
  }

  /// Yield of each product: how many were inspected, and how many of these have no finding that counts.
  var yields: [(product: String, inspected: Int, good: Int)] {
    guard let sites = frame?.sites, !sites.isEmpty else {
      return dies.isEmpty ? [] : [("die", dies.count, dies.values.count { !$0 })]
    }
    let all = self.sites.values
    return sites.map { site in
      let states = all.compactMap { $0[site.name] }
      return (site.name, states.count, states.count { !$0 })
    }
  }

  /// How near two findings must be to be one: 2 µm, or half the greater one.
  private static func reach(_ place: Place) -> Double {
    let size = place.scan.record.registration?.pixelSizeUm ?? 1
    return max(2, Double(max(place.finding.box.width, place.finding.box.height)) * size / 2)
  }

  /// Findings at one place of the reticle in two dies or more, the most dies first.
  static func repeaters(_ places: [Place]) -> [Repeater] {
    // Squares as large as the usual reach, so that only neighbours need be compared.
    let square = 8.0
    var squares: [[Int]: [Int]] = [:]
    var groups: [Repeater] = []
    for place in places where place.counts {
      guard let at = place.finding.layoutUm, let die = place.scan.record.scan.die else { continue }
      let reach = min(reach(place), 4 * square)
      let (column, row) = (Int((at.x / square).rounded(.down)), Int((at.y / square).rounded(.down)))
      let span = Int((reach / square).rounded(.up))
      var nearest: (index: Int, distance: Double)?
      for x in column - span...column + span {
        for y in row - span...row + span {
          for index in squares[[x, y]] ?? [] {
            let other = groups[index].place
            let distance =
              ((other.x - at.x) * (other.x - at.x) + (other.y - at.y) * (other.y - at.y))
              .squareRoot()
            if distance <= reach, distance < nearest?.distance ?? .infinity {
              nearest = (index, distance)
            }
          }
        }
      }
      if let nearest {
        groups[nearest.index].dies.insert(die)
        groups[nearest.index].members.append(place)
      } else {
        squares[[column, row], default: []].append(groups.count)
        groups.append(Repeater(place: at, dies: [die], members: [place]))
      }
    }
    return groups.filter { $0.dies.count >= 2 }
      .sorted { ($1.dies.count, $0.place.x) < ($0.dies.count, $1.place.x) }
  }

  /// The findings that no earlier inspection of the same place had; nil where there was none.
  var adders: [Place]? {
    var earlier: [String: [StoredScan]] = [:]
    for scan in scans { earlier[Self.field(scan), default: []].append(scan) }
    let repeated = earlier.values.filter { $0.count > 1 }
    guard !repeated.isEmpty else { return nil }
    return repeated.flatMap { inspections in
      let before = Self.places(of: Array(inspections.dropLast()))
      return Self.places(of: inspections.suffix(1)).filter { place in
        guard place.counts, let at = place.finding.layoutUm else { return false }
        return !before.contains {
          guard let other = $0.finding.layoutUm else { return false }
          let reach = max(Self.reach(place), Self.reach($0))
          return abs(other.x - at.x) <= reach && abs(other.y - at.y) <= reach
        }
      }
    }
  }
}
