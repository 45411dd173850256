import Foundation
import ImageFiles
import Inspection
import Matching
import Raster
import Records
import TestSupport
import Testing

@Suite struct PairContestTests {
  /// A white square on black, with or without a black hole.
  private func write(_ file: URL, hole: Bool) throws {
    var plane = Plane(width: 128, height: 96)
    for y in 20..<80 { for x in 20..<100 { plane[x, y] = 1 } }
    if hole { for y in 40..<52 { for x in 50..<62 { plane[x, y] = 0 } } }
    try Data(PNGEncoder.encode(Picture(planes: [plane]))).write(to: file)
  }

  private func judged(_ list: String, hole: Bool = true) throws -> (
    listed: Int, found: Int, matched: Int, overlapped: Int
  ) {
    try withTemporaryFolder { folder in
      try write(folder.appending(path: "a_temp.png"), hole: false)
      try write(folder.appending(path: "a_test.png"), hole: hole)
      try Data(list.utf8).write(to: folder.appending(path: "a.txt"))
      let contest = try PairContest(folder, template: "_temp", board: "_test", prefixes: [])
      let record = try contest.judged(settings: .init(), margin: 4)
      return (record.listed, record.found, record.matched, record.overlapped)
    }
  }

  @Test func `a listed hole is matched by its finding`() throws {
    #expect(try judged("48 38 64 54 6\n") == (1, 1, 1, 1))
  }

  @Test func `a box that shares too little is overlapped, not matched`() throws {
    #expect(try judged("58 48 100 90 6\n") == (1, 1, 0, 1))
  }

  @Test func `a box is matched once, and a far one missed`() throws {
    #expect(try judged("48 38 64 54 6\n47 37 65 55 6\n2 2 9 9 1\n") == (3, 1, 1, 2))
  }

  @Test func `a board without defects has no findings`() throws {
    #expect(try judged("", hole: false) == (0, 0, 0, 0))
  }

  @Test func `a list that is no list is refused`() throws {
    #expect(throws: InspectionError.self) { _ = try judged("1 2 3\n") }
  }
}
