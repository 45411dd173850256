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
  /// What the overview says of each lot.
  private var lots: [String: LotTotals] = [:]

  /// Pages over no scans yet.
  ///
  /// - Parameter output: the folder that holds the scans' folders.
  init(output: URL) { self.output = output }

  /// Writes all pages over some scans; those without lot and wafer make a lot of their own.
  ///
  /// - Throws: `ReportError`.
  public static func write(_ scans: [StoredScan], output: URL) throws {
    var pages = LotPages(output: output)
    for (lot, members) in Dictionary(grouping: scans, by: { $0.record.scan.lot ?? "" }) {
      try pages.put(lot, members)
    }
    try pages.writeOverview()
  }

  /// What the overview says of each lot, as it is kept beside the pages.
  private struct Kept: Codable {
    /// The entry of the audit chain up to which the pages tell, and its hash.
    var sequence = 0
    var hash = ""
    var lots: [String: LotTotals] = [:]
  }

  private static let keptName = ".goldendie.lots.json"

  /// Brings the pages up to what is on record: those of wafers, and lots, of which something was recorded since they were
  /// written, be it a result or a decision.
  ///
  /// Several processes may do so at once; what one of them writes of an earlier state is written again the next time.
  ///
  /// - Parameter isAnew: whether all pages are written, whatever there was.
  /// - Returns: the sequence number of the chain's entry up to which the pages tell now.
  /// - Throws: `ReportError`, `StoreError`.
  @discardableResult
  public static func refresh(
    _ store: any RecordStore, output: URL, isAnew: Bool = false
  ) throws -> Int {
    let file = output.appending(path: folderName).appending(path: keptName)
    var kept = isAnew ? Kept() : try self.kept(file, store) ?? Kept()
    let (wafers, last) = try store.changes(after: kept.sequence)
    guard !wafers.isEmpty else { return last }
    var pages = LotPages(output: output)
    pages.lots = kept.lots
    for lot in Set(wafers.map(\.lot)).sorted() {
      let changed = Set(wafers.filter { $0.lot == lot }.map(\.wafer))
      try pages.put(lot, try store.scans(ScanFilter(lot: lot, isBrief: true)), wafers: changed)
    }
    try pages.writeOverview()
    (kept.sequence, kept.lots) = (last, pages.lots)
    kept.hash = try store.auditEntries(after: last - 1, limit: 1).first?.hash ?? ""
    try OutputFolder.replace(file, with: JSONEncoder().encode(kept))
    return last
  }

  /// What was kept, if it is of these records.
  private static func kept(_ file: URL, _ store: any RecordStore) throws -> Kept? {
    guard let data = try? Data(contentsOf: file),
      let kept = try? JSONDecoder().decode(Kept.self, from: data), kept.sequence > 0,
      try store.auditEntries(after: kept.sequence - 1, limit: 1).first?.hash == kept.hash
    else { return nil }
    return kept
  }

  /// Writes the page of a lot and those of its wafers, each in place of the one before in one step, and keeps in mind what
  /// the overview says of it.
  ///
  /// - Parameters:
  ///   - lot: its name; empty for scans without one.
  ///   - scans: all of its scans, which may be brief (`ScanFilter.isBrief`).
  ///   - wafers: the wafers whose pages are written; nil for all.
  /// - Throws: `ReportError`.
  mutating func put(
    _ lot: String, _ scans: [StoredScan], wafers: Set<String>? = nil
  ) throws {
    let folder = output.appending(path: Self.folderName, directoryHint: .isDirectory)
    try FileSystem.makeFolders(folder.path)
    let members = Dictionary(grouping: scans) { $0.record.scan.wafer ?? "" }
      .map { WaferSummary(lot: lot, wafer: $0.key, scans: $0.value) }
      .sorted { $0.wafer.compare($1.wafer, options: .numeric) == .orderedAscending }
    try OutputFolder.replace(
      folder.appending(path: Self.fileName(lot)), with: Data(try page(lot, members).utf8))
    for wafer in members where wafers?.contains(wafer.wafer) ?? true {
      try OutputFolder.replace(
        folder.appending(path: Self.fileName(lot, wafer.wafer)), with: Data(try page(wafer).utf8))
    }
    lots[lot] = LotTotals(members)
  }

  /// Writes the page over all lots.
  ///
  /// - Throws: `ReportError`.
  func writeOverview() throws {
    let folder = output.appending(path: Self.folderName, directoryHint: .isDirectory)
    try FileSystem.makeFolders(folder.path)
    try OutputFolder.replace(
      folder.appending(path: IndexPage.fileName), with: Data(try overview().utf8))
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

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(title: "{{title}}{{#over}} · {{over}}{{/over}}", body: page)
  }

  private func overview() throws -> String {
    let lots = lots.sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
    return try render(
      title: "Lots", up: ("../index.html", "all scans"),
      lots.reduce(into: LotTotals([])) { $0.add($1.value) },
      [
        "rows": lots.map { row(Self.title("Lot", $0.key), Self.fileName($0.key), $0.value) },
        "rowTitle": "Lot", "hasWafers": true,
        "trend": Trend(lots.map { $0.value.point($0.key) }).svg ?? "",
        "trendTitle": "Trend over lots",
      ])
  }

  private func page(_ lot: String, _ members: [WaferSummary]) throws -> String {
    let totals = members.map { LotTotals([$0]) }
    let rows = zip(members, totals)
    return try render(
      title: Self.title("Lot", lot), up: ("index.html", "all lots"), LotTotals(members),
      [
        "rows": rows.map { row(Self.title("Wafer", $0.wafer), Self.fileName(lot, $0.wafer), $1) },
        "rowTitle": "Wafer", "trend": Trend(rows.map { $1.point($0.wafer) }).svg ?? "",
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
      title: Self.title("Wafer", wafer.wafer),
      up: (Self.fileName(wafer.lot), Self.title("Lot", wafer.lot)), LotTotals([wafer]),
      ["map": WaferMap(summary: wafer).svg ?? "", "scans": scans].merging(details([wafer])) { $1 })
  }

  private func render(
    title: String, up: (link: String, name: String), _ totals: LotTotals, _ values: [String: Any]
  ) throws -> String {
    func tile(_ name: String, _ value: String, _ note: String = "") -> [String: Any] {
      ["name": name, "value": value, "note": note]
    }
    var tiles = [
      tile("Wafers", Wording.grouped(totals.wafers)),
      tile("Scans", Wording.grouped(totals.scans), "latest of each place"),
      tile("Not inspectable", Wording.grouped(totals.refused)),
      tile("Findings", Wording.grouped(totals.findings), totals.uncounted),
    ]
    if totals.dies > 0 {
      tiles.append(
        tile(
          "Dies without findings", Self.percent(totals.good, totals.dies),
          "\(totals.good) of \(totals.dies) inspected"))
    }
    if totals.areaUm2 > 0 {
      tiles.append(
        tile(
          "Findings a cm²", Wording.significant(Double(totals.findings) / totals.areaUm2 * 1e8)))
    }
    var all = values
    all["style"] = PageStyle.base + Self.style
    all["script"] = PageScript.sorting
    (all["title"], all["upLink"], all["upName"]) = (title, up.link, up.name)
    all["over"] = totals.devices.sorted().joined(separator: " · ")
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

  private func row(_ name: String, _ link: String, _ totals: LotTotals) -> [String: Any] {
    [
      "name": name, "link": link, "wafers": "\(totals.wafers)",
      "scans": Wording.grouped(totals.scans), "scansOrder": totals.scans,
      "refused": Wording.grouped(totals.refused), "refusedOrder": totals.refused,
      "findings": Wording.grouped(totals.findings), "findingsOrder": totals.findings,
      "yield": totals.yield.map { Self.percent($0) } ?? "–", "yieldOrder": totals.yield ?? -1,
      "top": totals.mostFrequent ?? "–",
    ]
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
