import Raster
import Records

extension ReportPage {
  /// What the page says of the place found; empty without one.
  var registrationValues: [String: Any] {
    guard let registration = record.registration else { return ["known": false] }
    var facts: [[String: Any]] = []
    func add(_ name: String, _ value: String, _ note: String = "") {
      facts.append(["name": name, "value": value, "note": note])
    }
    add(
      "Confidence", Wording.number(registration.confidence, digits: 2),
      "0 to 1; refused below 0.5")
    add(
      "Correlation", Wording.number(registration.score, digits: 2),
      "of the edge pictures, −1 to 1")
    if let size = registration.pixelSizeUm {
      add("Pixel size", Self.length(size))
    } else {
      add("Pixel size", "unknown", "lengths are in pixels")
    }
    add("Rotation", Wording.signed(registration.rotationDeg, digits: 3) + "°", "counter-clockwise")
    let offset = registration.offsetPx
    add(
      "Offset",
      "\(Wording.signed(offset.x, digits: 1)), \(Wording.signed(offset.y, digits: 1)) px",
      registration.pixelSizeUm.map {
        "\(Wording.signed(offset.x * $0, digits: 3)), \(Wording.signed(offset.y * $0, digits: 3)) µm; y down"
      } ?? "x right, y down")
    if let disagreement = registration.halvesDisagreePx {
      add(
        "Halves agree", "to \(Wording.number(disagreement, digits: 2)) px",
        "each half of the field placed alone")
    } else {
      add("Halves agree", "not checked", "one half holds no structure")
    }
    if let marks = registration.marks {
      if let agreement = marks.agreement {
        add(
          "Marks", Wording.number(agreement, digits: 2),
          "correlation of the marks on \(marks.layer)"
        )
      } else {
        add("Marks", "none in the field", "of \(marks.layer)")
      }
    }
    return [
      "known": true, "facts": facts,
      "ambiguities": registration.ambiguousAlong.map { ["sentence": Wording.sentence($0)] },
      "matrix": registration.layoutToScan.map { row in
        ["cells": row.map { ["value": Self.coefficient($0)] }]
      },
      "matrixFrom": record.layout == nil ? "golden pixels" : "layout µm, y up",
    ]
  }

  /// A pixel size in the unit that reads best.
  private static func length(_ micrometres: Double) -> String {
    micrometres < 0.1
      ? "\(Wording.number(micrometres * 1000, digits: 2)) nm"
      : "\(Wording.number(micrometres, digits: 4)) µm"
  }

  /// A coefficient of the matrix in full.
  private static func coefficient(_ value: Double) -> String {
    "\(value)".replacing("-", with: "−")
  }
}
