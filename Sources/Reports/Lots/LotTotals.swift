import Records

/// What some wafers come to, in a few numbers that can be kept of every lot.
struct LotTotals: Sendable, Codable {
  private(set) var wafers = 0
  /// The latest inspection of each field, and how many of them are not inspectable.
  private(set) var scans = 0, refused = 0
  /// Findings of those that count, that are waived, and other nuisances.
  private(set) var findings = 0, waived = 0, nuisances = 0
  /// Dies inspected, and those without a finding that counts.
  private(set) var dies = 0, good = 0
  /// Area compared, µm², where the scale is known.
  private(set) var areaUm2 = 0.0
  private(set) var devices: Set<String> = []
  /// Findings that count, by class.
  private var classes: [String: Int] = [:]

  init(_ members: [WaferSummary]) {
    for wafer in members { add(wafer) }
  }

  private mutating func add(_ wafer: WaferSummary) {
    wafers += 1
    scans += wafer.latest.count
    for scan in wafer.latest {
      if scan.record.verdict == .notInspectable { refused += 1 }
      let size = scan.record.registration?.pixelSizeUm ?? 0
      areaUm2 += scan.record.inspectedMpx * 1e6 * size * size
    }
    devices.formUnion(wafer.scans.map(\.record.device))
    for place in WaferSummary.places(of: wafer.latest) {
      if place.counts {
        findings += 1
        classes[place.className, default: 0] += 1
      } else if place.isWaived {
        waived += 1
      } else {
        nuisances += 1
      }
    }
    dies += wafer.dies.count
    good += wafer.dies.values.count { !$0 }
  }

  mutating func add(_ other: LotTotals) {
    wafers += other.wafers
    (scans, refused) = (scans + other.scans, refused + other.refused)
    (findings, waived) = (findings + other.findings, waived + other.waived)
    nuisances += other.nuisances
    (dies, good) = (dies + other.dies, good + other.good)
    areaUm2 += other.areaUm2
    devices.formUnion(other.devices)
    classes.merge(other.classes, uniquingKeysWith: +)
  }

  /// The share of dies without findings; nil where no die is known.
  var yield: Double? { dies > 0 ? Double(good) / Double(dies) : nil }

  /// The class of most findings; of equals the first by name.
  var mostFrequent: String? { classes.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key }

  /// What is not counted among the findings, in words; empty where nothing is.
  var uncounted: String {
    let parts = [
      waived > 0 ? "\(Wording.grouped(waived)) waived" : nil,
      nuisances > 0 ? Wording.count(nuisances, "nuisance") : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  /// A point of a trend.
  func point(_ name: String) -> Trend.Point {
    Trend.Point(name: name.isEmpty ? "–" : name, findings: findings, yield: yield)
  }
}
