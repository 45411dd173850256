public import Foundation
internal import Raster
internal import Records
public import Reports

extension InspectedScan {
  /// Findings that are shown, the strongest: a page with more is no use to anybody.
  private static let mostShown = 1000

  /// Writes the scan's folder with everything the recipe asks for, whole or not at all.
  ///
  /// - Parameters:
  ///   - output: the folder that holds one folder a scan.
  ///   - outputs: what to write.
  /// - Returns: the scan's folder.
  public func write(into output: URL, outputs: [Recipe.Output]) throws -> URL {
    let folder = OutputFolder(in: output, forScan: record.scan.path)
    try folder.write { place in
      if outputs.contains(.json) {
        try OutputFolder.write(try record.json(), to: place.appending(path: IndexPage.recordName))
      }
      if outputs.contains(.html) {
        let page = try report().html()
        try OutputFolder.write(Data(page.utf8), to: place.appending(path: Report.fileName))
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
