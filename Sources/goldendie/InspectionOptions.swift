import ArgumentParser
import Foundation
import Reports

/// What every command that inspects is told.
struct InspectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The recipe that says how to inspect (YAML).", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String

  @Option(
    help: ArgumentHelp(
      "The folder that gets a folder per scan, and an index; made where missing.",
      valueName: "folder"),
    completion: .directory)
  var output: String

  func validate() throws {
    if recipe.isEmpty { throw ValidationError("--recipe names a file; it is empty") }
    if output.isEmpty { throw ValidationError("--output names a folder; it is empty") }
  }

  /// The place of the recipe.
  var recipeFile: URL { URL(filePath: recipe) }

  /// The place of the output.
  var outputFolder: URL { URL(filePath: output, directoryHint: .isDirectory) }

  /// Refuses an output folder that can't be written to before work is put into scans; makes nothing.
  ///
  /// - Throws: `ReportError` with code `.notWritable`.
  func checkOutput() throws {
    let place = Self.nearestExisting(outputFolder.standardizedFileURL.absoluteURL.path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw ReportError(
        .notWritable, path: output, "the output is a folder, and \(place) is a file")
    }
    guard access(place, W_OK | X_OK) == 0 else {
      throw ReportError(
        .notWritable, path: output,
        "\(place) can't be written to: \(String(cString: strerror(errno)))")
    }
  }

  /// The path itself, or the closest folder or file above it that exists.
  static func nearestExisting(_ path: String) -> String {
    var place = path
    while !FileManager.default.fileExists(atPath: place), place.count > 1 {
      place = (place as NSString).deletingLastPathComponent
    }
    return place.isEmpty ? "." : place
  }
}
