public import Foundation
import Raster
public import Records

/// Pages over lots and wafers, in the folder `lots` of an output folder: `index.html` over all lots, and one page a lot and
/// one a wafer.
public struct LotPages {
  /// The name of the folder.
  public static let folderName = "lots"

  /// So many findings are shown in a gallery at most.
  static let galleryLimit = 60

  let output: URL
  private let wafers: [WaferSummary]

  /// Pages over some scans.
  ///
  /// - Parameters:
  ///   - scans: the scans; those without lot and wafer make a lot of their own.
  ///   - output: the folder that holds the scans' folders.
  public init(of scans: [StoredScan], output: URL) {
    self.output = output
    let groups = Dictionary(grouping: scans) {
      [$0.record.scan.lot ?? "", $0.record.scan.wafer ?? ""]
    }
    wafers = groups.map { WaferSummary(lot: $0.key[0], wafer: $0.key[1], scans: $0.value) }
      .sorted {
        $0.lot == $1.lot
          ? $0.wafer.compare($1.wafer, options: .numeric) == .orderedAscending
          : $0.lot.compare($1.lot, options: .numeric) == .orderedAscending
      }
  }

  /// Writes all pages, each in place of the one before in one step.
  ///
  /// - Throws: `ReportError`.
  public func write() throws {
    let folder = output.appending(path: Self.folderName, directoryHint: .isDirectory)
    try FileSystem.makeFolders(folder.path)
    try OutputFolder.replace(
      folder.appending(path: "index.html"), with: Data(try overview().utf8))
    for (lot, members) in lots {
      try OutputFolder.replace(
        folder.appending(path: Self.fileName(lot)), with: Data(try page(lot, members).utf8))
      for wafer in members {
        try OutputFolder.replace(
          folder.appending(path: Self.fileName(lot, wafer.wafer)),
          with: Data(try page(wafer).utf8))
      }
    }
  }

  private var lots: [(name: String, wafers: [WaferSummary])] {
    var lots: [(name: String, wafers: [WaferSummary])] = []
    for wafer in wafers {
      if lots.last?.name == wafer.lot {
        lots[lots.count - 1].wafers.append(wafer)
      } else {
        lots.append((wafer.lot, [wafer]))
      }
    }
    return lots
  }

  /// The file of a page.
  ///
  /// Names that differ get files that differ, for a part of the name's hash is in those that were changed.
  static func fileName(_ lot: String, _ wafer: String? = nil) -> String {
    func part(_ name: String) -> String {
      let safe = FindingExport.safe(name)
      return safe == name && !name.isEmpty
        ? safe : safe + "-" + Digest.sha256(Data(name.utf8)).prefix(8)
    }
    return wafer.map { "wafer-\(part(lot))-\(part($0)).html" } ?? "lot-\(part(lot)).html"
  }

  private static func title(_ kind: String, _ name: String) -> String {
    name.isEmpty ? "\(kind) not named" : "\(kind) \(name)"
  }

  private static let template = Result { () throws(ReportError) in try PageTemplate(page: page) }

  private func overview() throws -> String {
    let rows = lots.map { lot, members in
      row(Self.title("Lot", lot), Self.fileName(lot), members, members.count)
    }
    return try render(
      title: "Lots", over: devices(wafers), up: ("../index.html", "all scans"), wafers: wafers,
      [
        "rows": rows, "rowTitle": "Lot", "hasWafers": true,
        "trend": Trend(lots.map { ($0.name, $0.wafers) }.map(Self.point)).svg ?? "",
        "trendTitle": "Trend over lots",
      ])
  }

  private func page(_ lot: String, _ members: [WaferSummary]) throws -> String {
    try render(
      title: Self.title("Lot", lot), over: devices(members), up: ("index.html", "all lots"),
      wafers: members,
      [
        "rows": members.map {
          row(Self.title("Wafer", $0.wafer), Self.fileName(lot, $0.wafer), [$0], 1)
        }, "rowTitle": "Wafer",
        "trend": Trend(members.map { ($0.wafer, [$0]) }.map(Self.point)).svg ?? "",
        "trendTitle": "Trend over wafers",
        "hasMaps": members.count > 1,
        "maps": members.count > 1
          ? members.compactMap { wafer in
            WaferMap(summary: wafer).svg.map {
              [
                "svg": $0, "name": Self.title("Wafer", wafer.wafer),
                "link": Self.fileName(lot, wafer.wafer),
              ]
            }
          } : [],
      ].merging(details(members)) { $1 })
  }

  private func page(_ wafer: WaferSummary) throws -> String {
    let scans = wafer.scans.map { scan -> [String: Any] in
      let isInspected = scan.record.verdict == .inspected
      let count = WaferSummary.places(of: [scan]).count(where: \.counts)
      return [
        "name": Wording.fileName(scan.record.scan.path),
        "link": Self.link("../", scan, Report.fileName),
        "die": scan.record.scan.die.map(Wording.die) ?? "–",
        "verdict": isInspected ? Wording.count(count, "finding") : "not inspectable",
        "reason": scan.record.reason ?? "",
        "time": Wording.time(scan.record.scan.takenAt ?? scan.time),
        "kind": !isInspected ? "refused" : count > 0 ? "found" : "clean",
      ]
    }
    return try render(
      title: Self.title("Wafer", wafer.wafer), over: devices([wafer]),
      up: (Self.fileName(wafer.lot), Self.title("Lot", wafer.lot)), wafers: [wafer],
      ["map": WaferMap(summary: wafer).svg ?? "", "scans": scans].merging(details([wafer])) { $1 })
  }

  private func devices(_ wafers: [WaferSummary]) -> String {
    Set(wafers.flatMap { $0.scans.map(\.record.device) }).sorted().joined(separator: " · ")
  }

  private func render(
    title: String, over: String, up: (link: String, name: String), wafers: [WaferSummary],
    _ values: [String: Any]
  ) throws -> String {
    let latest = wafers.flatMap(\.latest)
    let places = WaferSummary.places(of: latest)
    let counting = places.count(where: \.counts)
    let dies = wafers.reduce(0) { $0 + $1.dies.count }
    let good = wafers.reduce(0) { $0 + $1.dies.values.count { !$0 } }
    let area = latest.reduce(0.0) { sum, scan in
      let size = scan.record.registration?.pixelSizeUm ?? 0
      return sum + scan.record.inspectedMpx * 1e6 * size * size
    }
    func tile(_ name: String, _ value: String, _ note: String = "") -> [String: Any] {
      ["name": name, "value": value, "note": note]
    }
    var tiles = [
      tile("Wafers", Wording.grouped(wafers.count)),
      tile("Scans", Wording.grouped(latest.count), "latest of each place"),
      tile(
        "Not inspectable", Wording.grouped(latest.count { $0.record.verdict == .notInspectable })),
      tile(
        "Findings", Wording.grouped(counting),
        places.count > counting ? "\(Wording.grouped(places.count - counting)) waived" : ""),
    ]
    if dies > 0 {
      tiles.append(
        tile(
          "Dies without findings", Self.percent(good, dies), "\(good) of \(dies) inspected"))
    }
    if area > 0 {
      tiles.append(
        tile("Findings a cm²", Wording.significant(Double(counting) / area * 1e8)))
    }
    var all = values
    all["style"] = PageStyle.base + Self.style
    all["script"] = PageScript.sorting
    (all["title"], all["over"], all["upLink"], all["upName"]) = (title, over, up.link, up.name)
    all["tiles"] = tiles
    return try Self.template.get().render(all)
  }

  /// Pareto, yields, repeaters, adders and gallery.
  private func details(_ wafers: [WaferSummary]) -> [String: Any] {
    let places = WaferSummary.places(of: wafers.flatMap(\.latest))
    let pareto = WaferSummary.pareto(places)
    let total = pareto.reduce(0) { $0 + $1.count }
    var sum = 0
    let bars = pareto.map { name, count -> [String: Any] in
      sum += count
      return [
        "name": name, "count": Wording.grouped(count),
        "width": Self.plain(Double(count) / Double(max(1, pareto[0].count)) * 100),
        "share": Self.percent(count, total), "sum": Self.percent(sum, total),
      ]
    }
    var yields: [String: (inspected: Int, good: Int)] = [:]
    var products: [String] = []
    for yield in wafers.flatMap(\.yields) {
      if yields[yield.product] == nil { products.append(yield.product) }
      yields[yield.product, default: (0, 0)].inspected += yield.inspected
      yields[yield.product, default: (0, 0)].good += yield.good
    }
    // A place repeats within a wafer by its dies; over wafers by dies of all of them.
    let repeaters = wafers.flatMap { WaferSummary.repeaters(WaferSummary.places(of: $0.latest)) }
    let adders = wafers.compactMap(\.adders)
    return [
      "pareto": bars, "hasPareto": !bars.isEmpty,
      "yields": products.map { product -> [String: Any] in
        let yield = yields[product] ?? (0, 0)
        return [
          "product": product, "inspected": Wording.grouped(yield.inspected),
          "good": Wording.grouped(yield.good),
          "yield": yield.inspected > 0 ? Self.percent(yield.good, yield.inspected) : "–",
          "width": Self.plain(
            yield.inspected > 0 ? Double(yield.good) / Double(yield.inspected) * 100 : 0),
        ]
      },
      "hasRepeaters": !repeaters.isEmpty,
      "repeaters": repeaters.prefix(50).map { group -> [String: Any] in
        [
          "place": Wording.place(group.place, digits: 2), "dies": "\(group.dies.count)",
          "names": group.dies.sorted { ($0[1], $0[0]) < ($1[1], $1[0]) }.prefix(12)
            .map(Wording.die).joined(separator: "; "),
          "classes": WaferSummary.pareto(group.members).map(\.name).joined(separator: ", "),
          "links": group.members.prefix(4).map { picture($0) },
        ]
      },
      "repeaterNote": repeaters.count > 50 ? "the first 50 of \(repeaters.count)" : "",
      "hasAdders": !adders.isEmpty, "adders": "\(adders.reduce(0) { $0 + $1.count })",
      "gallery": places.filter(\.counts).sorted { $0.finding.score > $1.finding.score }
        .prefix(Self.galleryLimit).map { picture($0) },
      "galleryNote": places.count > Self.galleryLimit
        ? "the strongest \(Self.galleryLimit) of \(Wording.grouped(places.count))" : "",
    ]
  }

  private func picture(_ place: WaferSummary.Place) -> [String: Any] {
    [
      "image": Self.link(
        "../", place.scan,
        "\(ReportPictures.folderName)/\(ReportPictures.name(of: place.finding.id))"),
      "link": Self.link("../", place.scan, Report.fileName),
      "name": "\(Wording.fileName(place.scan.folder)) #\(place.finding.id)",
      "class": place.className, "score": Wording.number(place.finding.score, digits: 1),
      "die": place.scan.record.scan.die.map(Wording.die) ?? "",
    ]
  }

  private func row(
    _ name: String, _ link: String, _ wafers: [WaferSummary], _ count: Int
  ) -> [String: Any] {
    let point = Self.point((name, wafers))
    let latest = wafers.flatMap(\.latest)
    return [
      "name": name, "link": link, "wafers": "\(count)", "scans": Wording.grouped(latest.count),
      "refused": Wording.grouped(latest.count { $0.record.verdict == .notInspectable }),
      "findings": Wording.grouped(point.findings), "findingsOrder": point.findings,
      "yield": point.yield.map { Self.percent($0) } ?? "–", "yieldOrder": point.yield ?? -1,
      "top": WaferSummary.pareto(WaferSummary.places(of: latest)).first?.name ?? "–",
    ]
  }

  private static func point(_ group: (name: String, wafers: [WaferSummary])) -> Trend.Point {
    let dies = group.wafers.flatMap { $0.dies.values }
    let places = WaferSummary.places(of: group.wafers.flatMap(\.latest))
    return Trend.Point(
      name: group.name.isEmpty ? "–" : group.name, findings: places.count(where: \.counts),
      yield: dies.isEmpty ? nil : Double(dies.count { !$0 }) / Double(dies.count))
  }

  private static func percent(_ part: Int, _ whole: Int) -> String {
    whole > 0 ? percent(Double(part) / Double(whole)) : "–"
  }
  private static func percent(_ share: Double) -> String {
    Wording.number(share * 100, digits: 1) + " %"
  }
  private static func plain(_ value: Double) -> String { String(format: "%.1f", value) }

  /// The address of a file in a scan's folder.
  private static func link(_ up: String, _ scan: StoredScan, _ file: String) -> String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
    let path = scan.folder + "/" + file
    return up + (path.addingPercentEncoding(withAllowedCharacters: plain) ?? path)
  }
}
