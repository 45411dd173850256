import ArgumentParser
import Foundation
import ImageFiles
import Inspection
import Raster

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Tells whether this machine can run GoldenDie.",
    discussion: """
      Looks at the machine, writes and reads pictures of each format, and inspects a small wafer \
      that it makes for the purpose. The exit code is 70 when anything failed.

      EXAMPLES
        goldendie doctor
        goldendie doctor /data/results --json
      """)

  @Argument(
    help: ArgumentHelp("The folder that results will go to.", valueName: "output"),
    completion: .directory)
  var output = "."

  @Flag(help: "Print JSON instead of lines.")
  var json = false

  /// One thing looked at.
  struct Check: Encodable {
    var name: String
    var ok: Bool
    var detail: String
  }

  private struct Findings: Encodable {
    var ok: Bool
    var checks: [Check]
  }

  func run() throws {
    let checks = machine + service + [pictures, scene]
    let failed = checks.count { !$0.ok }
    if json {
      try Console.printJSON(Findings(ok: failed == 0, checks: checks))
    } else {
      let width = checks.map(\.name.count).max() ?? 0
      for check in checks {
        let name = check.name.padding(toLength: width, withPad: " ", startingAt: 0)
        print("\(check.ok ? "ok    " : "FAILED")  \(name)  \(check.detail)")
      }
    }
    if failed > 0 {
      throw Failure(.internal, "\(failed) of \(checks.count) checks failed on this machine")
    }
  }

  private var machine: [Check] {
    let info = ProcessInfo.processInfo
    let codecs = CodecVersions.all.map { "\($0.format.rawValue) \($0.version)" }
    return [
      Check(name: "program", ok: true, detail: Device.program),
      Check(name: "system", ok: true, detail: info.operatingSystemVersionString),
      Check(
        name: "cores", ok: info.activeProcessorCount > 0, detail: "\(info.activeProcessorCount)"),
      memory, disk,
      Check(name: "libraries", ok: true, detail: codecs.joined(separator: ", ")),
    ]
  }

  /// A scan of the size that is usual takes some hundred MB.
  private var memory: Check {
    let total = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
    return Check(name: "memory", ok: total >= 0.5, detail: "\(total.digits(1)) GiB")
  }

  private var disk: Check {
    let path = URL(filePath: output).standardizedFileURL.absoluteURL.path
    let place = InspectionOptions.nearestExisting(path)
    do {
      let attributes = try FileManager.default.attributesOfFileSystem(forPath: place)
      guard let bytes = attributes[.systemFreeSize] as? NSNumber else {
        return Check(
          name: "disk", ok: false, detail: "the system does not tell what is free at \(place)")
      }
      let free = bytes.doubleValue / Double(1 << 30)
      let isWritable = access(place, W_OK) == 0
      let more = isWritable ? "" : ", which can't be written to"
      return Check(
        name: "disk", ok: free >= 0.1 && isWritable,
        detail: "\(free.digits(1)) GiB free at \(place)\(more)")
    } catch {
      return Check(name: "disk", ok: false, detail: Failure(error).sentence)
    }
  }

  private var pictures: Check {
    attempt("pictures") { folder in
      let ramp = Plane(width: 67, height: 45, samples: (0..<67 * 45).map { Float($0 % 256) / 255 })
      let picture = Picture(planes: [ramp])
      func check(_ name: String, allowing error: Float) throws {
        let image = try ImageFile(path: folder.appending(path: name).path)
        let back = try image.read(image.bounds).planes[0]
        let worst = zip(back.samples, ramp.samples).map { abs($0 - $1) }.max() ?? 1
        guard back.width == ramp.width, back.height == ramp.height, worst <= error else {
          throw Failure(.internal, "\(name) is read back as something else")
        }
      }
      try PNGWriter.write(picture, path: folder.appending(path: "ramp.png").path)
      try TIFFWriter.write(picture, path: folder.appending(path: "ramp.tif").path)
      try Data(JPEGEncoder.encode(picture, quality: 100))
        .write(to: folder.appending(path: "ramp.jpg"))
      try check("ramp.png", allowing: 0.001)
      try check("ramp.tif", allowing: 0.001)
      try check("ramp.jpg", allowing: 0.05)
      return "PNG, JPEG and TIFF written and read back"
    }
  }

  private var scene: Check { attempt("inspection") { try SmallScene.inspect(in: $0) } }

  /// Runs a check in a temporary folder of its own.
  private func attempt(_ name: String, _ body: (URL) throws -> String) -> Check {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "goldendie-doctor-\(UUID().uuidString)", directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return Check(name: name, ok: true, detail: try body(folder))
    } catch {
      return Check(name: name, ok: false, detail: Failure(error).sentence)
    }
  }
}
