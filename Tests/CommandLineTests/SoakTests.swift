import Foundation
import ImageFiles
import Raster
import Records
import Synchronization
import TestSupport
import Testing

/// Scans from four writers at once, with copies, renames, half-written and bad files among them, and a service that is
/// killed at random instants.
///
/// The suite runs a small one; `make soak` the whole: GOLDENDIE_SOAK_SCANS scans and GOLDENDIE_SOAK_KILLS kills.
@Suite(.serialized) struct SoakTests {
  private static func number(_ name: String, _ standard: Int) -> Int {
    ProcessInfo.processInfo.environment["GOLDENDIE_SOAK_\(name)"].flatMap { Int($0) } ?? standard
  }

  @Test func `every scan has one result, every bad file a reason, whatever is killed`() throws {
    let (scans, kills) = (Self.number("SCANS", 24), Self.number("KILLS", 4))
    try withTemporaryFolder { folder in
      let scene = try SoakScene(in: folder)
      let dropped = Dropped()
      let group = DispatchGroup()
      for writer in 0..<4 {
        DispatchQueue.global().async(group: group) {
          scene.write(writer: writer, count: scans / 4, into: dropped)
        }
      }
      var random = SystemRandomNumberGenerator()
      let errors = folder.appending(path: "log")
      for _ in 0..<kills {
        let process = try scene.start(errors)
        Thread.sleep(forTimeInterval: Double.random(in: 0.05...1.5, using: &random))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      let starts = scene.starts(errors)
      let last = try scene.start(errors)
      var memory: [Int] = []
      while group.wait(timeout: .now()) == .timedOut || !scene.isEmpty
        || scene.starts(errors) == starts
      {
        Thread.sleep(forTimeInterval: 0.2)
        if let bytes = residentBytes(of: last.processIdentifier) { memory.append(bytes) }
        try #require(last.isRunning, "the service ended by itself")
      }
      last.terminate()
      last.waitUntilExit()
      #expect(last.terminationStatus == 0)
      try scene.check(dropped)
      // What grows does so from scan to scan: the second half must need no more than the first.
      let half = memory.count / 2
      if let before = memory.prefix(half).max(), let after = memory.dropFirst(half).max() {
        #expect(after < before + 48 << 20, "\(before >> 20) MiB, then \(after >> 20) MiB")
        if scans > 1000 { print("memory: at most \(before >> 20) MiB, then \(after >> 20) MiB") }
      }
    }
  }
}

/// What the writers dropped.
private final class Dropped: Sendable {
  /// SHA-256 of every good scan, and how many files have it.
  let good = Mutex<[String: Int]>([:])
  let bad = Mutex(0)
}

/// An inbox with a recipe that compares with a picture.
private struct SoakScene: Sendable {
  let folder: URL
  static let (width, height) = (200, 150)

  init(in folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(
      at: folder.appending(path: "inbox"), withIntermediateDirectories: false)
    let golden = Picture(planes: [Self.plane { _, _ in 0 }])
    try PNGWriter.write(golden, path: folder.appending(path: "golden.png").path)
    try Data("device: soak\ngolden: {image: golden.png}\nmatching: {search: 6px}\n".utf8)
      .write(to: folder.appending(path: "recipe.yaml"))
  }

  func start(_ errors: URL) throws -> Process {
    try startGoldendie(
      [
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--poll", "0.1",
        "--workers", "2",
      ], errors: errors, in: folder)
  }

  /// How often a service said that it watches.
  func starts(_ errors: URL) -> Int {
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    return text.ranges(of: "] watching ").count
  }

  /// Rectangles on a ground, and something more at each pixel.
  private static func plane(_ more: (Int, Int) -> Float) -> Plane {
    var plane = Plane(width: width, height: height, filling: 0.3)
    for y in 0..<height {
      for x in 0..<width {
        let isInside =
          (20..<70).contains(x) && (15..<60).contains(y)
          || (90..<180).contains(x) && (30..<55).contains(y)
          || (35..<60).contains(x) && (80..<140).contains(y)
          || (100..<150).contains(x) && (75..<130).contains(y)
        plane[x, y] = (isInside ? 0.7 : 0.3) + more(x, y)
      }
    }
    return plane
  }

  /// The bytes of a scan that no other number has.
  private func scan(_ number: Int) -> Data {
    var random = UInt64(number) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let plane = Self.plane { x, y in
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = 0.03 * (Float(random >> 40) / Float(1 << 24) - 0.5)
      let isDefect = number % 3 == 0 && (160..<168).contains(x) && (100..<108).contains(y)
      return noise + (isDefect ? 0.4 : 0)
    }
    return Data(PNGEncoder.encode(Picture(planes: [plane])))
  }

  func write(writer: Int, count: Int, into dropped: Dropped) {
    let inbox = folder.appending(path: "inbox")
    let files = FileManager.default
    for index in 0..<count {
      let number = writer * count + index
      let data = scan(number)
      let lot = number % 5 == 0 ? inbox.appending(path: "L\(writer)") : inbox
      try? files.createDirectory(at: lot, withIntermediateDirectories: true)
      let file = lot.appending(path: "scan_\(number).png")
      switch number % 4 {
      case 0:
        // In two halves; the pause is shorter than a scan takes to be stable.
        try? data.prefix(data.count / 2).write(to: file)
        Thread.sleep(forTimeInterval: 0.02)
        if let handle = try? FileHandle(forWritingTo: file) {
          _ = try? handle.seekToEnd()
          try? handle.write(contentsOf: data.dropFirst(data.count / 2))
          try? handle.close()
        }
      case 1:
        let part = file.appendingPathExtension("part")
        try? data.write(to: part)
        try? files.moveItem(at: part, to: file)
      case 2:
        try? data.write(to: file)
        try? Data().write(to: file.appendingPathExtension("done"))
      default: try? data.write(to: file)
      }
      var copies = 1
      if number % 7 == 3 {
        try? data.write(to: lot.appending(path: "copy_of_\(number).png"))
        copies = 2
      }
      dropped.good.withLock { $0[Digest.sha256(data), default: 0] += copies }
      if number % 6 == 2 {
        let bad = number % 12 == 2 ? Data("no picture \(number)".utf8) : data.prefix(data.count / 3)
        let part = lot.appending(path: "bad_\(number).png.tmp")
        try? bad.write(to: part)
        try? files.moveItem(at: part, to: lot.appending(path: "bad_\(number).png"))
        dropped.bad.withLock { $0 += 1 }
      }
    }
  }

  /// Whether every file has moved on.
  var isEmpty: Bool {
    // Nil where something moved while it was listed.
    guard
      let paths = FileManager.default.subpaths(atPath: folder.appending(path: "inbox").path)
    else { return false }
    return !paths.contains {
      $0.hasSuffix(".png") && !$0.hasPrefix("processed/") && !$0.hasPrefix("failed/")
    }
  }

  func check(_ dropped: Dropped) throws {
    let good = dropped.good.withLock { $0 }
    let store = try SQLiteRecords(folder.appending(path: "out/records.sqlite"), make: false)
    var results: [String: Int] = [:]
    var folders: Set<String> = []
    try store.forEachScan(ScanFilter()) { scan in
      results[scan.record.scan.sha256, default: 0] += 1
      folders.insert(scan.folder)
      let file = folder.appending(path: "out/\(scan.folder)/findings.json")
      let written = try InspectionRecord(json: Data(contentsOf: file))
      #expect(written == scan.record)
    }
    #expect(Set(results.keys) == Set(good.keys))
    #expect(results.values.allSatisfy { $0 == 1 })
    let verdict = try store.verify()
    #expect(verdict.fits, "\(verdict.sentence)")
    // No folder that the records don't tell of, and none half made.
    let paths = FileManager.default.subpaths(atPath: folder.appending(path: "out").path) ?? []
    let made = paths.filter { $0.hasSuffix("/findings.json") }
      .map { ($0 as NSString).deletingLastPathComponent }
    #expect(Set(made) == folders)
    #expect(!paths.contains { $0.contains(".new-") || $0.contains(".old-") })
    func moved(_ name: String, _ ending: String) -> [String] {
      (FileManager.default.subpaths(atPath: folder.appending(path: "inbox/\(name)").path) ?? [])
        .filter { $0.hasSuffix(ending) }
    }
    #expect(moved("processed", ".png").count == good.values.reduce(0, +))
    let bad = dropped.bad.withLock { $0 }
    #expect(moved("failed", ".png").count == bad && moved("failed", ".reason.txt").count == bad)
    let verify = try goldendie("audit", "verify", "out", in: folder)
    #expect(verify.status == 0)
  }
}

/// Memory that a process has in use.
private func residentBytes(of process: Int32) -> Int? {
  guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else {
    return nil
  }
  let words = text.split(separator: " ")
  return words.count > 1 ? Int(words[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
}
