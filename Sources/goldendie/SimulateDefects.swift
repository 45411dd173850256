import ArgumentParser
import Foundation
import Inspection

extension SimulateCommand {
  struct Defects: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "defects",
      abstract: "Puts defects into photographs of a drawn layer, and tells the truth about them.",
      discussion:
        "Bridges, closed gaps, breaks, bites, lumps, pinholes, dust, flakes and films, as bright, blurred and noisy as each "
        + "photograph itself. 'evaluate' judges by what is written. The same seed always gives the same defects."
    )

    @Option(help: ArgumentHelp("The recipe that says how to inspect (YAML).", valueName: "file"))
    var recipe: String

    @Option(help: ArgumentHelp("The folder of photographs.", valueName: "folder"))
    var scans: String

    @Option(help: "The folder to fill; it must be empty or missing.")
    var output: String

    @Option(help: "The number that all randomness follows from.")
    var seed: UInt64

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Names of the photographs to put defects into, or parts of names (default: all but the clean ones).",
        valueName: "name"))
    var only: [String] = []

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Names of photographs that are only copied, to calibrate on (default: none).",
        valueName: "name"))
    var clean: [String] = []

    @Option(help: "Defects in each photograph, where there is room for them.")
    var defectsPerScan = MarredPhotographs.Settings(seed: 0).flaws

    @Option(help: "The recipe's name of the layer that shows (default: the only one).")
    var layer: String?

    func validate() throws {
      guard (0...9999).contains(defectsPerScan) else {
        throw ValidationError("--defects-per-scan is 0 to 9999.")
      }
    }

    func run() throws {
      var settings = MarredPhotographs.Settings(seed: seed)
      (settings.flaws, settings.layer) = (defectsPerScan, layer)
      let marring = try MarredPhotographs(
        device: try Device(recipe: URL(filePath: recipe)), settings: settings)
      let clean = clean.isEmpty ? [] : try ScanFiles.files(in: scans, named: clean)
      let marred = try ScanFiles.files(in: scans, named: only).filter { !clean.contains($0) }
      let line = ProgressLine()
      let (count, refused) = try marring.write(
        marred, clean: clean, to: URL(filePath: output, directoryHint: .isDirectory)
      ) { name, number, all in line.show("\(name), \(number) of \(all)") }
      line.clear()
      for scan in refused { Console.tell("left out: \(scan.name): \(scan.reason)") }
      print("\(count) defects in \(marred.count) photographs")
    }
  }
}
