import ArgumentParser
import Foundation
import Inspection
import Matching
import Records

extension EvaluateCommand {
  struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "pairs",
      abstract: "Compares boards with their templates, and judges the findings by lists of boxes.",
      discussion:
        "The folder holds NAME_temp.jpg, NAME_test.jpg and NAME.txt with 'x1 y1 x2 y2' a line, as DeepPCB does. "
        + "Classes are ignored; boxes are the same when they share more than 0.33 of their union.")

    @Argument(help: ArgumentHelp("The folder.", valueName: "folder"))
    var folder: String

    @Option(help: "How the name of a template ends.")
    var template = "_temp"

    @Option(help: "How the name of a board ends.")
    var board = "_test"

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("How the names of pairs begin (default: all).", valueName: "prefix"))
    var only: [String] = []

    @Option(help: "By how much a finding's box is widened before it is judged, pixels.")
    var margin = 10

    @Option(help: "Tolerance band, pixels.")
    var band = TemplateComparison.Settings().bandPx

    @Option(help: "Greatest local shift, pixels.")
    var shift = TemplateComparison.Settings().radius

    @Option(help: "Least difference, in grey levels of 255.")
    var leastContrast = TemplateComparison.Settings().leastContrast

    @Option(help: "Least area of a finding, pixels beyond the band.")
    var leastArea = TemplateComparison.Settings().leastAreaPx

    @Option(help: "Least area that differs at all about a finding, band or not, pixels.")
    var leastDiffering = TemplateComparison.Settings().leastDifferingPx

    @Flag(help: "Print the record as JSON.")
    var json = false

    func validate() throws {
      guard (0...64).contains(band), (0...7).contains(shift), (0...1000).contains(margin) else {
        throw ValidationError(
          "band and margin are a few pixels, a shift at most 7, and none is below 0")
      }
    }

    func run() throws {
      let contest = try PairContest(
        URL(filePath: folder, directoryHint: .isDirectory), template: template, board: board,
        prefixes: only)
      var settings = TemplateComparison.Settings()
      (settings.bandPx, settings.radius) = (band, shift)
      (settings.leastContrast, settings.leastAreaPx) = (leastContrast, leastArea)
      settings.leastDifferingPx = leastDiffering
      let line = ProgressLine()
      let record = try contest.judged(settings: settings, margin: margin) { name, number in
        line.show("\(name), \(number) of \(contest.count)")
      }
      line.clear()
      guard !json else {
        print(String(decoding: try record.json(), as: UTF8.self), terminator: "")
        return
      }
      print(
        "\(record.pairs) pairs, \(record.mpx.digits(1)) Mpx, \(record.mpxPerSecond.digits(1)) Mpx/s: F \(record.f1.digits(3)), "
          + "precision \(record.precision.digits(3)), recall \(record.recall.digits(3)), any overlap "
          + "\(record.overlapRecall.digits(3)), \(record.falseAlarmsPerMpx.digits(2)) false alarms/Mpx"
      )
    }
  }
}
