import ArgumentParser
import Foundation
import Inspection
import Matching

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Learns from clean scans what clean looks like, for a stated rate of false alarms.",
    discussion:
      "The file that it writes is named in the recipe as matching.calibration; it may be named there before it is made."
  )

  @Option(help: ArgumentHelp("The recipe that says how to inspect (YAML).", valueName: "file"))
  var recipe: String

  @Option(help: ArgumentHelp("The folder of scans.", valueName: "folder"))
  var scans: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Names of the clean ones among them, or parts of names (default: all).", valueName: "name"))
  var clean: [String] = []

  @Option(help: ArgumentHelp("The calibration to write (JSON).", valueName: "file"))
  var output: String

  func run() throws {
    let device = try Device(recipe: URL(filePath: recipe), toMake: .calibration)
    let files = try ScanFiles.files(in: scans, named: clean)
    let line = ProgressLine()
    let (calibration, refused) = try device.calibrate(files) { name, number, count in
      line.show("\(name), \(number) of \(count)")
    }
    line.clear()
    for scan in refused { Console.tell("left out: \(scan.name): \(scan.reason)") }
    try calibration.json().write(to: URL(filePath: output), options: .atomic)
    let rate = device.recipe.matching.falseAlarmsPerMpx ?? 0.1
    let noise = calibration.noise
    print(
      "learnt from \(noise.scans.count) scans, \(noise.mpx.digits(1)) Mpx"
        + (noise.usesNeighbours ? ", beside other dies" : ""))
    print(
      "without an alarm on them a rate is only known to be below \(noise.leastProvenRate.digits(2)) a Mpx (3/N, 95 %)"
        + (noise.leastProvenRate > rate
          ? "; the thresholds for \(rate) are extrapolated" : ""))
  }
}

/// The scans of a folder.
enum ScanFiles {
  /// Those whose names hold one of the given texts; all when none is given.
  static func files(in folder: String, named names: [String]) throws -> [URL] {
    let files = try Device.scans(in: URL(filePath: folder, directoryHint: .isDirectory))
    for name in names where !files.contains(where: { $0.lastPathComponent.contains(name) }) {
      throw ValidationError("no scan is called '\(name)'")
    }
    guard !names.isEmpty else { return files }
    return files.filter { file in names.contains { file.lastPathComponent.contains($0) } }
  }
}
