import Foundation
import Inspection
import Raster
import TestSupport
import Testing

@Suite struct CenterTableTests {
  @Test func `a row is found by the last number in the name, or by the name`() throws {
    let table = try table(
      "Image #, x, y \r\n144,-1.5,2e1 \r\n\r\nedge_7.png, 3, 4\r\ncorner, 5, 6\r\n")
    #expect(table.count == 3)
    #expect(table.center(of: URL(filePath: "/in/LL_144.jpg")) == Point(x: -1.5, y: 20))
    #expect(table.center(of: URL(filePath: "/in/2_LL_00144b.v2.jpg")) == nil)
    #expect(table.center(of: URL(filePath: "/in/2_LL_00144b.jpg")) == Point(x: -1.5, y: 20))
    #expect(table.center(of: URL(filePath: "/in/edge_7.png")) == Point(x: 3, y: 4))
    #expect(table.center(of: URL(filePath: "/in/edge_7.jpg")) == nil)
    #expect(table.center(of: URL(filePath: "/in/corner.jpg")) == Point(x: 5, y: 6))
    #expect(table.center(of: URL(filePath: "/144/none.jpg")) == nil)
  }

  @Test(arguments: [
    ("n,x,y\n1,2,3\n4,5\n", RecipeError.Code.syntax, 3 as Int?),
    ("n,x,y\n1,2,nan\n", .syntax, 2),
    ("n,x,y\n1,2,3\n01,2,3\n", .duplicateKey, 3),
    ("n,x,y\n", .empty, nil),
  ])
  func `a bad row is named with its line`(text: String, code: RecipeError.Code, line: Int?) {
    let error = #expect(throws: RecipeError.self) { try table(text) }
    #expect(error?.code == code)
    #expect(error?.line == line)
  }

  @Test(.enabled(if: sharedData != nil)) func `every real photograph has its centre`() throws {
    let folder = try #require(sharedData).appending(path: "openebl-2024-02/sem")
    let table = try CenterTable(contentsOf: folder.appending(path: "WF150ULLL.txt"))
    let scans = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "jpg" }
    #expect(scans.count == 27)
    #expect(scans.allSatisfy { table.center(of: $0) != nil })
    let first = table.center(of: folder.appending(path: "LL_127.jpg"))
    #expect(first == Point(x: -13294.220000000003, y: -12176.370000000003))
  }
}

private func table(_ text: String) throws -> CenterTable {
  try withTemporaryFolder { folder in
    let file = folder.appending(path: "centers.txt")
    try Data(text.utf8).write(to: file)
    return try CenterTable(contentsOf: file)
  }
}
