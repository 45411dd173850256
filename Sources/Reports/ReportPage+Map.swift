import Foundation
import Raster
import Records

extension ReportPage {
  /// How wide the map is taken to be before the script has measured it, in screen pixels.
  private static let usualWidth = 860.0
  /// From how many boxes in sight on their numbers are left away.
  static let crowd = 150

  /// The map of the field: pictures, boxes, scale.
  var mapValues: [String: Any] {
    let field = report.field
    let (width, height) = (max(record.scan.width, 1), max(record.scan.height, 1))
    let unit = Double(width) / Self.usualWidth
    var values: [String: Any] = [
      "width": width, "height": height, "unit": Self.plain(unit),
      "ratio": Self.plain(Double(width) / Double(height)),
      // The pictures may reach past the scan by part of a reduced pixel.
      "pictureWidth": Self.plain(Double(field.scan.width) * field.reduction),
      "pictureHeight": Self.plain(Double(field.scan.height) * field.reduction),
      "scan": report.album.address(of: field.scan, FieldPictures.scanName), "crowd": Self.crowd,
      "isCrowded": record.findings.count > Self.crowd,
      "hasBoxes": !record.findings.isEmpty || !repeated.isEmpty, "boxes": boxes(unit: unit),
      "hasChoice": field.golden != nil || field.difference != nil,
      "hasPair": field.golden != nil,
      "reduction": field.reduction > 1.005
        ? "Pictures reduced \(Wording.number(field.reduction, digits: 1)) times" : "",
    ]
    if let golden = field.golden {
      values["golden"] = report.album.address(of: golden, FieldPictures.goldenName)
    }
    if let difference = field.difference {
      values["difference"] = report.album.address(of: difference, FieldPictures.differenceName)
      values["legend"] = legend
    }
    if let part = record.inspectedBox, part.area < width * height {
      values["inspected"] = ["x": part.x, "y": part.y, "width": part.width, "height": part.height]
    }
    if let size = record.registration?.pixelSizeUm, size > 0 {
      let bar = Wording.scaleBar(longest: Double(width) * size / 4)
      let (x, y, span) = (14 * unit, Double(height) - 19 * unit, bar / size)
      values["scale"] = [
        "pixelSize": "\(size)", "length": "\(bar >= 1 ? Self.plain(bar) : "\(bar)") µm",
        "x": Self.plain(x), "y": Self.plain(y), "span": Self.plain(span),
        "thickness": Self.plain(5 * unit), "textX": Self.plain(x + span + 8 * unit),
        "textY": Self.plain(y + 7 * unit),
      ]
    }
    if record.layout != nil, let matrix = record.registration?.layoutToScan, matrix.count == 2,
      matrix.allSatisfy({ $0.count == 3 })
    {
      let map = Affine(
        a: matrix[0][0], b: matrix[0][1], tx: matrix[0][2], c: matrix[1][0], d: matrix[1][1],
        ty: matrix[1][2])
      if map.determinant != 0 {
        let back = map.inverse
        values["back"] = [back.a, back.b, back.tx, back.c, back.d, back.ty]
          .map { "\($0)" }.joined(separator: " ")
      }
    }
    return values
  }

  private func boxes(unit: Double) -> [[String: Any]] {
    (record.findings.map { ($0, $0.isCounted ? "" : " nuisance") }
      + repeated.map { ($0.finding, " again") }).map { finding, kind in
        let box = finding.box
        // The line stands off, so that the defect's rim stays visible.
        let gap = 3 * unit
        let top = Double(box.y) - gap
        return [
          "id": finding.id,
          "polarity": finding.polarity.rawValue + kind,
          "box": "\(box.x) \(box.y) \(box.width) \(box.height)",
          "x": Self.plain(Double(box.x) - gap), "y": Self.plain(top),
          "width": Self.plain(Double(box.width) + 2 * gap),
          "height": Self.plain(Double(box.height) + 2 * gap),
          "labelY": Self.plain(
            top > 14 * unit ? top - 3 * unit : Double(box.maxY) + gap + 12 * unit),
        ]
      }
  }

  private var legend: [String: Any] {
    let colours = report.colours
    let stops = DifferenceColours.stops.enumerated().map { index, colour in
      "\(Self.css(colour)) \(index * 25)%"
    }
    var marks: [[String: Any]] = []
    func mark(_ sigma: Double, _ text: String, _ kind: String = "") {
      let percent = (sigma / colours.saturation + 1) * 50
      marks.append(["percent": Self.plain(percent), "text": text, "kind": kind])
    }
    let most = Self.plain(colours.saturation)
    mark(-colours.saturation, "≤ −\(most)", "low")
    mark(0, "0")
    mark(colours.saturation, "≥ +\(most)", "high")
    var values: [String: Any] = [
      "gradient": "linear-gradient(90deg, \(stops.joined(separator: ", ")))",
      "notCompared": Self.css(DifferenceColours.notCompared), "marks": marks,
    ]
    if let threshold = colours.threshold, threshold > 0 {
      values["threshold"] = Wording.number(threshold, digits: 1)
      if threshold < colours.saturation {
        values["ticks"] = [-threshold, threshold].map {
          ["percent": Self.plain(($0 / colours.saturation + 1) * 50)]
        }
      }
    }
    return values
  }

  private static func css(_ colour: SIMD3<Float>) -> String {
    "rgb(\((0..<3).map { "\(Int((colour[$0] * 255).rounded()))" }.joined(separator: ", ")))"
  }

  /// A number for markup: at most four digits after the point, none that are not needed.
  static func plain(_ value: Double) -> String {
    let rounded = (value * 10000).rounded() / 10000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
