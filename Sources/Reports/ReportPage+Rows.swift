import Raster
import Records

extension ReportPage {
  /// Rows that are there when the page opens; a script brings the others as soon as it has opened.
  static let rowsAtOnce = 100

  /// The longer side of a crop on the page, in screen pixels.
  private static let cropSide = 128.0

  /// One row of the table per finding, in the record's order.
  var rows: [[String: Any]] {
    let pictures = Dictionary(report.findings.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return record.findings.map { row($0, pictures: pictures[$0.id]) }
  }

  /// One row for each layer's edges, and for each part where they differ.
  var variationRows: [[String: Any]] {
    (record.processVariation ?? []).map { told in
      func nm(_ um: Double) -> String { Wording.signed(1000 * um, digits: 0) }
      let box = told.box
      return [
        "layer": looks[told.layer] ?? ["name": told.layer],
        "place": told.isWhole
          ? "everywhere" : "\(box.width) × \(box.height) px at \(box.x), \(box.y)",
        "px": Wording.signed(told.outwardsPx, digits: 3), "nm": nm(told.outwardsUm),
        "chance": Wording.number(told.uncertaintyPx, digits: 3),
        "shift": told.shiftUm.map { "\(nm($0.x)), \(nm($0.y))" } ?? "–",
        "edges": Wording.grouped(told.edgePx), "standsOut": told.standsOut,
      ]
    }
  }

  /// What most of the neighbours show too.
  var repeated: [RepeatedRecord] { record.repeated ?? [] }

  /// One row for each of them.
  var repeatedRows: [[String: Any]] {
    let pictures = Dictionary(report.findings.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return repeated.map { repeated in
      var values = row(repeated.finding, pictures: pictures[repeated.finding.id])
      values["class"] = "\(repeated.dies) of \(repeated.of) dies"
      return values
    }
  }

  private func row(_ finding: FindingRecord, pictures: FindingPictures?) -> [String: Any] {
    let box = finding.box
    var values: [String: Any] = [
      "id": finding.id, "polarity": finding.polarity.rawValue,
      "isBright": finding.polarity == .bright,
      "boxPlace": "\(box.x), \(box.y)", "boxSize": "\(box.width) × \(box.height)",
      "boxOrder": box.y * max(record.scan.width, 1) + box.x, "area": finding.areaPx,
      "areaText": Wording.grouped(finding.areaPx),
      "score": finding.score, "scoreText": Wording.number(finding.score, digits: 1),
      "contrast": finding.contrast, "contrastText": Wording.signed(finding.contrast, digits: 1),
      "layers": finding.layers.map { looks[$0] ?? ["name": $0] },
      "layersOrder": finding.layers.joined(separator: " "),
      "class": finding.defectClass ?? "",
    ]
    if let place = finding.layoutUm {
      values["layoutX"] = Wording.number(place.x, digits: 3)
      values["layoutY"] = Wording.number(place.y, digits: 3)
      values["layoutOrder"] = place.x
    }
    if let size = record.registration?.pixelSizeUm {
      values["areaReal"] = Wording.area(Double(finding.areaPx) * size * size)
    }
    if let confidence = finding.nameConfidence {
      values["classScore"] = ExplanationPage.percent(confidence)
    }
    values["isNuisance"] = !finding.isCounted
    if explained.contains(finding.id) {
      values["why"] = "\(ExplanationPage.folder)/\(ExplanationPage.name(finding.id))"
    }
    if let pictures, !pictures.rect.isEmpty { values["crops"] = crops(pictures, of: finding) }
    return values
  }

  private func crops(_ pictures: FindingPictures, of finding: FindingRecord) -> [String: Any] {
    let window = pictures.rect
    let (width, height) = (Double(window.width), Double(window.height))
    let scale = Self.cropSide / max(width, height)
    let inside = window.intersection(finding.box)
    func percent(_ part: Int, _ whole: Double) -> String {
      Self.plain(Double(part) / whole * 100) + "%"
    }
    return [
      "width": Self.plain((width * scale).rounded(.up)),
      "height": Self.plain((height * scale).rounded(.up)),
      // How far the finding's box is from each side of the window, for the corners drawn around it.
      "insets": "--t:\(percent(inside.y - window.y, height));"
        + "--r:\(percent(window.maxX - inside.maxX, width));"
        + "--b:\(percent(window.maxY - inside.maxY, height));"
        + "--l:\(percent(inside.x - window.x, width))",
      "pictures": ReportPictures.Kind.allCases.compactMap { kind -> [String: Any]? in
        guard let picture = kind.picture(pictures) else { return nil }
        let name = kind.fileName(finding.id)
        let address =
          report.hasPicturesInside
          ? report.album.address(of: picture, name) : "\(ReportPictures.folderName)/\(name)"
        return ["name": kind.rawValue, "address": address]
      },
    ]
  }
}
