public import Foundation
import Raster
import Records

extension FindingExport {
  /// A table with one row a finding: RFC 4180, UTF-8, a line of titles first.
  public func csv() -> Data {
    var lines = [
      [
        "scan", "lot", "wafer", "die_column", "die_row", "finding", "class", "confidence", "status",
        "polarity", "score_sigma", "contrast", "x_px", "y_px", "width_px", "height_px", "area_px",
        "layout_x_um", "layout_y_um", "product", "layers", "scan_sha256", "key",
      ]
    ]
    for scan in scans {
      let source = scan.record.scan
      for finding in scan.record.findings {
        let state = scan.state(of: finding)
        let confidence = state.defectClass.flatMap { finding.classScores?[$0] }
        func optional(_ value: Double?) -> String { value.map { JSONValue.number($0).plain } ?? "" }
        lines.append([
          scan.folder, source.lot ?? "", source.wafer ?? "", source.die.map { "\($0[0])" } ?? "",
          source.die.map { "\($0[1])" } ?? "", "\(finding.id)", state.defectClass ?? "",
          optional(confidence), state.status.rawValue, finding.polarity.rawValue,
          optional(finding.score), optional(finding.contrast), "\(finding.box.x)",
          "\(finding.box.y)", "\(finding.box.width)", "\(finding.box.height)",
          "\(finding.areaPx)", optional(finding.layoutUm?.x), optional(finding.layoutUm?.y),
          finding.layoutUm.flatMap { scan.frame?.site(at: $0) } ?? "",
          finding.layers.joined(separator: " "), source.sha256, scan.key,
        ])
      }
    }
    return Data(lines.map { $0.map(Self.cell).joined(separator: ",") + "\r\n" }.joined().utf8)
  }

  /// A value between quotes where it needs them; one that a spreadsheet would run as a formula gets an apostrophe.
  private static func cell(_ text: String) -> String {
    var text = text
    if let first = text.first,
      "=@\t\r".contains(first) || ("+-".contains(first) && Double(text) == nil)
    {
      text = "'" + text
    }
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// The findings as COCO annotations (format of cocodataset.org) with run-length masks; the images are the scans.
  public func coco() -> Data {
    var names = Set([Self.unclassified])
    for scan in scans {
      for finding in scan.record.findings {
        if let name = scan.state(of: finding).defectClass { names.insert(name) }
      }
    }
    let numbers = Dictionary(
      uniqueKeysWithValues: names.sorted().enumerated().map { ($0.element, $0.offset + 1) })
    var (images, annotations): ([JSONValue], [JSONValue]) = ([], [])
    for (index, scan) in scans.enumerated() {
      let source = scan.record.scan
      images.append(
        .object([
          "id": .integer(index + 1), "file_name": .text(Wording.fileName(source.path)),
          "width": .integer(source.width), "height": .integer(source.height),
        ]))
      for finding in scan.record.findings {
        let state = scan.state(of: finding)
        let box = finding.box
        annotations.append(
          .object([
            "id": .integer(annotations.count + 1), "image_id": .integer(index + 1),
            "category_id": .integer(numbers[state.defectClass ?? Self.unclassified] ?? 0),
            "bbox": .list([box.x, box.y, box.width, box.height].map(JSONValue.integer)),
            "area": .integer(finding.areaPx), "iscrowd": .integer(1),
            "segmentation": .object([
              "size": .list(finding.mask.size.map(JSONValue.integer)),
              "counts": .list(finding.mask.counts.map(JSONValue.integer)),
            ]),
            "score": .number(finding.score), "status": .text(state.status.rawValue),
          ]))
      }
    }
    let categories = names.sorted().map { name in
      JSONValue.object([
        "id": .integer(numbers[name] ?? 0), "name": .text(name), "supercategory": .text("defect"),
      ])
    }
    return JSONValue.object([
      "info": .object(["description": .text("Findings"), "version": .text(program)]),
      "licenses": .list([]), "images": .list(images), "annotations": .list(annotations),
      "categories": .list(categories),
    ]).canonical + Data("\n".utf8)
  }
}

extension JSONValue {
  /// A number as it stands in JSON.
  fileprivate var plain: String { String(decoding: canonical, as: UTF8.self) }
}
