public import Foundation
internal import Raster
public import Records
public import Reports

extension InspectedScan {
  /// Greatest size of the field's picture in a report, pixels a side.
  private static let overviewSize = 1600

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
      let report = report()
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
  public func report() -> Report {
    let colours = DifferenceColours(saturation: 2 * threshold, threshold: threshold)
    let reduction = max(
      1,
      Int(
        (Double(max(record.scan.width, record.scan.height)) / Double(Self.overviewSize)).rounded(
          .up)))
    let coloured = difference.map { colours.picture(of: $0) }
    let overview = FieldPictures(
      scan: whole(scan).mapPlanes { $0.reduced(by: reduction) },
      golden: golden.map { whole($0).mapPlanes { $0.reduced(by: reduction) } },
      difference: coloured.map { whole($0).mapPlanes { $0.reduced(by: reduction) } },
      reduction: Double(reduction))
    let heatMaps = Dictionary(explained.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var crops: [FindingPictures] = []
    if let golden, let coloured {
      crops = record.findings.map { finding in
        let rect = window(around: finding.box)
        let local = PixelRect(
          x: rect.x - field.x, y: rect.y - field.y, width: rect.width, height: rect.height)
        func crop(_ picture: Picture) -> Picture {
          // Crops larger than a page shows would only make it slow.
          let factor = max(1, max(rect.width, rect.height) / 320)
          return picture.crop(local).mapPlanes { $0.reduced(by: factor) }
        }
        var pictures = FindingPictures(
          id: finding.id, rect: rect, scan: crop(scan), golden: crop(golden),
          difference: crop(coloured))
        if let told = heatMaps[finding.id] {
          let seen = crop(scan)
          pictures.relevance = RelevanceColours.picture(
            of: told.heatMap.plane(of: rect, in: told.crop, width: seen.width, height: seen.height),
            over: seen)
        }
        return pictures
      }
    }
    var report = Report(record: record, field: overview, findings: crops, colours: colours)
    report.explanations = explanationPictures
    report.concepts = naming?.concepts
    return report
  }

  /// The pictures of why findings are called what they are.
  var explanationPictures: [ExplanationPictures] {
    guard let golden, let difference else { return [] }
    let colours = DifferenceColours(saturation: 2 * threshold, threshold: threshold)
    let coloured = colours.picture(of: difference)
    return explained.map { pictures($0, golden: golden, coloured: coloured) }
  }

  private func pictures(
    _ told: ExplainedFinding, golden: Picture, coloured: Picture
  ) -> ExplanationPictures {
    let side = ExplanationPictures.side
    func square(_ picture: Picture) -> Picture {
      picture.mapPlanes { plane in
        var result = Plane(width: told.crop.width, height: told.crop.height)
        for y in 0..<result.height {
          let row = min(max(told.crop.y - field.y + y, 0), plane.height - 1) * plane.width
          for x in 0..<result.width {
            let column = min(max(told.crop.x - field.x + x, 0), plane.width - 1)
            result.samples[y * result.width + x] = plane.samples[row + column]
          }
        }
        return result.resized(to: side)
      }
    }
    let seen = square(scan)
    func shown(_ map: ExplainedFinding.HeatMap) -> Picture {
      RelevanceColours.picture(
        of: map.plane(of: told.crop, in: told.crop, width: side, height: side), over: seen)
    }
    return ExplanationPictures(
      id: told.id, crop: told.crop, scan: seen, golden: square(golden),
      difference: square(coloured), heatMap: shown(told.heatMap),
      concepts: told.concepts.map(shown))
  }

  /// A picture of the field set into a picture of the whole scan, grey where the scan is not looked at.
  private func whole(_ picture: Picture) -> Picture {
    guard field.width != record.scan.width || field.height != record.scan.height else {
      return picture
    }
    return picture.mapPlanes { plane in
      var target = Plane(width: record.scan.width, height: record.scan.height, filling: 0.5)
      for y in 0..<plane.height {
        let start = (y + field.y) * target.width + field.x
        target.samples.replaceSubrange(
          start..<start + plane.width, with: plane.samples[y * plane.width..<(y + 1) * plane.width])
      }
      return target
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
