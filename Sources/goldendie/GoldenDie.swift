import ArgumentParser
import Foundation

@main
struct GoldenDie: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "goldendie",
    abstract: "Inspects wafers that have no known-good die, by comparing scans with their CAD.",
    version: "0.1.0",
    subcommands: [InspectCommand.self])
}
