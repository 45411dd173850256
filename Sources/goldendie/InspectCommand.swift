import ArgumentParser
import Foundation
import Inspection
import Raster
import Records
import Reports

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Inspects scans and writes a report of each.")

  @Argument(help: "Scans: PNG, JPEG or TIFF files.")
  var scans: [String]

  @Option(help: "The recipe that says how to inspect them (YAML).")
  var recipe: String

  @Option(help: "The folder that gets one folder a scan, and an index of all.")
  var output: String

  func run() throws {
    let device = try Device(recipe: URL(filePath: recipe))
    for scan in scans {
      let start = ContinuousClock().now
      let result = try device.inspect(URL(filePath: scan)) { print($0, ContinuousClock().now - start) }
      let t1 = ContinuousClock().now - start
      _ = try result.write(into: URL(filePath: output), outputs: device.recipe.outputs)
      let t2 = ContinuousClock().now - start
      let r = result.record.registration
      print(scan.split(separator: "/").last!, result.record.verdict.rawValue, result.record.reason ?? "", String(format: "z %.3f p %.5f rot %.3f off (%.1f %.1f) conf %.2f halves %.2f", r?.score ?? 0, r?.pixelSizeUm ?? 0, r?.rotationDeg ?? 0, r?.offsetPx.x ?? 0, r?.offsetPx.y ?? 0, r?.confidence ?? 0, r?.halvesDisagreePx ?? -1), r?.ambiguousAlong.map { "\($0.axis) \($0.periodPx)" } ?? "", "mpx", result.record.inspectedMpx, "findings", result.record.findings.count, t1, t2)
    }
  }
}
