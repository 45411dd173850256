import ArgumentParser
import Foundation
import Inspection
import Logging
import Records
import Reports
import Service

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Inspects scans as they arrive in a folder, for ever.",
    discussion: """
      A scan that has stopped growing, or has a scan.tif.done beside it, is inspected and moved \
      to INBOX/processed, or to INBOX/failed with the reason beside it. SIGINT or SIGTERM ends \
      the watch after the scan at hand; a second one ends it at once, and the scan is taken up \
      again at the next start. So it is when the output can't be written: the watch ends with \
      exit code 75.

      EXAMPLES
        goldendie watch inbox --recipe recipe.yaml --output results
        goldendie watch inbox --recipe recipe.yaml --output results --once
      """)

  @Argument(help: "The folder that scans arrive in.", completion: .directory)
  var inbox: String

  @OptionGroup var options: InspectionOptions

  @Flag(help: "Inspect what is there and end.")
  var once = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seconds between two looks into the inbox.", valueName: "seconds"))
  var poll = WatchFolder.Settings().pollSeconds

  func validate() throws {
    guard poll > 0, poll <= 86_400 else {
      throw ValidationError("--poll is a number of seconds above 0, up to a day, not \(poll)")
    }
  }

  func run() throws {
    let device = try Device(recipe: options.recipeFile)
    let folder = URL(filePath: inbox, directoryHint: .isDirectory)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure(.missingInput, "\(inbox): no such folder")
    }
    try options.checkOutput()
    let logger = Logger(label: "goldendie") { StreamLogHandler.standardError(label: $0) }
    var settings = WatchFolder.Settings()
    settings.pollSeconds = poll
    let signals = StopSignals { logger.notice("stopping after the scan at hand") }
    let watch = WatchFolder(inbox: folder, settings: settings, logger: logger)
    let desk = InspectionDesk(device: device, options: options, inbox: inbox)
    let isStopped = { signals.isStopped || desk.trouble != nil }
    if once {
      let tally = try watch.drain(isStopped: isStopped, process: desk.inspect)
      if desk.trouble == nil {
        logger.info("\(tally.done) processed, \(tally.refused) failed")
      }
    } else {
      watch.run(isStopped: isStopped, process: desk.inspect)
    }
    if let trouble = desk.trouble { throw trouble }
  }
}

/// Inspects the scans of an inbox one after the other into one output folder.
private final class InspectionDesk {
  /// Why no further result can be written.
  private(set) var trouble: Failure?

  private let device: Device
  private let options: InspectionOptions
  private let inbox: String
  /// Nil until the first scan: only then is the inbox ours alone.
  private var index: IndexPage?

  init(device: Device, options: InspectionOptions, inbox: String) {
    (self.device, self.options, self.inbox) = (device, options, inbox)
  }

  /// Inspects a scan in the inbox's working folder.
  func inspect(_ scan: URL) throws -> WatchFolder.Outcome {
    let name = scan.lastPathComponent
    let path = (inbox as NSString).appendingPathComponent(name)
    do {
      var index = try openIndex()
      let place = OutputFolder.name(forScan: name)
      if let other = index.entries.first(where: { $0.folder == place && $0.scan != name }) {
        throw InspectionError(
          .sameName, path: path,
          "its results would go into the folder '\(place)', where those of \(other.scan) are")
      }
      let result = try device.inspect(scan, recordedAs: path)
      let folder = try result.write(into: options.outputFolder, outputs: device.recipe.outputs)
      index.put(IndexEntry(record: result.record, folder: folder.lastPathComponent))
      try index.write(into: options.outputFolder)
      self.index = index
      if let reason = result.record.reason { return .refused("not inspectable: \(reason)") }
      return .done
    } catch let error as ReportError {
      // Nothing is wrong with the scan: it waits until the output can be written.
      trouble = Failure(writing: error)
      throw CancellationError()
    } catch {
      // The scan is told of by the place where it was dropped.
      let sentence = Failure(error).sentence
      return .refused(
        [scan.path, scan.relativePath].reduce(sentence) { $0.replacing($1, with: path) })
    }
  }

  private func openIndex() throws -> IndexPage {
    if let index { return index }
    try OutputFolder.clearLeftovers(in: options.outputFolder)
    let found = try options.existingIndex()
    index = found
    return found
  }
}
