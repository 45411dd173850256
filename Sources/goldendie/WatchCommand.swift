import ArgumentParser
import Foundation
import Inspection
import Logging
import Records
import Reports
import Service
import ServiceLifecycle
import Synchronization
import UnixSignals

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Inspects scans as they arrive in a folder, for ever.",
    discussion: """
      A scan that has stopped growing, or has a scan.tif.done beside it, is inspected and moved \
      to INBOX/processed, or to INBOX/failed with the reason beside it. Folders in the inbox are \
      lots; the output gets the same ones. Every result is recorded in OUTPUT/records.sqlite with \
      an entry of the audit chain, and a scan whose content was inspected before by the same \
      recipe and models is not inspected again.

      SIGINT or SIGTERM ends the watch after the scans at hand; those that are not finished within \
      --grace seconds go back to the inbox as if they had not been begun. At a second signal they \
      go back at once, unless their results are being written; a third ends the program, and they \
      are taken up at the next start. While output, records or recipe can't be used, scans wait; \
      with --once the exit code is 75 then.

      EXAMPLES
        goldendie watch inbox --recipe recipe.yaml --output results
        goldendie watch inbox --recipe recipe.yaml --output results --once
        goldendie watch /srv/inbox --recipe /etc/goldendie/mpw.yaml --output /srv/results \\
          --print-unit > /etc/systemd/system/goldendie.service
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

  @Option(help: ArgumentHelp("Scans inspected at once at most.", valueName: "count"))
  var workers = WatchService.Settings().workers

  @Option(
    help: ArgumentHelp(
      "A folder of recipes, NAME.yaml, that a sidecar's 'recipe' or a folder's name asks for.",
      valueName: "folder"), completion: .directory)
  var recipes: String?

  @Option(
    help: ArgumentHelp(
      "A folder of the inbox that goes before others, and how far: 'hot=10'.",
      valueName: "name=number"))
  var priority: [String] = []

  @Option(help: ArgumentHelp("Serve Prometheus metrics on this loopback port.", valueName: "port"))
  var metricsPort: UInt16?

  @Option(help: ArgumentHelp("How the log is written: text or json.", valueName: "form"))
  var log = LogForm.text

  @Option(
    help: ArgumentHelp("Free space of the output that is to stay free, MB.", valueName: "MB"))
  var leastFree = 500

  @Option(help: ArgumentHelp("Greatest file that is taken in, MB.", valueName: "MB"))
  var greatestFile = 16_384

  @Option(
    help: ArgumentHelp(
      "Time that scans at hand get to be finished when the watch is to end.", valueName: "seconds"))
  var grace = Int(WatchService.Settings().graceSeconds)

  @Flag(help: "Print a systemd unit that runs this command, and end.")
  var printUnit = false

  func validate() throws {
    guard poll > 0, poll <= 86_400 else {
      throw ValidationError("--poll is a number of seconds above 0, up to a day, not \(poll)")
    }
    guard (1...64).contains(workers) else {
      throw ValidationError("--workers is a number from 1 to 64, not \(workers)")
    }
    guard leastFree >= 0, greatestFile > 0 else {
      throw ValidationError("--least-free and --greatest-file are numbers of MB")
    }
    guard (0...86_400).contains(grace) else {
      throw ValidationError("--grace is a number of seconds up to a day, not \(grace)")
    }
    _ = try priorities
  }

  private var priorities: [String: Int] {
    get throws {
      var found: [String: Int] = [:]
      for word in priority {
        let parts = word.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let number = Int(parts[1]) else {
          throw ValidationError(
            "--priority is a folder's name and a number, 'hot=10', not '\(word)'")
        }
        found[String(parts[0])] = number
      }
      return found
    }
  }

  func run() throws {
    if printUnit { return print(SystemdUnit(command: self).text, terminator: "") }
    // A recipe that can't be used now is told before the service counts as started.
    _ = try Device(recipe: options.recipeFile)
    let folder = URL(filePath: inbox, directoryHint: .isDirectory)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure(.missingInput, "\(inbox): no such folder")
    }
    try options.checkOutput()
    let form = log
    let logger = Logger(label: "goldendie") { form.handler(label: $0) }
    var settings = WatchFolder.Settings()
    (settings.pollSeconds, settings.priorities) = (poll, try priorities)
    var deskSettings = InspectionDesk.Settings()
    deskSettings.leastFreeBytes = leastFree * 1_000_000
    deskSettings.greatestBytes = greatestFile * 1_000_000
    let shelf = RecipeShelf(
      standard: options.recipeFile,
      folder: recipes.map { URL(filePath: $0, directoryHint: .isDirectory) })
    let desk = InspectionDesk(
      shelf: shelf, output: options.outputFolder, inbox: inbox,
      book: RecordBook(in: options.outputFolder), settings: deskSettings,
      priorities: Set(settings.priorities.keys), logger: logger)
    let watch = WatchFolder(inbox: folder, settings: settings, logger: logger)
    var serviceSettings = WatchService.Settings()
    (serviceSettings.workers, serviceSettings.once) = (workers, once)
    (serviceSettings.metricsPort, serviceSettings.graceSeconds) = (metricsPort, Double(grace))
    let environment = ProcessInfo.processInfo.environment
    let service = WatchService(
      watch, desk, settings: serviceSettings,
      notifier: SystemdNotifier(
        socketPath: environment["NOTIFY_SOCKET"],
        watchdogMicroseconds: environment["WATCHDOG_USEC"]), logger: logger)
    try run(service, logger)
    if once {
      if let trouble = desk.trouble { throw Failure(.tryAgain, trouble) }
      if watch.unsettledScans > 0 {
        throw Failure(.tryAgain, "\(inbox): \(watch.unsettledScans) scans can't be moved on")
      }
      logger.info("\(watch.tally.done) processed, \(watch.tally.refused) failed")
    }
    // Nothing more is to be done, and what still computes must not be waited for, nor see its world taken down.
    if service.isCutShort { _exit(0) }
  }

  /// Runs the service until it ends or a signal comes.
  private func run(_ service: WatchService, _ logger: Logger) throws {
    // The group hears the first signal too; one that comes before it listens must not be lost.
    let signals = StopSignals(told: [{ service.stop() }, { service.hurry() }])
    defer { withExtendedLifetime(signals) {} }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: service, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        ], gracefulShutdownSignals: [.sigint, .sigterm],
        logger: Logger(label: "goldendie.group") { _ in SwiftLogNoOpLogHandler() }))
    let outcome = Mutex<Result<Void, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task {
      let result: Result<Void, any Error>
      do {
        try await group.run()
        result = .success(())
      } catch {
        result = .failure(error)
      }
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    try outcome.withLock { $0 }?.get()
  }
}
