public import Foundation
public import Logging

/// A folder whose scans are inspected as they arrive.
///
/// A scan is a regular file that is no link, no dot-file, no `.json` sidecar and no `.tmp`, `.part` or `.done`. It is ready
/// when it and its sidecar have kept size and time over some polls, or at once when `scan.tif.done` lies beside
/// `scan.tif`. A ready scan is moved with its sidecar to `.working/`, inspected, and moved on to `processed/`, or to
/// `failed/` with one line in `scan.tif.reason.txt` that says why. These folders are made inside the inbox, so that every
/// move is a rename. Nothing is overwritten: where a name is taken, `scan.tif` becomes `scan-2.tif`.
///
/// A run that was killed leaves its scan in `.working/`, and the next one takes it up again. Of several that watch one
/// inbox, one works and the others wait for its end.
///
/// A sidecar that is to count must be there before its scan is ready. It moves with the scan, and is copied while another
/// scan of that name without extension waits in the inbox.
public final class WatchFolder {
  /// When a folder is looked at.
  public struct Settings: Codable, Sendable, Equatable {
    /// Seconds between two polls.
    ///
    /// The default is 2.
    public var pollSeconds = 2.0
    /// Further polls, after the first that saw a file, over which it must stay as it was.
    ///
    /// The default is 2.
    public var stablePolls = 2

    /// The default settings.
    public init() {}
  }

  /// What became of a scan.
  public enum Outcome: Sendable, Equatable {
    /// Inspected: it goes to `processed/`.
    case done
    /// Not inspectable or unreadable: it goes to `failed/` with this reason.
    case refused(String)
  }

  /// How many scans went where.
  public struct Tally: Sendable, Equatable {
    /// Scans moved to `processed/`.
    public var done = 0
    /// Scans moved to `failed/`.
    public var refused = 0

    /// No scan yet.
    public init() {}
  }

  /// Inspects a scan at its place in `.working/`, where it has the name it had in the inbox.
  ///
  /// An error is a refusal with the error's description as the reason; `CancellationError` leaves the scan in `.working/`, to
  /// be taken up at the next start. The scan must not be changed or moved.
  public typealias Process = (URL) throws -> Outcome

  /// The folder watched.
  public let inbox: URL
  let settings: Settings
  let logger: Logger
  /// Ours alone while it lives; nil until the inbox could be opened.
  private var lock: FolderLock?
  /// How often each waiting file was seen unchanged.
  private var sightings: [String: Sighting] = [:]
  /// Scans in `.working/` left by a killed run, oldest name first.
  private var leftovers: [Claim] = []
  /// Scans with their outcome that could not be moved on.
  private var unsettled: [(claim: Claim, outcome: Outcome)] = []
  /// Troubles with single scans that were logged, for they come again at every poll.
  private var complaints: Set<String> = []

  /// A folder to be watched; nothing is read or made before the first poll.
  public init(inbox: URL, settings: Settings = Settings(), logger: Logger) {
    precondition(settings.pollSeconds > 0, "the time between two polls is positive")
    precondition(settings.stablePolls >= 0, "a file can't be stable over fewer than no polls")
    self.inbox = inbox.standardizedFileURL.absoluteURL
    (self.settings, self.logger) = (settings, logger)
  }

  /// Watches until told to stop, which is asked between scans and several times a second.
  ///
  /// An inbox that is gone or unreadable is logged once, and tried again at every poll.
  public func run(isStopped: () -> Bool, process: Process) {
    var trouble: ServiceError?
    logger.info("watching \(inbox.path)")
    while !isStopped() {
      do {
        _ = try poll(isStopped: isStopped, process: process)
        if trouble != nil { logger.info("watching \(inbox.path) again") }
        trouble = nil
      } catch {
        if trouble != error { logger.error("\(error); trying again") }
        trouble = error
      }
      pause(isStopped: isStopped)
    }
    logger.info("stopped watching \(inbox.path)")
  }

  /// Inspects what is there, waiting for files to become stable but not for new ones, and returns.
  ///
  /// Files that are still being written are left for the next time.
  ///
  /// - Throws: `ServiceError` when the inbox is gone, unreadable, or watched by another.
  public func drain(isStopped: () -> Bool = { false }, process: Process) throws(ServiceError)
    -> Tally
  {
    var tally = Tally()
    for round in 0...settings.stablePolls where !isStopped() {
      if round > 0 { pause(isStopped: isStopped) }
      let moved = try poll(isStopped: isStopped, process: process)
      tally.done += moved.done
      tally.refused += moved.refused
      if sightings.isEmpty { break }
    }
    return tally
  }

  /// Looks once, and inspects what is ready, oldest first.
  ///
  /// - Throws: `ServiceError` when the inbox is gone, unreadable, or watched by another.
  public func poll(isStopped: () -> Bool = { false }, process: Process) throws(ServiceError)
    -> Tally
  {
    try open()
    var tally = Tally()
    for (claim, outcome) in exchange(&unsettled, with: []) { settle(claim, outcome, &tally) }
    while !leftovers.isEmpty, !isStopped() {
      let claim = leftovers.removeFirst()
      logger.notice("taking up \(claim.name) again")
      work(on: claim, process, &tally)
    }
    for name in try readyScans() where !isStopped() {
      // The scans before it may have taken long.
      guard FileState(inbox.appending(path: name)) == sightings[name]?.scan else { continue }
      do {
        let claim = try Claim.take(name, from: inbox)
        sightings[name] = nil
        work(on: claim, process, &tally)
      } catch {
        complain("\(name) can't be moved to .working: \(error.localizedDescription); trying again")
      }
    }
    return tally
  }

  /// Makes the folders, and the inbox ours, unless that was done and still holds.
  private func open() throws(ServiceError) {
    if let lock, lock.holds { return }
    (lock, sightings, unsettled, complaints) = (nil, [:], [], [])
    guard
      FileState(inbox)?.kind == .folder
        || FileState(inbox.resolvingSymlinksInPath())?.kind == .folder
    else { throw ServiceError(.noSuchInbox, path: inbox.path, detail: "no such folder") }
    do {
      for name in [".working", "processed", "failed"] {
        let folder = inbox.appending(path: name)
        // Not with intermediate folders: an inbox that vanishes just now must not come back on another disk.
        if FileState(folder) == nil {
          try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        }
      }
    } catch {
      throw ServiceError(
        .unreadable, path: inbox.path, detail: "can't be written to: \(error.localizedDescription)")
    }
    lock = try FolderLock(inbox.appending(path: ".working/.lock"))
    leftovers = Claim.leftovers(in: inbox)
  }

  /// The names of the scans that have stayed as they were, oldest first.
  private func readyScans() throws(ServiceError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: inbox.path)
    } catch {
      lock = nil
      throw ServiceError(
        .unreadable, path: inbox.path, detail: "can't be read: \(error.localizedDescription)")
    }
    let present = Set(names)
    var seen: [String: Sighting] = [:]
    for name in names {
      guard let scan = Claim.scanState(inbox.appending(path: name)) else { continue }
      let sidecar = Claim.sidecar(of: inbox.appending(path: name)).flatMap(FileState.init)
      let before = sightings[name].flatMap {
        $0.scan == scan && $0.sidecar == sidecar ? $0.count : nil
      }
      seen[name] = Sighting(
        scan: scan, sidecar: sidecar, count: (before ?? -1) + 1,
        isDeclaredDone: present.contains(name + ".done"))
    }
    sightings = seen
    return seen.filter { $0.value.isDeclaredDone || $0.value.count >= settings.stablePolls }
      .sorted { ($0.value.scan.time, $0.key) < ($1.value.scan.time, $1.key) }
      .map(\.key)
  }

  /// Inspects a scan and moves it on.
  private func work(on claim: Claim, _ process: Process, _ tally: inout Tally) {
    let before = FileState(claim.scan)
    let outcome: Outcome
    do {
      logger.info("inspecting \(claim.name)")
      outcome = try process(claim.scan)
    } catch is CancellationError {
      logger.notice("\(claim.name) was interrupted, and is taken up at the next start")
      return
    } catch {
      outcome = .refused("\(error)")
    }
    guard FileState(claim.scan) == before else {
      // Its writer was slower than the polls: what was inspected is not what it is now.
      do {
        try claim.move(to: inbox)
        logger.warning("\(claim.name) changed while it was inspected, and is back in the inbox")
      } catch {
        logger.error("\(claim.name) can't be moved back: \(error.localizedDescription)")
      }
      return
    }
    settle(claim, outcome, &tally)
  }

  /// Moves an inspected scan to where its outcome says.
  private func settle(_ claim: Claim, _ outcome: Outcome, _ tally: inout Tally) {
    do {
      switch outcome {
      case .done:
        let name = try claim.move(to: inbox.appending(path: "processed"))
        logger.info("processed/\(name)")
        tally.done += 1
      case .refused(let reason):
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        let name = try claim.move(to: inbox.appending(path: "failed"), reason: line)
        logger.warning("failed/\(name): \(line)")
        tally.refused += 1
      }
    } catch {
      complain("\(claim.name) can't be moved on: \(error.localizedDescription); trying again")
      unsettled.append((claim, outcome))
    }
  }

  private func complain(_ sentence: String) {
    if complaints.insert(sentence).inserted { logger.error("\(sentence)") }
  }

  /// Waits for the time between two polls, or less when told to stop.
  private func pause(isStopped: () -> Bool) {
    let end = ContinuousClock.now + .seconds(settings.pollSeconds)
    while ContinuousClock.now < end, !isStopped() {
      Thread.sleep(forTimeInterval: min(0.1, settings.pollSeconds))
    }
  }
}

/// A waiting file as it was last seen.
private struct Sighting {
  let scan: FileState
  let sidecar: FileState?
  /// Polls since it was first seen so.
  let count: Int
  let isDeclaredDone: Bool
}

private func exchange<T>(_ value: inout T, with new: T) -> T {
  defer { value = new }
  return value
}
