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
    return folder.url
  }

  /// The report of this scan.
  ///
  /// - Throws: `ImageFileError` where the scan can't be read again.
  public func report() throws -> Report {
    let colours = DifferenceColours(saturation: 2 * threshold, threshold: threshold)
    let crops = try record.findings.prefix(Self.mostShown).compactMap { finding in
      let rect = window(around: finding.box)
      return try window(rect).map { window in
        func crop(_ picture: Picture) -> Picture {
          // Crops larger than a page shows would only make it slow.
          picture.mapPlanes { $0.reduced(by: max(1, max(rect.width, rect.height) / 320)) }
        }
        return FindingPictures(
          id: finding.id, rect: rect, scan: crop(window.scan), golden: crop(window.golden),
          difference: crop(colours.picture(of: window.difference)))
      }
    }
    return Report(record: record, field: overview, findings: Array(crops), colours: colours)
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
