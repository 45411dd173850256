import Foundation
import Inspection
import Raster
import Records
import TestSupport
import Testing

/// Pairs of a template and an inspected board, whose defects were listed by others.
@Suite(.enabled(if: sharedData != nil)) struct BoardPairTests {
  @Test func `most listed defects of most boards are touched by a finding`() throws {
    let folder = try #require(sharedData).appending(path: "deeppcb/trainval")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".txt") }.sorted().prefix(5).map { String($0.dropLast(4)) }
    var good = 0
    for name in names {
      let record = try inspect(name, in: folder)
      #expect(record.verdict == .inspected, "\(name): \(record.reason ?? "")")
      #expect(record.golden.kind == "image")
      let list = try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
      let boxes = list.split(whereSeparator: \.isNewline).map { line in
        line.split(separator: " ").compactMap { Int($0) }
      }
      let found = boxes.count { box in
        record.findings.contains {
          $0.mask.contains { x, y in
            x >= box[0] && x < box[2] && y >= box[1] && y < box[3]
          }
        }
      }
      if Double(found) >= 0.6 * Double(boxes.count) { good += 1 }
    }
    #expect(names.count == 5)
    #expect(good >= 4)
  }

  private func inspect(_ name: String, in folder: URL) throws -> InspectionRecord {
    try withTemporaryFolder { temporary in
      let recipe = temporary.appending(path: "board.yaml")
      let text = """
        golden: {image: \(folder.path)/\(name)_temp.jpg}
        matching:
          search: 5%
        """
      try Data(text.utf8).write(to: recipe)
      return try Device(recipe: recipe)
        .inspect(folder.appending(path: name + "_test.jpg")).record
    }
  }
}
