public import Foundation
internal import Raster
public import Records
public import Reports

extension InspectedScan {
  /// Findings that are shown, the strongest: a page with more is no use to anybody.
  private static let mostShown = 1000

  /// Writes the scan's folder with everything the recipe asks for, whole or not at all.
  ///
  /// - Parameters:
  ///   - output: the folder that holds one folder a scan.
  ///   - outputs: what to write; `.audit` is left to whoever keeps records.
  ///   - stored: the scan as it will be recorded, with its folder, `scan` or `LOT/scan`; nil when it won't.
  ///   - frame: where the dies lie.
  /// - Returns: the scan's folder.
  public func write(
    into output: URL, outputs: [Recipe.Output], stored: StoredScan? = nil, frame: WaferFrame? = nil
  ) throws -> URL {
    let folder =
      stored.map { OutputFolder(at: output.appending(path: $0.folder)) }
      ?? OutputFolder(in: output, forScan: record.scan.path)
    let stored = stored ?? StoredScan(unrecorded: record, folder: folder.name, frame: frame)
    try folder.write { place in
      let report = try report()
      if outputs.contains(.json) {
        try OutputFolder.write(try record.json(), to: place.appending(path: IndexPage.recordName))
      }
      if outputs.contains(.html) {
        try OutputFolder.write(
          Data(try report.html().utf8), to: place.appending(path: Report.fileName))
        try report.writeExplanations(into: place)
      }
      try report.writePictures(into: place)
      let export = FindingExport(of: [stored], inFolder: place, program: record.program)
      for output in outputs {
        switch output {
        case .klarf:
          guard stored.frame != nil, let file = try export.klarf(.v1_2).files.first else { break }
          try OutputFolder.write(file.file.data, to: place.appending(path: "findings.klarf"))
        case .lyrdb:
          try OutputFolder.write(
            export.markers().data, to: place.appending(path: "findings.lyrdb"))
        case .csv:
          try OutputFolder.write(export.csv(), to: place.appending(path: "findings.csv"))
        case .coco:
          try OutputFolder.write(export.coco(), to: place.appending(path: "coco.json"))
        case .html, .json, .audit: break
        }
      }
    }
    if outputs.contains(.html), let concepts = naming?.concepts {
      // Beside the scan's folder, so that each lot tells of its own.
      try ConceptPages.add(
        record, concepts, to: folder.url.deletingLastPathComponent(), folder: folder.name)
    }
    return folder.url
  }

  /// The report of this scan.
  ///
  /// - Throws: `ImageFileError` where the scan can't be read again.
  public func report() throws -> Report {
    let colours = DifferenceColours(flaggedFrom: threshold)
    let heatMaps = Dictionary(explained.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let repeated = (record.repeated ?? []).map(\.finding)
    let shown = record.findings.prefix(Self.mostShown) + repeated.prefix(Self.mostShown)
    let crops = try shown.compactMap { finding in
      let rect = window(around: finding.box)
      return try window(rect).map { window in
        func crop(_ picture: Picture) -> Picture {
          // Crops larger than a page shows would only make it slow.
          picture.mapPlanes { $0.reduced(by: max(1, max(rect.width, rect.height) / 320)) }
        }
        var pictures = FindingPictures(
          id: finding.id, rect: rect, scan: crop(window.scan), golden: crop(window.golden),
          difference: crop(colours.picture(of: window.difference)))
        if let told = heatMaps[finding.id] {
          let seen = pictures.scan
          pictures.relevance = RelevanceColours.picture(
            of: told.heatMap.plane(of: rect, in: told.crop, width: seen.width, height: seen.height),
            over: seen)
        }
        return pictures
      }
    }
    var report = Report(record: record, field: overview, findings: Array(crops), colours: colours)
    report.explanations = try explanationPictures()
    report.concepts = naming?.concepts
    report.layerLooks = layerLooks
    return report
  }

  /// The pictures of why findings are called what they are.
  ///
  /// - Throws: `ImageFileError` where the scan can't be read again.
  func explanationPictures() throws -> [ExplanationPictures] {
    try explained.compactMap { told in
      try window(told.crop.intersection(field)).map { told.pictures(in: $0, threshold: threshold) }
    }
  }

  /// A square window around a box, half as large again and at least 96 pixels, inside the field.
  private func window(around box: PixelRect) -> PixelRect {
    let side = max(96, 3 * max(box.width, box.height) / 2)
    let (width, height) = (min(side, field.width), min(side, field.height))
    let x = min(max(box.x + box.width / 2 - width / 2, field.x), field.maxX - width)
    let y = min(max(box.y + box.height / 2 - height / 2, field.y), field.maxY - height)
    return PixelRect(x: x, y: y, width: width, height: height)
  }
}

extension Plane {
  /// The plane with NaN everywhere outside a rectangle.
  func blank(outside area: PixelRect) -> Plane {
    guard area != bounds else { return self }
    var result = Plane(width: width, height: height, filling: .nan)
    for y in area.y..<area.maxY {
      let row = y * width + area.x..<y * width + area.maxX
      result.samples.replaceSubrange(row, with: samples[row])
    }
    return result
  }
}

extension ExplainedFinding {
  /// The pictures of why a finding is called what it is.
  ///
  /// - Parameters:
  ///   - window: holds all of the crop that lies in the field.
  ///   - threshold: the score from which on a place is flagged.
  func pictures(in window: JudgedWindow, threshold: Double) -> ExplanationPictures {
    let side = ExplanationPictures.side
    let (crop, rect) = (crop, window.rect)
    func square(_ picture: Picture) -> Picture {
      picture.mapPlanes { plane in
        var result = Plane(width: crop.width, height: crop.height)
        for y in 0..<result.height {
          let row = min(max(crop.y - rect.y + y, 0), plane.height - 1) * plane.width
          for x in 0..<result.width {
            let column = min(max(crop.x - rect.x + x, 0), plane.width - 1)
            result.samples[y * result.width + x] = plane.samples[row + column]
          }
        }
        return result.resized(to: side)
      }
    }
    let seen = square(window.scan)
    func shown(_ map: HeatMap) -> Picture {
      RelevanceColours.picture(
        of: map.plane(of: crop, in: crop, width: side, height: side), over: seen)
    }
    let colours = DifferenceColours(flaggedFrom: threshold)
    return ExplanationPictures(
      id: id, crop: crop, scan: seen, golden: square(window.golden),
      difference: square(colours.picture(of: window.difference)), heatMap: shown(heatMap),
      concepts: concepts.map(shown))
  }
}
