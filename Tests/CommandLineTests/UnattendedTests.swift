import Foundation
import ImageFiles
import Raster
import Records
import TestSupport
import Testing

@Suite struct UnattendedTests {
  @Test func `systemd hears of readiness, life and the end, and Prometheus gets its text`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("inbox"), withIntermediateDirectories: false)
      try PNGWriter.write(
        scene.scan(defect: PixelRect(x: 300, y: 200, width: 9, height: 7)),
        path: scene.file("inbox/good.png").path)
      try scene.write("inbox/bad.png", "no picture")
      let manager = try #require(Datagrams(scene.file("notify").path))
      let (errors, start) = (scene.file("log"), ContinuousClock.now)
      let process = try startGoldendie(
        [
          "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--poll", "0.05",
          "--metrics-port", "0",
        ],
        environment: ["NOTIFY_SOCKET": scene.file("notify").path, "WATCHDOG_USEC": "400000"],
        errors: errors, in: scene.folder)
      defer { process.terminate() }
      #expect(manager.next() == "READY=1\nSTATUS=watching")
      for _ in 0..<4 { #expect(manager.next() == "WATCHDOG=1") }
      // Twice as often as is asked for, and no oftener.
      #expect(ContinuousClock.now - start > .milliseconds(600))
      func log() throws -> String { try String(contentsOf: errors, encoding: .utf8) }
      while try !log().contains("processed/good.png") || !log().contains("failed/bad.png") {
        Thread.sleep(forTimeInterval: 0.05)
        try #require(process.isRunning)
      }
      let told = try #require(try log().firstMatch(of: /127\.0\.0\.1:(\d+)\/metrics/)?.1)
      let port = try #require(UInt16(told))
      let answer = try #require(get("/metrics", port: port))
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("Content-Type: text/plain; version=0.0.4"))
      let body = try #require(answer.firstRange(of: "\r\n\r\n")).upperBound
      let values = try prometheus(String(answer[body...]))
      #expect(values["goldendie_scans_total{outcome=\"inspected\"}"] == 1)
      #expect(values["goldendie_scans_total{outcome=\"failed\"}"] == 1)
      #expect(values["goldendie_queue_scans"] == 0 && values["goldendie_held"] == 0)
      #expect((values["goldendie_stage_seconds_total{stage=\"registering\"}"] ?? 0) > 0)
      #expect(get("/elsewhere", port: port)?.contains(" 404 ") == true)
      process.terminate()
      var last = manager.next()
      while last == "WATCHDOG=1" { last = manager.next() }
      #expect(last == "STOPPING=1")
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }

  @Test func `the unit is one that systemd takes`() throws {
    try withScene { scene in
      let run = try goldendie(
        "watch", "in box", "--recipe", "recipe.yaml", "--output", "out%1", "--metrics-port", "9100",
        "--print-unit", in: scene.folder)
      #expect(run.status == 0 && run.output.contains("TimeoutStopSec=660"))
      try scene.write("goldendie.service", run.output)
      let program = URL(filePath: "/usr/bin/systemd-analyze")
      guard FileManager.default.isExecutableFile(atPath: program.path) else { return }
      let process = Process()
      process.executableURL = program
      process.arguments = ["verify", scene.file("goldendie.service").path]
      let said = scene.file("said")
      try Data().write(to: said)
      (process.standardOutput, process.standardError) = (
        FileHandle.nullDevice, try FileHandle(forWritingTo: said)
      )
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      // Units of the machine itself may be told of too.
      let lines = try String(contentsOf: said, encoding: .utf8).split(separator: "\n")
      #expect(!lines.contains { $0.contains("goldendie") })
    }
  }

  /// Drops `L7/a.png`, enlarged so many times: six take a second or more to inspect.
  private func dropLarge(_ scene: Scene, times: Int = 6) throws {
    try FileManager.default.createDirectory(
      at: scene.file("inbox/L7"), withIntermediateDirectories: true)
    let small = try scene.scan().planes[0]
    var large = Plane(width: 600 * times, height: 450 * times)
    large.withUnsafeMutableRows { rows in
      for y in 0..<rows.height {
        for x in 0..<rows.width { rows.row(y)[x] = small[x / times, y / times] }
      }
    }
    try PNGWriter.write(Picture(planes: [large]), path: scene.file("inbox/L7/a.png").path)
    try scene.write("inbox/L7/a.json", #"{"pixel_size_um": \#(0.1 / Double(times))}"#)
  }

  @Test(arguments: [[SIGTERM, SIGTERM], [SIGINT, SIGTERM]])
  func `a second signal gives the scan at hand back at once`(signals: [Int32]) throws {
    try withScene { scene in
      // Long enough for both signals to be told of on a machine at full load.
      try dropLarge(scene, times: 14)
      let log = scene.file("log")
      let process = try startGoldendie(
        [
          "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--poll", "0.05",
          "--grace", "600",
        ], errors: log, in: scene.folder)
      for (sign, number) in zip(["inspecting L7/a.png", "stopping after the scans"], signals) {
        while try !String(contentsOf: log, encoding: .utf8).contains(sign) {
          Thread.sleep(forTimeInterval: 0.002)
          try #require(process.isRunning)
        }
        kill(process.processIdentifier, number)
      }
      process.waitUntilExit()
      #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
      #expect(
        try String(contentsOf: log, encoding: .utf8).contains(
          "L7/a.png was interrupted, and is back in the inbox"))
      #expect(scene.content(of: "inbox").filter { $0.contains("a.") } == ["L7/a.json", "L7/a.png"])
      #expect(try jobs(scene) == ["given_back": 1])
      #expect(!scene.content(of: "out").contains { $0.contains("L7/a") })
    }
  }

  @Test func `a scan that can't be finished in time goes back, and is taken up again`() throws {
    try withScene { scene in
      try dropLarge(scene)
      func run(_ grace: String, _ log: String) throws -> Process {
        try startGoldendie(
          [
            "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--poll", "0.05",
            "--grace", grace,
          ], errors: scene.file(log), in: scene.folder)
      }
      func text(_ log: String) throws -> String {
        try String(contentsOf: scene.file(log), encoding: .utf8)
      }
      let process = try run("0", "log")
      while try !text("log").contains("inspecting L7/a.png") {
        Thread.sleep(forTimeInterval: 0.01)
      }
      process.terminate()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(
        try text("log").contains("L7/a.png was not finished within 0 s, and is back in the inbox"))
      #expect(scene.content(of: "inbox").filter { $0.contains("a.") } == ["L7/a.json", "L7/a.png"])
      #expect(try jobs(scene) == ["given_back": 1])
      #expect(!scene.content(of: "out").contains { $0.contains("L7/a") })
      // The next one is asked to stop too, and finishes first.
      let next = try run("600", "next")
      while try !text("next").contains("inspecting L7/a.png") {
        Thread.sleep(forTimeInterval: 0.01)
      }
      next.terminate()
      next.waitUntilExit()
      #expect(next.terminationStatus == 0)
      #expect(try jobs(scene) == ["given_back": 1, "done": 1])
      #expect(scene.content(of: "out").contains("L7/a/findings.json"))
    }
  }

  private func jobs(_ scene: Scene) throws -> [String: Int] {
    try SQLiteRecords(scene.file("out/records.sqlite"), make: false).jobCounts()
  }

  @Test func `other dies of the lot tell what is usual, and the record says which`() throws {
    try withScene { scene in
      for folder in ["clean", "inbox/L7"] {
        try FileManager.default.createDirectory(
          at: scene.file(folder), withIntermediateDirectories: true)
      }
      for number in 0..<5 {
        try PNGWriter.write(
          scene.scan(number: UInt32(100 + number)), path: scene.file("clean/c\(number).png").path)
      }
      let golden = "\ngolden: {baseline: table, neighbours: 4}\n"
      try scene.write("recipe.yaml", Scene.recipe + golden)
      let learnt = try goldendie(
        "calibrate", "--recipe", "recipe.yaml", "--scans", "clean", "--output", "c.json",
        in: scene.folder)
      #expect(learnt.status == 0, "\(learnt.errors)")
      try scene.write(
        "recipe.yaml", Scene.recipe + golden + "matching: {calibration: c.json, search: 20px}\n")
      func watch() throws {
        let run = try goldendie(
          "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--once", "--poll",
          "0.05",
          in: scene.folder)
        #expect(run.status == 0, "\(run.errors)")
      }
      func drop(_ name: String, _ number: UInt32, die: Int) throws {
        try PNGWriter.write(
          scene.scan(number: number), path: scene.file("inbox/L7/\(name).png").path)
        try scene.write(
          "inbox/L7/\(name).json", #"{"lot": "L7", "wafer": "W1", "die": [\#(die), 0]}"#)
      }
      func neighbours(_ name: String) throws -> NeighboursRecord? {
        let file = scene.file("out/L7/\(name)/findings.json")
        return try InspectionRecord(json: Data(contentsOf: file)).neighbours
      }
      try drop("alone", 1, die: 0)
      try watch()
      #expect(
        try neighbours("alone")
          == NeighboursRecord(
            asked: 4, used: [],
            reason: "no other scans of use are there, and at least 3 are needed"))
      // What was inspected before and what still waits are asked alike, but not the same die again, nor another wafer's.
      for die in 1..<4 { try drop("d\(die)", UInt32(10 + die), die: die) }
      try drop("again", 20, die: 4)
      try drop("other", 21, die: 5)
      try scene.write("inbox/L7/other.json", #"{"lot": "L7", "wafer": "W2", "die": [5, 0]}"#)
      // Old enough not to be half written.
      for name in try FileManager.default.contentsOfDirectory(atPath: scene.file("inbox/L7").path) {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -60)],
          ofItemAtPath: scene.file("inbox/L7/\(name)").path)
      }
      try watch()
      try drop("last", 22, die: 4)
      try watch()
      let last = try #require(try neighbours("last"))
      #expect(last.used.map(\.path) == ["d3.png", "d2.png", "d1.png", "alone.png"])
      #expect(last.reason == nil)
      #expect(try neighbours("d1")?.used.count == 4)
      let page = try String(contentsOf: scene.file("out/L7/last/report.html"), encoding: .utf8)
      #expect(page.contains("<dt>Neighbours</dt><dd><b>4</b></dd>"))
    }
  }
}

/// A socket as a service manager has it, that remembers what it was told.
private final class Datagrams {
  private let socket: Int32

  init?(_ path: String) {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < 100 else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let answer = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if answer != 0 { return nil }
  }

  deinit { close(socket) }

  /// What comes next; nil when nothing does for a minute.
  func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = recv(socket, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}

/// The answer of a server on the loopback.
private func get(_ path: String, port: UInt16) -> String? {
  let caller = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(caller) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let answer = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(caller, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard answer == 0 else { return nil }
  let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
  guard send(caller, request, request.count, 0) == request.count else { return nil }
  var (text, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
  while true {
    let count = recv(caller, &buffer, buffer.count, 0)
    if count <= 0 { break }
    text += buffer[..<count]
  }
  return String(decoding: text, as: UTF8.self)
}

/// The values in Prometheus's text format 0.0.4, by name and labels; each line is checked by its grammar, and each metric to
/// have its HELP and TYPE once and before all of its values, which stand together.
private func prometheus(_ text: String) throws -> [String: Double] {
  #expect(text.hasSuffix("\n"))
  var (values, kinds, helped): ([String: Double], [String: String], Set<String>) = ([:], [:], [])
  var current = ""
  for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
    if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*/) {
      #expect(helped.insert(String(match.1)).inserted)
      current = String(match.1)
    } else if let match = line.wholeMatch(
      of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)/)
    {
      #expect(match.1 == current && kinds.updateValue(String(match.2), forKey: current) == nil)
    } else {
      let match = try #require(
        line.wholeMatch(
          of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"\})? ([0-9.eE+-]+)/),
        "\(line)")
      #expect(match.1 == current)
      let kind = try #require(kinds[current])
      #expect(kind == "gauge" || current.hasSuffix("_total"))
      let value = try #require(Double(match.3))
      #expect(value >= 0)
      #expect(values.updateValue(value, forKey: current + (match.2 ?? "")) == nil)
    }
  }
  return values
}
