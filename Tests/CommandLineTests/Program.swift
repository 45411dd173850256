import Foundation
import TestSupport
import Testing

/// What a run of the program gave.
struct Run {
  var status: Int32
  var output: String
  var errors: String

  /// The lines on standard error.
  var errorLines: [Substring] {
    errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }
}

private final class Marker {}

/// The program that was built beside these tests.
private let program: URL = {
  // The test bundle lies in the folder of the products.
  let main = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  let bundle = Bundle(for: Marker.self).bundleURL
  let places = [main, bundle, bundle.deletingLastPathComponent()]
  return places.map { $0.appending(path: "goldendie") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    ?? URL(filePath: ".build/release/goldendie")
}()

/// Runs the program in a folder and waits for its end.
func goldendie(_ arguments: String..., in folder: URL) throws -> Run {
  try goldendie(arguments, in: folder)
}

/// Runs the program in a folder and waits for its end.
///
/// - Parameter blocks: how many blocks of 512 bytes a file may have; beyond that writing fails.
func goldendie(_ arguments: [String], blocks: Int? = nil, in folder: URL) throws -> Run {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  if let blocks {
    process.executableURL = URL(filePath: "/bin/sh")
    let script = "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\""
    process.arguments = ["-c", script, program.path] + arguments
  }
  process.currentDirectoryURL = folder
  // Into files: a pipe that nobody empties would stop the program.
  let mark = UUID().uuidString
  let temporary = FileManager.default.temporaryDirectory
  let output = temporary.appending(path: "\(mark).out")
  let errors = temporary.appending(path: "\(mark).err")
  for file in [output, errors] { try Data().write(to: file) }
  defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: output)
  process.standardError = try FileHandle(forWritingTo: errors)
  try process.run()
  process.waitUntilExit()
  return Run(
    status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
    errors: try String(contentsOf: errors, encoding: .utf8))
}

/// Starts the program in a folder; its standard error goes to a file.
///
/// - Parameter environment: what is added to the environment.
func startGoldendie(
  _ arguments: [String], environment: [String: String] = [:], errors: URL, in folder: URL
) throws -> Process {
  let process = Process()
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.executableURL = program
  process.arguments = arguments
  process.currentDirectoryURL = folder
  if !FileManager.default.fileExists(atPath: errors.path) { try Data().write(to: errors) }
  let handle = try FileHandle(forWritingTo: errors)
  _ = try handle.seekToEnd()
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  process.standardError = handle
  try process.run()
  return process
}

/// The object that a JSON text holds.
func object(_ text: String) throws -> [String: Any] {
  let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
  return try #require(value as? [String: Any])
}
