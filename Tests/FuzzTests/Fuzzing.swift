import Foundation
import TestSupport
import Testing

/// What readers do with damaged files; one after the other, so that a file that takes too long is known.
@Suite(.serialized) struct FuzzTests {}

/// Feeds a reader with damaged files for some seconds of its thread's processor time, whatever else the machine does.
///
/// `GOLDENDIE_FUZZ_SECONDS` says for how many each, 1 by default; `GOLDENDIE_FUZZ_SEED` where to begin. The file being read
/// lies in `goldendie-fuzz` among the system's temporary files, so that it is there when the process has ended by it.
struct Fuzzing {
  let name: String
  let seeds: [[UInt8]]
  private let seconds: Double
  private let seed: UInt64
  private let path: URL

  init(_ name: String, seeds: [[UInt8]]) throws {
    let environment = ProcessInfo.processInfo.environment
    (self.name, self.seeds) = (name, seeds)
    seconds = environment["GOLDENDIE_FUZZ_SECONDS"].flatMap { Double($0) } ?? 1
    seed = environment["GOLDENDIE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    let folder = FileManager.default.temporaryDirectory.appending(path: "goldendie-fuzz")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: name)
  }

  /// Calls `body` with one damaged file after the other: its bytes, and the path where they lie.
  ///
  /// - Parameter mend: may put checksums right, so that the damage goes deeper.
  func run(mend: ([UInt8]) -> [UInt8] = { $0 }, _ body: ([UInt8], String) throws -> Void) throws {
    #expect(!seeds.isEmpty)
    for seed in seeds { try attempt(seed, body) }
    var mutations = Mutations(seed: seed)
    let start = Self.processorSeconds
    var (count, slowest) = (0, 0.0)
    while Self.processorSeconds - start < seconds {
      var bytes = mutations.damaged(mutations.pick(seeds), with: mutations.pick(seeds))
      if count % 2 == 1 { bytes = mend(bytes) }
      let begin = Self.processorSeconds
      try attempt(bytes, body)
      count += 1
      let taken = Self.processorSeconds - begin
      if taken > slowest {
        slowest = taken
        if taken > 5 {
          try Data(bytes).write(to: path.appendingPathExtension("slow"))
        }
      }
    }
    if seconds > 10 {
      print(
        "\(name): \(count) files, the slowest in \(slowest) s; \(Self.peakMegabytes) MB at most")
    }
  }

  private func attempt(_ bytes: [UInt8], _ body: ([UInt8], String) throws -> Void) throws {
    if let file = FileHandle(forUpdatingAtPath: path.path) {
      try file.write(contentsOf: Data(bytes))
      try file.truncate(atOffset: UInt64(bytes.count))
      try file.close()
    } else {
      try Data(bytes).write(to: path)
    }
    // A file that takes ten minutes by the clock, whatever else the machine does, ends the process and lies there.
    alarm(600)
    defer { alarm(0) }
    try body(bytes, path.path)
  }

  /// What this thread has computed so far.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static var peakMegabytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1024
  }
}

/// The folder of all tests.
let testsFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

/// The layouts, as base64, of a fixture that others made.
func layouts(in fixture: String) throws -> [[UInt8]] {
  struct Fixture: Decodable {
    struct Case: Decodable { var gds: Data }
    var cases: [Case]
  }
  let data = try Data(
    contentsOf: testsFolder.appending(path: "LayoutTests/Fixtures/\(fixture)"))
  return try JSONDecoder().decode(Fixture.self, from: data).cases.map { [UInt8]($0.gds) }
}

/// The pictures of a kind among the fixtures.
func pictures(_ kind: String) throws -> [[UInt8]] {
  let folder = testsFolder.appending(path: "ImageFilesTests/Fixtures")
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  return try names.filter { $0.hasSuffix("." + kind) }.map {
    [UInt8](try Data(contentsOf: folder.appending(path: $0)))
  }
}
