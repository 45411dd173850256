import ArgumentParser
import Foundation
import Inspection
import Raster

@main
struct GoldenDie: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "goldendie",
    abstract: "Inspects wafers that have no known-good die, by comparing scans with their CAD.",
    discussion: """
      EXAMPLES
        goldendie inspect scans/*.png --recipe recipe.yaml --output results
        goldendie watch inbox --recipe recipe.yaml --output results
        goldendie layout info layout.gds

      EXIT CODES
        0 done, 64 bad usage, 65 bad input data, 66 missing input, 70 internal error,
        75 try again: output not writable, disk full, or inbox in use
      """,
    version: Device.program,
    subcommands: [
      InspectCommand.self, TrainCommand.self, CalibrateCommand.self, EvaluateCommand.self,
      ExplainCommand.self, WatchCommand.self, ReportCommand.self, ExportCommand.self,
      DecideCommand.self, ImportCommand.self, AuditCommand.self,
      GoldenCommand.self, LayoutCommand.self, ModelCommand.self, SimulateCommand.self,
      DoctorCommand.self,
    ])

  /// Parses, runs, and tells every failure in one line and an exit code.
  static func main() {
    FreedMemory.keep()
    var command: any ParsableCommand
    do {
      command = try parseAsRoot()
    } catch {
      let status = exitCode(for: error).rawValue
      if status == 0 {
        print(fullMessage(for: error))
        Foundation.exit(0)
      }
      let sentence = message(for: error).split(whereSeparator: \.isNewline).first ?? ""
      Failure(.usage, "\(sentence); see '\(asked) --help'").exit()
    }
    do {
      try command.run()
    } catch let told as ExitCode {
      Foundation.exit(told.rawValue)
    } catch {
      if exitCode(for: error) != .success { Failure(error).exit() }
      // A command that only leads to others shows its help.
      print(fullMessage(for: error))
    }
  }

  /// The command that was asked for, as far as it can be made out.
  private static var asked: String {
    var (words, level) = (["goldendie"], configuration.subcommands)
    for word in CommandLine.arguments.dropFirst() {
      guard let next = level.first(where: { $0.configuration.commandName == word }) else { break }
      words.append(word)
      level = next.configuration.subcommands
    }
    return words.joined(separator: " ")
  }
}
