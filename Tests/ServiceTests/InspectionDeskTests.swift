import Foundation
import ImageFiles
import Raster
import Records
import Service
import Synchronization
import TestSupport
import Testing

@Suite struct InspectionDeskTests {
  @Test func `a copy has the result that is there, another scan of that name its own`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "L7/a.png")
      try desk.drop(1, as: "L7/copy.png")
      #expect(try desk.work().done == 2)
      try desk.drop(2, as: "L7/a.png")
      #expect(try desk.work().done == 1)
      let scans = try desk.records().scans()
      #expect(scans.map(\.folder) == ["L7/a", "L7/a-2"])
      #expect(scans.allSatisfy { $0.record.scan.lot == "L7" })
      #expect(try desk.records().jobCounts() == ["done": 3])
      #expect(try desk.records().verify().fits)
    }
  }

  @Test func `pages of lots follow results and decisions, of what changed alone`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "L7/a.png")
      try desk.drop(2, as: "L8/b.png")
      _ = try desk.work()
      try desk.finishPages()
      func page(_ name: String) -> URL { desk.folder.appending(path: "out/lots/\(name).html") }
      let names = ["index", "lot-L7", "lot-L8"]
      for name in names { #expect(FileManager.default.fileExists(atPath: page(name).path)) }
      for name in names { try Data("old".utf8).write(to: page(name)) }
      try desk.drop(3, as: "L8/c.png")
      _ = try desk.work()
      try desk.finishPages()
      #expect(try String(contentsOf: page("lot-L7"), encoding: .utf8) == "old")
      #expect(try String(contentsOf: page("lot-L8"), encoding: .utf8).contains("<dd><b>2</b></dd>"))
      let overview = try String(contentsOf: page("index"), encoding: .utf8)
      #expect(overview.contains("lot-L7.html") && overview.contains("lot-L8.html"))
      // A decision that someone else makes.
      let store = try desk.records()
      let scan = try #require(try store.scans(ScanFilter(lot: "L7")).first)
      guard let finding = scan.record.findings.first else { return }
      _ = try store.decide(
        DecisionRequest(
          scan: scan.key, finding: finding.id, kind: .waive, who: "ada", why: ""), at: Date())
      try desk.finishPages()
      #expect(try String(contentsOf: page("lot-L7"), encoding: .utf8).contains("1 waived"))
    }
  }

  @Test func `a folder that is gone is written again, and the record stays`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      _ = try desk.work()
      let before = try desk.records().scans()
      try FileManager.default.removeItem(at: desk.folder.appending(path: "out/a"))
      try desk.drop(1, as: "b.png")
      _ = try desk.work()
      #expect(try desk.records().scans() == before)
      let file = desk.folder.appending(path: "out/a/findings.json")
      #expect(try InspectionRecord(json: Data(contentsOf: file)) == before[0].record)
    }
  }

  @Test func `a recorded scan's folder that is gone is not another's`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      _ = try desk.work()
      try FileManager.default.removeItem(at: desk.folder.appending(path: "out/a"))
      try desk.drop(2, as: "a.png")
      _ = try desk.work()
      #expect(try desk.records().scans().map(\.folder) == ["a", "a-2"])
    }
  }

  @Test func `a scan's folder or sidecar chooses its recipe, and none leads out of the shelf`()
    throws
  {
    try withDesk { desk in
      try desk.write("recipes/other.yaml", Desk.recipe.replacing("desk", with: "other"))
      try desk.write("outside.yaml", Desk.recipe)
      try desk.drop(1, as: "other/a.png")
      try desk.write("inbox/b.json", #"{"recipe": "other"}"#)
      try desk.drop(2, as: "b.png")
      try desk.drop(3, as: "c.png")
      for (index, name) in ["../outside", "none", ".hidden", "/etc/passwd"].enumerated() {
        try desk.write("inbox/bad\(index).json", #"{"recipe": "\#(name)"}"#)
        try desk.drop(10 + index, as: "bad\(index).png")
      }
      let tally = try desk.work()
      #expect(tally.done == 3 && tally.refused == 4)
      let scans = try desk.records().scans()
      #expect(
        scans.map { "\($0.folder) \($0.record.device)" } == ["b other", "c desk", "other/a other"])
      #expect(scans.first { $0.folder == "other/a" }?.record.scan.lot == nil)
    }
  }

  @Test func `a changed recipe is read again, and a bad one holds scans back until it is mended`()
    throws
  {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      _ = try desk.work()
      try desk.write("recipe.yaml", Desk.recipe.replacing("desk", with: "newer"))
      try desk.drop(2, as: "b.png")
      _ = try desk.work()
      try desk.write("recipe.yaml", "nonsense: 1\n")
      try desk.drop(3, as: "c.png")
      let held = try desk.work()
      #expect(held.done == 0 && held.refused == 0)
      #expect(desk.inbox.log.lines.count { $0.contains("scans wait until it is mended") } == 1)
      try desk.write("recipe.yaml", Desk.recipe)
      #expect(try desk.work().done == 1)
      #expect(try desk.records().scans().map(\.record.device) == ["desk", "newer", "desk"])
    }
  }

  @Test func `damaged records hold scans back, and nothing is lost`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      _ = try Desk(in: desk.folder).work()
      let file = desk.folder.appending(path: "out/records.sqlite")
      // Another desk: the one before had the file open, with its pages in mind.
      let again = try Desk(in: desk.folder)
      let whole = try Data(contentsOf: file)
      try Data(repeating: 255, count: whole.count).write(to: file)
      try again.drop(2, as: "b.png")
      #expect(try again.work() == WatchFolder.Tally())
      #expect(
        again.inbox.log.lines.contains { $0.hasPrefix("error records: ") && $0.contains("damaged") }
      )
      try whole.write(to: file)
      #expect(try again.work().done == 1)
    }
  }

  @Test func `a clock that goes back is told, and the chain goes on`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      _ = try desk.work()
      desk.clock.time.withLock { $0 = Date(timeIntervalSince1970: 0) }
      try desk.drop(2, as: "b.png")
      #expect(try desk.work().done == 1)
      #expect(desk.inbox.log.lines.contains { $0.hasPrefix("warning the clock went back by ") })
      #expect(try desk.records().verify().fits)
    }
  }

  @Test func `a scan that ended the program too often is refused`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      for _ in 0..<5 {
        let again = try Desk(in: desk.folder)
        try again.watch.look()
        let claim = try #require(again.watch.next())
        _ = try again.records().beginJob(claim.id, name: claim.name, at: Date())
      }
      let last = try Desk(in: desk.folder)
      #expect(try last.work().refused == 1)
      #expect(
        last.inbox.text("failed/a.png.reason.txt")
          == "its inspection ended the program 5 times\n")
    }
  }

  @Test func `a file or picture that is too large is refused with its size`() throws {
    try withDesk { desk in
      try desk.drop(1, as: "a.png")
      var settings = InspectionDesk.Settings()
      settings.greatestMpx = 0.01
      #expect(try Desk(in: desk.folder, settings: settings).work().refused == 1)
      try desk.drop(1, as: "b.png")
      (settings.greatestMpx, settings.greatestBytes) = (1, 1000)
      #expect(try Desk(in: desk.folder, settings: settings).work().refused == 1)
      #expect(desk.inbox.text("failed/a.png.reason.txt")?.contains("Mpx") == true)
      #expect(desk.inbox.text("failed/b.png.reason.txt")?.contains("MB") == true)
    }
  }
}

/// A clock that a test sets.
private final class Clock: Sendable {
  let time = Mutex(Date(timeIntervalSince1970: 1_772_366_400))
}

/// A desk with its inbox, a recipe that compares with a picture, and records.
private final class Desk: Sendable {
  static let recipe = "device: desk\ngolden: {image: golden.png}\nmatching: {search: 6px}\n"

  let folder: URL
  let inbox: Inbox
  let watch: WatchFolder
  let clock = Clock()
  private let desk: Mutex<InspectionDesk?> = Mutex(nil)

  init(in folder: URL, settings: InspectionDesk.Settings = .init()) throws {
    self.folder = folder
    inbox = Inbox(folder.appending(path: "inbox"))
    watch = inbox.watch(stablePolls: 0)
    var settings = settings
    (settings.leastFreeBytes, settings.retrySeconds) = (0, 0.01)
    if !FileManager.default.fileExists(atPath: inbox.folder.path) {
      for name in ["inbox", "recipes"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: name), withIntermediateDirectories: false)
      }
      try write("recipe.yaml", Self.recipe)
      for name in ["golden.png", "recipes/golden.png"] {
        try PNGWriter.write(Self.picture(0), path: folder.appending(path: name).path)
      }
    }
    let shelf = RecipeShelf(
      standard: folder.appending(path: "recipe.yaml"), folder: folder.appending(path: "recipes"))
    let made = InspectionDesk(
      shelf: shelf, output: folder.appending(path: "out"), inbox: "inbox",
      book: RecordBook(in: folder.appending(path: "out")), settings: settings,
      logger: inbox.logger, now: { [clock] in clock.time.withLock { $0 } })
    desk.withLock { $0 = made }
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func drop(_ number: Int, as name: String) throws {
    let file = inbox.folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try PNGWriter.write(Self.picture(number), path: file.path)
  }

  /// Inspects all that is there, and what was postponed once more.
  func work() throws -> WatchFolder.Tally {
    let desk = desk.withLock { $0 }
    Thread.sleep(forTimeInterval: 0.02)
    var claims = 0
    return try watch.poll(isStopped: { claims >= 12 }) { claim in
      claims += 1
      return try desk?.inspect(claim) ?? .done
    }
  }

  func finishPages() throws { try desk.withLock { $0 }?.results.finishPages() }

  func records() throws -> SQLiteRecords {
    try FileManager.default.createDirectory(
      at: folder.appending(path: "out"), withIntermediateDirectories: true)
    return try SQLiteRecords(folder.appending(path: "out/records.sqlite"))
  }

  /// Rectangles on a ground, with a noise that is each number's own.
  private static func picture(_ number: Int) -> Picture {
    var plane = Plane(width: 200, height: 150, filling: 0.3)
    var random = UInt64(number)
    for y in 0..<150 {
      for x in 0..<200 {
        let isInside =
          (20..<70).contains(x) && (15..<60).contains(y)
          || (90..<180).contains(x) && (30..<55).contains(y)
          || (35..<60).contains(x) && (80..<140).contains(y)
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = number == 0 ? 0 : 0.03 * (Float(random >> 40) / Float(1 << 24) - 0.5)
        plane[x, y] = (isInside ? 0.7 : 0.3) + noise
      }
    }
    return Picture(planes: [plane])
  }
}

/// Runs a test with a desk of its own.
private func withDesk(_ body: (Desk) throws -> Void) throws {
  try withTemporaryFolder { try body(Desk(in: $0)) }
}
