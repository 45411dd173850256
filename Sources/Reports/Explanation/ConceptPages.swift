public import Foundation
public import Records
internal import Synchronization

/// The pages of an output folder that show what each concept is, and where in its scans it mattered: `concepts/`.
///
/// What is known so far stands in `concepts.json` beside them, so that a scan is added without reading all others.
public struct ConceptPages {
  /// The folder's name.
  static let folder = "concepts"
  static let stateName = "concepts.json"
  /// Findings that a page shows at most.
  private static let most = 24

  /// A finding in which a concept was among the most relevant.
  struct Use: Codable, Equatable {
    var folder: String
    var finding: Int
    var `class`: String
    var share: Double
    /// The place of its heat map on the atlas, and how many there are.
    var tile, tiles: Int
  }

  private struct State: Codable {
    var format = "goldendie.concepts/2"
    /// What the concepts are; their pictures lie beside it.
    var concepts: ConceptSheets.Kept
    /// The most relevant findings, and how many there were in all, by channel.
    var uses: [Int: [Use]] = [:]
    var counts: [Int: [String: Int]] = [:]
  }

  let concepts: ConceptSheets
  private var state: State

  static func name(_ channel: Int) -> String { "\(channel).html" }
  /// A concept's training examples beside a finding's page.
  static func strip(_ channel: Int) -> String { "concept-\(channel).jpg" }

  /// Scans that are inspected at the same time add to the same pages one after the other.
  private static let turn = Mutex(())

  /// Adds a scan to the pages of an output folder.
  ///
  /// - Parameters:
  ///   - output: the folder that holds one folder a scan.
  ///   - folder: the name of this scan's.
  /// - Throws: `ReportError` when the file system refuses or a template can't be used.
  public static func add(
    _ record: InspectionRecord, _ concepts: ConceptSheets, to output: URL, folder: String
  ) throws {
    try turn.withLock { _ in
      var pages = ConceptPages(concepts, in: output)
      pages.put(record, folder: folder)
      try pages.write(into: output)
    }
  }

  /// Writes the pages over some scans again, with what the records tell of them now.
  ///
  /// What the concepts are is kept beside the pages, and where these are gone beside the scans' own pages, for the concepts
  /// that a finding showed. Where neither is there, nothing is written.
  ///
  /// - Parameters:
  ///   - scans: all scans of an output, or some, which then take the place of what the pages told of them.
  ///   - output: the folder that holds them, or folders of lots that do.
  ///   - isAnew: whether what the pages tell of other scans is forgotten.
  /// - Throws: `ReportError` when the file system refuses or a template can't be used.
  public static func rewrite(for scans: [StoredScan], in output: URL, isAnew: Bool) throws {
    func parent(_ scan: StoredScan) -> String { FileSystem.parent(of: scan.folder) }
    try turn.withLock { _ in
      for (lot, scans) in Dictionary(grouping: scans, by: parent).sorted(by: { $0.key < $1.key }) {
        let place = lot.isEmpty ? output : output.appending(path: lot)
        guard let concepts = kept(in: place) ?? kept(besides: scans, in: output) else { continue }
        var pages = ConceptPages(concepts, in: place)
        if isAnew { pages.state = State(concepts: concepts.kept) }
        for scan in scans {
          pages.put(scan.record, folder: (scan.folder as NSString).lastPathComponent)
        }
        try pages.write(into: place)
      }
    }
  }

  /// What the concepts are, by the pages of a folder themselves.
  private static func kept(in output: URL) -> ConceptSheets? {
    state(in: output).map {
      ConceptSheets($0.concepts, picturesIn: output.appending(path: folder))
    }
  }

  /// What the concepts are, by the pages of scans; of several models the one that was used last.
  private static func kept(besides scans: [StoredScan], in output: URL) -> ConceptSheets? {
    var found: ConceptSheets?
    for scan in scans.sorted(by: { $0.time > $1.time }) {
      let pages = output.appending(path: scan.folder).appending(path: ExplanationPage.folder)
      guard let kept = ConceptSheets(keptIn: pages) else { continue }
      if found?.model.sha256 == kept.model.sha256, found?.layer == kept.layer {
        found?.sheets.merge(kept.sheets) { first, _ in first }
      } else if found == nil {
        found = kept
      }
    }
    return found
  }

  private static func state(in output: URL) -> State? {
    let file = output.appending(path: folder).appending(path: stateName)
    return (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode(State.self, from: $0)
    }
  }

  /// The pages of an output folder, with what they told so far; of another model they begin anew.
  init(_ concepts: ConceptSheets, in output: URL) {
    self.concepts = concepts
    state =
      Self.state(in: output).flatMap {
        $0.concepts.model.sha256 == concepts.model.sha256 ? $0 : nil
      } ?? State(concepts: concepts.kept)
    state.concepts = concepts.kept
  }

  /// Adds a scan's findings, in place of those of the same folder before.
  mutating func put(_ record: InspectionRecord, folder: String) {
    for channel in state.uses.keys { state.uses[channel]?.removeAll { $0.folder == folder } }
    for channel in state.counts.keys { state.counts[channel]?[folder] = nil }
    for finding in record.findings {
      guard let explanation = finding.explanation, explanation.layer == concepts.layer,
        explanation.modelSha256 == concepts.model.sha256
      else { continue }
      for (number, concept) in explanation.concepts.enumerated() {
        state.uses[concept.channel, default: []].append(
          Use(
            folder: folder, finding: finding.id, class: finding.defectClass ?? "",
            share: concept.share, tile: 4 + number, tiles: 4 + explanation.concepts.count))
        state.counts[concept.channel, default: [:]][folder, default: 0] += 1
      }
    }
    for (channel, uses) in state.uses {
      state.uses[channel] = Array(
        uses.sorted {
          (-abs($0.share), $0.folder, $0.finding) < (-abs($1.share), $1.folder, $1.finding)
        }.prefix(Self.most))
    }
  }

  /// Writes all pages.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  func write(into output: URL) throws {
    let place = output.appending(path: Self.folder, directoryHint: .isDirectory)
    try FileSystem.makeFolders(place.path)
    for sheet in concepts.sheets.values {
      try OutputFolder.replace(
        place.appending(path: Self.name(sheet.channel)), with: Data(try html(sheet).utf8))
      let strip = place.appending(path: Self.strip(sheet.channel))
      if !sheet.strip.isEmpty, !FileManager.default.fileExists(atPath: strip.path) {
        try OutputFolder.replace(strip, with: sheet.strip)
      }
    }
    try OutputFolder.replace(
      place.appending(path: IndexPage.fileName), with: Data(try overview().utf8))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try OutputFolder.replace(
      place.appending(path: Self.stateName), with: try encoder.encode(state))
  }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Concept {{channel}}{{#main}} · {{main}}{{/main}}", body: page)
  }
  private static let overviewTemplate = Result { () throws(ReportError) in
    try PageTemplate(title: "Concepts of {{model}}", body: overviewPage)
  }

  private func uses(_ channel: Int) -> (findings: Int, scans: Int) {
    let counts = state.counts[channel] ?? [:]
    return (counts.values.reduce(0, +), counts.count)
  }

  private func html(_ sheet: ConceptSheets.Sheet) throws -> String {
    let most = sheet.classes.map(\.mean).max() ?? 0
    let (findings, scans) = uses(sheet.channel)
    let channels = concepts.sheets.keys.sorted()
    let place = channels.firstIndex(of: sheet.channel) ?? 0
    var values: [String: Any] = [
      "style": PageStyle.base + ExplanationPage.style + Self.style, "channel": sheet.channel,
      "layer": concepts.layer, "model": Wording.fileName(concepts.model.path),
      "hash": concepts.model.sha256, "main": sheet.mainClass ?? "",
      "strip": Self.strip(sheet.channel), "hasReferences": !sheet.strip.isEmpty,
      "references": sheet.references.map { ["sample": $0.sample, "class": $0.class] },
      "classes": sheet.classes.prefix(8).map {
        [
          "name": $0.name,
          "width": ReportPage.plain(most > 0 ? max(0, 100 * $0.mean / most) : 0),
          "mean": Wording.significant($0.mean),
        ]
      },
      "sentence": findings == 0
        ? "It was among the five most relevant concepts of no finding of this lot."
        : "It was among the five most relevant concepts of \(Wording.count(findings, "finding")) on \(Wording.count(scans, "scan")) of this lot.",
      "uses": (state.uses[sheet.channel] ?? []).map { use -> [String: Any] in
        let folder = IndexPage.escaped(use.folder)
        return [
          "page": "../\(folder)/\(ExplanationPage.folder)/\(ExplanationPage.name(use.finding))",
          "atlas": "../\(folder)/\(ExplanationPage.folder)/\(use.finding).jpg",
          "tile": use.tile, "tiles": use.tiles, "scan": use.folder, "finding": use.finding,
          "class": use.class, "share": ExplanationPage.percent(abs(use.share)),
          "word": use.share < 0 ? "against" : "for",
        ]
      },
    ]
    if place > 0 { values["previous"] = Self.name(channels[place - 1]) }
    if place + 1 < channels.count { values["next"] = Self.name(channels[place + 1]) }
    return try Self.template.get().render(values)
  }

  private func overview() throws -> String {
    let sheets = concepts.sheets.values.sorted {
      (-uses($0.channel).findings, $0.channel) < (-uses($1.channel).findings, $1.channel)
    }
    return try Self.overviewTemplate.get().render([
      "style": PageStyle.base + ExplanationPage.style + Self.style, "layer": concepts.layer,
      "model": Wording.fileName(concepts.model.path), "hash": concepts.model.sha256,
      "rows": sheets.map { sheet -> [String: Any] in
        [
          "channel": sheet.channel, "page": Self.name(sheet.channel),
          "strip": Self.strip(sheet.channel), "main": sheet.mainClass ?? "–",
          "findings": Wording.grouped(uses(sheet.channel).findings),
          "hasReferences": !sheet.strip.isEmpty,
        ]
      },
    ])
  }
}
