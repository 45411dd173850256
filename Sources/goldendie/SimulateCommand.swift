import ArgumentParser
import Foundation
import Simulation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Makes scans whose defects are known.",
    subcommands: [Wafer.self, Defects.self], defaultSubcommand: Wafer.self)

  struct Wafer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "wafer",
      abstract: "Makes a synthetic wafer: layout, recipe, scans with defects, and the truth.",
      discussion: "The same seed and options always give the same wafer.")

    @Option(help: "The folder to fill; it must be empty or missing.")
    var output: String

    @Option(help: "The number that all randomness follows from.")
    var seed: UInt64

    @Option(help: "How many scans, one a die.")
    var dies = SimulationSettings().dies

    @Option(
      help: ArgumentHelp(
        "How many of the first dies have no defect (default: 1, or 0 where there is one die).",
        valueName: "n"))
    var cleanDies: Int?

    @Option(help: "Pixels of a scan, columns and rows, or one number for both.")
    var size = PixelSize(width: SimulationSettings().width, height: SimulationSettings().height)

    @Option(help: ArgumentHelp("µm a pixel.", valueName: "um"))
    var pixelSize = SimulationSettings().pixelSizeUm

    @Option(
      help: ArgumentHelp(
        "Defects on each scan that has any, where there is room for them (default: nine a Mpx).",
        valueName: "n"))
    var defectsPerScan: Int?

    @Option(
      help: ArgumentHelp(
        "Defects of the reticle, which every die shows at the same place of the layout, clean ones too.",
        valueName: "n"))
    var repeatedDefects = 0

    @Option(
      help: ArgumentHelp(
        "By how much edges lie further out or in from die to die, µm, standard deviation.",
        valueName: "um"))
    var edgeVariation = SimulationSettings().dieEtchBiasUm

    @Flag(help: "Also write each scan without its defects.")
    var cleanTwins = false

    @Option(
      help: ArgumentHelp(
        "More photographs of each die that differ from the scan by noise alone, in 'repeats'.",
        valueName: "n"))
    var repeats = 0

    /// Columns and rows, written `900x700`, or `900` for a square.
    struct PixelSize: ExpressibleByArgument, CustomStringConvertible {
      var width: Int
      var height: Int

      init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

      init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count <= 2, let width = parts[0], let height = parts[parts.count - 1] else {
          return nil
        }
        self.init(width: width, height: height)
      }

      var description: String { "\(width)x\(height)" }
      var defaultValueDescription: String { description }
    }

    func validate() throws {
      guard (1...9999).contains(dies) else { throw ValidationError("--dies is 1 to 9999.") }
      guard (64...65536).contains(size.width), (64...65536).contains(size.height) else {
        throw ValidationError("--size is 64x64 to 65536x65536 pixels.")
      }
      guard pixelSize >= 0.05, pixelSize <= 20 else {
        throw ValidationError("--pixel-size is 0.05 to 20 µm.")
      }
      if let defectsPerScan, !(0...9999).contains(defectsPerScan) {
        throw ValidationError("--defects-per-scan is 0 to 9999.")
      }
      guard (0...999).contains(repeatedDefects) else {
        throw ValidationError("--repeated-defects is 0 to 999.")
      }
      guard (0...5).contains(edgeVariation) else {
        throw ValidationError("--edge-variation is 0 to 5 µm.")
      }
      guard (0...99).contains(repeats) else { throw ValidationError("--repeats is 0 to 99.") }
      if let cleanDies, cleanDies < 0 { throw ValidationError("--clean-dies is 0 or more.") }
    }

    func run() throws {
      var settings = SimulationSettings()
      settings.dies = dies
      settings.cleanDies = cleanDies ?? (dies > 1 ? 1 : 0)
      (settings.width, settings.height) = (size.width, size.height)
      settings.pixelSizeUm = pixelSize
      settings.defectsPerScan = defectsPerScan
      settings.repeatedDefects = repeatedDefects
      settings.dieEtchBiasUm = edgeVariation
      settings.writesCleanTwins = cleanTwins
      settings.repeats = repeats
      settings.growDieToField()
      let showsProgress = isatty(STDERR_FILENO) == 1
      do {
        let wafer = try SimulatedWafer(seed: seed, settings: settings)
        try wafer.write(to: URL(filePath: output)) { done, all in
          guard showsProgress else { return }
          let end = done == all ? "\n" : ""
          FileHandle.standardError.write(Data("\r\(done) of \(all) scans\(end)".utf8))
        }
      } catch let error as SimulationError {
        FileHandle.standardError.write(Data("goldendie: \(error)\n".utf8))
        throw ExitCode(error.code == .notEmpty ? 65 : 70)
      }
    }
  }
}
