public import Foundation
import ImageFiles
import Layout
import Raster

extension SimulatedWafer {
  /// Writes `layout.gds`, `recipe.yaml`, `scans/die_00.png` … with a sidecar each, and `truth.json`; beside `scans`
  /// also `clean`, without the defects, and `repeats`, with new noise, where the settings ask for them.
  ///
  /// - Parameters:
  ///   - folder: made where it is missing; one that holds something is refused, so that nothing is overwritten.
  ///   - progress: told after each scan how many of how many are written.
  /// - Throws: `SimulationError`, `LayoutError` or `ImageFileError`; what was written until then is removed.
  public func write(to folder: URL, progress: (Int, Int) -> Void = { _, _ in }) throws {
    try Self.prepare(folder)
    do {
      try writeFiles(to: folder, progress: progress)
    } catch {
      for name in ["layout.gds", "recipe.yaml", "scans", "clean", "repeats", "truth.json"] {
        try? FileManager.default.removeItem(at: folder.appending(path: name))
      }
      throw error
    }
  }

  static func prepare(_ folder: URL) throws(SimulationError) {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: folder.path, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw SimulationError(.notEmpty, path: folder.path, detail: "this is a file, not a folder")
      }
      guard let content = try? files.contentsOfDirectory(atPath: folder.path) else {
        throw SimulationError(.cannotWrite, path: folder.path, detail: "the folder can't be read")
      }
      guard content.isEmpty else {
        throw SimulationError(
          .notEmpty, path: folder.path, detail: "the folder is not empty; nothing is overwritten")
      }
    }
    try make(folder)
  }

  static func make(_ folder: URL) throws(SimulationError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw SimulationError(
        .cannotWrite, path: folder.path,
        detail: "the folder can't be made: \(error.localizedDescription)")
    }
  }

  private func writeFiles(to folder: URL, progress: (Int, Int) -> Void) throws {
    try gdsii.write(to: folder.appending(path: "layout.gds").path)
    try Self.write(Data(recipe.utf8), to: folder.appending(path: "recipe.yaml"))
    var subfolders = ["scans"]
    if settings.writesCleanTwins { subfolders.append("clean") }
    if settings.repeats > 0 { subfolders.append("repeats") }
    for name in subfolders { try Self.make(folder.appending(path: name)) }
    var truth = Truth()
    // Packing a file keeps one core busy, so that dies are photographed side by side; few of them, for each takes memory.
    let group = 2
    for first in stride(from: 0, to: settings.dies, by: group) {
      let last = min(first + group, settings.dies)
      let scans = try resultsInParallel(last - first) { try self.writeScan(first + $0, in: folder) }
      for (offset, scan) in scans.enumerated() {
        truth.scans[name(ofScan: first + offset) + ".png"] = scan
        progress(first + offset + 1, settings.dies)
      }
    }
    try Self.write(try truth.json(), to: folder.appending(path: "truth.json"))
  }

  /// Writes all files of one die.
  private func writeScan(_ index: Int, in folder: URL) throws -> Truth.Scan {
    let photograph = try photograph(index)
    let name = name(ofScan: index)
    var files = [(look: Photograph.Look(), path: "scans/\(name).png")]
    let again = (0..<settings.repeats).map { "\(name)_again\($0 > 0 ? "\($0 + 1)" : "").png" }
    for (shot, file) in again.enumerated() {
      files.append((.init(shot: shot + 1), "repeats/\(file)"))
    }
    if settings.writesCleanTwins {
      files.append((.init(isClean: true), "clean/\(name).png"))
      for (shot, file) in again.enumerated() {
        files.append((.init(isClean: true, shot: shot + 1), "clean/\(file)"))
      }
    }
    try PhotographWriter.write(
      photograph, files.map { ($0.look, folder.appending(path: $0.path).path) })
    let sidecar = try ScanSidecar(photograph.place, seed: seed).json()
    for file in files where !file.path.hasPrefix("clean/") {
      let picture = folder.appending(path: file.path)
      try Self.write(
        sidecar, to: picture.deletingPathExtension().appendingPathExtension("json"))
    }
    return Truth.Scan(
      photograph, clean: settings.writesCleanTwins ? "clean/\(name).png" : nil,
      repeats: again.map { "repeats/\($0)" })
  }

  static func write(_ data: Data, to file: URL) throws(SimulationError) {
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw SimulationError(
        .cannotWrite, path: file.path,
        detail: "the file can't be written: \(error.localizedDescription)")
    }
  }

  /// What to inspect the scans with.
  var recipe: String {
    let layers = ProcessLayer.allCases.map { "\($0.rawValue): \($0.id)" }.joined(separator: ", ")
    return """
      # A simulated wafer, seed \(seed).
      device: MPW-17
      layout:
        file: layout.gds
        cell: \(DieLayout.topCell)
        layers: {\(layers)}
      scan:
        pixel_size_um: \(settings.pixelSizeUm)
      golden:
        baseline: table
      matching:
        search: 10%
      outputs: [html, json]

      """
  }
}
