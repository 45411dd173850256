import Foundation
import ImageFiles
import Inspection
import Raster
import Records
import TestSupport
import Testing

/// Pictures of two levels beside a golden of two levels.
@Suite struct TemplateInspectionTests {
  private static let (width, height) = (400, 320)

  /// Conductors, those on the right moved to the right, and what else differs.
  private static func board(
    movedBy shift: Int, except: (Int, Int) -> Bool? = { _, _ in nil }
  ) -> Plane {
    let boxes = [
      PixelRect(x: 20, y: 20, width: 130, height: 40),
      PixelRect(x: 60, y: 60, width: 24, height: 200),
      PixelRect(x: 30, y: 200, width: 120, height: 30),
      PixelRect(x: 110, y: 90, width: 50, height: 80),
      PixelRect(x: 250, y: 30, width: 30, height: 180),
      PixelRect(x: 220, y: 230, width: 140, height: 50),
      PixelRect(x: 310, y: 60, width: 60, height: 90),
    ]
    var plane = Plane(width: width, height: height, filling: 0.02)
    for y in 0..<height {
      for x in 0..<width {
        let isInside = boxes.contains { box in
          let left = box.x + (box.x > 200 ? shift : 0)
          return x >= left && x < left + box.width && y >= box.y && y < box.maxY
        }
        if except(x, y) ?? isInside { plane[x, y] = 0.98 }
      }
    }
    return plane
  }

  @Test(arguments: [(nil, nil), ("[[0, 100, 200, 200]]", nil), (nil, "16..<400"), (nil, "0..<384")])
  func `are compared place by place, moved parts and all`(
    excluded: String?, valid: String?
  ) throws {
    try withTemporaryFolder { folder in
      let golden = Self.board(movedBy: 0)
      let scan = Self.board(movedBy: 4) { x, y in
        // What shows nothing of the board.
        if valid == "16..<400", x < 16 { return y % 40 < 20 }
        if valid == "0..<384", x >= 384 { return y % 40 < 20 }
        if (60..<84).contains(x), (150..<158).contains(y) { return false }  // an open line
        if (180..<190).contains(x), (290..<300).contains(y) { return true }  // a speck
        return nil
      }
      try PNGWriter.write(
        Picture(planes: [golden]), path: folder.appending(path: "golden.png").path)
      try PNGWriter.write(Picture(planes: [scan]), path: folder.appending(path: "scan.png").path)
      var recipe = "device: board\ngolden: {image: golden.png}\nmatching:\n  search: 5%\n"
      if let excluded { recipe += "  exclude: \(excluded)\n" }
      if let valid { recipe += "scan: {valid_columns: \(valid)}\n" }
      try Data(recipe.utf8).write(to: folder.appending(path: "recipe.yaml"))
      let record = try Device(recipe: folder.appending(path: "recipe.yaml"))
        .inspect(folder.appending(path: "scan.png")).record
      #expect(record.verdict == .inspected, "\(record.reason ?? "")")
      let boxes = record.findings.map(\.box)
      let wanted = [(185, 295, 1.0)] + (excluded == nil ? [(72, 154, -1.0)] : [])
      #expect(boxes.count == wanted.count, "\(boxes)")
      for (x, y, sign) in wanted {
        #expect(
          record.findings.contains { finding in
            finding.box.contains(PixelRect(x: x, y: y, width: 1, height: 1))
              && finding.contrast * sign > 100
          })
      }
    }
  }
}
