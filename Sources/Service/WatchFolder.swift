public import Foundation
public import Logging
import Synchronization

/// A folder whose scans are inspected as they arrive.
///
/// A scan is a regular file, in the inbox or in folders below it, that is no link, no dot-file, no `.json` sidecar and no
/// `.tmp`, `.part` or `.done`. It is ready when it and its sidecar have kept size and time over some looks, or at once when
/// `scan.tif.done` lies beside `scan.tif`. A ready scan is moved with its sidecar to `.working/`, inspected, and moved on to
/// `processed/`, or to `failed/` with one line in `scan.tif.reason.txt` that says why. These folders are made inside the
/// inbox, so that every move is a rename, and keep the folders that the scan lay in. Nothing is overwritten: where a name is
/// taken, `scan.tif` becomes `scan-2.tif`. Links are never followed.
///
/// A run that was killed leaves its scans in `.working/`, and the next one takes them up again. Of several that watch one
/// inbox, one works and the others wait for its end.
///
/// A sidecar that is to count must be there before its scan is ready. It moves with the scan, and is copied while another
/// scan of that name without extension waits in the folder.
///
/// `look()` is for one thread; `next()`, `settle(_:_:)` and the like may be called from any.
public final class WatchFolder: Sendable {
  /// When a folder is looked at, and what is taken first.
  public struct Settings: Codable, Sendable, Equatable {
    /// Seconds between two looks.
    ///
    /// The default is 2.
    public var pollSeconds = 2.0
    /// Further looks, after the first that saw a file, over which it must stay as it was.
    ///
    /// The default is 2.
    public var stablePolls = 2
    /// How far below the inbox scans are looked for, in folders.
    ///
    /// The default is 4.
    public var depth = 4
    /// How many waiting files are kept in mind; further ones are seen when those are gone.
    ///
    /// The default is 4096.
    public var queueLimit = 4096
    /// Which folders go first, by the name of any folder on the way to the scan: the greater number; others have 0.
    ///
    /// The default is none.
    public var priorities: [String: Int] = [:]

    /// The default settings.
    public init() {}
  }

  /// What became of a scan.
  public enum Outcome: Sendable, Equatable {
    /// Inspected: it goes to `processed/`.
    case done
    /// Not inspectable or unreadable: it goes to `failed/` with this reason.
    case refused(String)
    /// Something else is wrong: it stays in `.working/`, and comes again after some seconds.
    case postponed(seconds: Double)
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

  /// Inspects a claimed scan at its place in `.working/`.
  ///
  /// An error is a refusal with the error's description as the reason; `CancellationError` leaves the scan in `.working/`, to
  /// be taken up at the next start. The scan must not be changed or moved.
  public typealias Process = (Claim) throws -> Outcome

  /// The folder watched.
  public let inbox: URL
  let settings: Settings
  let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// Ours alone while it lives; nil until the inbox could be opened.
    var lock: FolderLock?
    /// How often each waiting file was seen unchanged.
    var sightings: [String: Sighting] = [:]
    /// What is ready, the next one last.
    var ready: [String] = []
    /// Scans in `.working/` left by a killed run, the next one last.
    var leftovers: [Claim] = []
    /// Scans that come again, with the time.
    var postponed: [(claim: Claim, due: ContinuousClock.Instant)] = []
    /// Scans with their outcome that could not be moved on.
    var unsettled: [(claim: Claim, outcome: Outcome)] = []
    /// Troubles with single scans that were logged, for they come again at every look.
    var complaints: Set<String> = []
    /// Claims being worked on, with their file's state when they were taken.
    var working: [String: FileState] = [:]
    var tally = Tally()
  }

  /// A folder to be watched; nothing is read or made before the first look.
  public init(inbox: URL, settings: Settings = Settings(), logger: Logger) {
    precondition(settings.pollSeconds > 0, "the time between two looks is positive")
    precondition(settings.stablePolls >= 0, "a file can't be stable over fewer than no looks")
    self.inbox = inbox.standardizedFileURL.absoluteURL
    (self.settings, self.logger) = (settings, logger)
  }

  /// How many scans went where since the start.
  public var tally: Tally { state.withLock { $0.tally } }

  /// Scans that wait, and for how long the oldest has, in seconds by the clock of its file.
  public func queue(at time: Date = Date()) -> (scans: Int, oldestSeconds: Double) {
    state.withLock { state in
      let oldest = state.sightings.values.map(\.scan.time).min()
      let age = oldest.map { time.timeIntervalSince1970 - Double($0) / 1e9 } ?? 0
      return (state.sightings.count + state.leftovers.count + state.postponed.count, max(0, age))
    }
  }

  /// Scans that are done with and could not be moved on yet.
  public var unsettledScans: Int { state.withLock { $0.unsettled.count } }

  /// Whether anything waits that a drain must wait for.
  var isIdle: Bool {
    state.withLock {
      $0.sightings.isEmpty && $0.leftovers.isEmpty && $0.postponed.isEmpty && $0.working.isEmpty
    }
  }

  /// Whether a scan could be claimed now.
  var isAnythingDue: Bool {
    state.withLock { state in
      !state.ready.isEmpty || !state.leftovers.isEmpty
        || state.postponed.contains { $0.due <= ContinuousClock.now }
    }
  }

  /// Seconds until a postponed scan is due; nil when there is none.
  var secondsToNext: Double? {
    let due = state.withLock { $0.postponed.map(\.due).min() }
    return due.map { max(0, ($0 - ContinuousClock.now) / .seconds(1)) }
  }

  /// Whether scans are at hand that are no longer in the inbox.
  var isHolding: Bool {
    state.withLock { !$0.postponed.isEmpty || !$0.working.isEmpty || !$0.leftovers.isEmpty }
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
      if round > 0 { Thread.sleep(forTimeInterval: settings.pollSeconds) }
      let moved = try poll(isStopped: isStopped, process: process)
      tally.done += moved.done
      tally.refused += moved.refused
      if isIdle { break }
    }
    return tally
  }

  /// Looks once, and inspects what is ready one after the other.
  ///
  /// - Throws: `ServiceError` when the inbox is gone, unreadable, or watched by another.
  public func poll(isStopped: () -> Bool = { false }, process: Process) throws(ServiceError)
    -> Tally
  {
    let before = tally
    try look()
    while !isStopped(), let claim = next() { work(on: claim, process) }
    let after = tally
    var moved = Tally()
    (moved.done, moved.refused) = (after.done - before.done, after.refused - before.refused)
    return moved
  }

  /// Inspects a claimed scan and moves it on.
  public func work(on claim: Claim, _ process: Process) {
    do {
      logger.info("inspecting \(claim.name)")
      settle(claim, try process(claim))
    } catch is CancellationError {
      // Nothing to be said of one that was given back meanwhile.
      if state.withLock({ $0.working.removeValue(forKey: claim.id) }) != nil {
        logger.notice("\(claim.name) was interrupted, and is taken up at the next start")
      }
    } catch {
      settle(claim, .refused("\(error)"))
    }
  }

  /// Makes the folders, and the inbox ours, unless that was done and still holds; then sees what is there.
  ///
  /// - Throws: `ServiceError` when the inbox is gone, unreadable, or watched by another.
  public func look() throws(ServiceError) {
    try open()
    let unsettled = state.withLock { state in
      defer { state.unsettled = [] }
      return state.unsettled
    }
    for (claim, outcome) in unsettled { move(claim, outcome) }
    let listing: InboxListing
    do throws(ServiceError) {
      listing = try InboxListing(of: inbox, settings: settings)
    } catch {
      state.withLock { $0.lock = nil }
      throw error
    }
    for link in listing.links { complain("\(link) is a symbolic link, and is left alone") }
    state.withLock { state in
      var seen: [String: Sighting] = [:]
      // Those kept in mind already come first, so that a flood does not starve them.
      let known = listing.files.filter { state.sightings[$0.name] != nil }
      let new = listing.files.filter { state.sightings[$0.name] == nil }
      for file in (known + new).prefix(settings.queueLimit) {
        let before = state.sightings[file.name].flatMap {
          $0.scan == file.scan && $0.sidecar == file.sidecar ? $0.count : nil
        }
        seen[file.name] = Sighting(
          scan: file.scan, sidecar: file.sidecar, count: (before ?? -1) + 1,
          isDeclaredDone: file.isDeclaredDone, priority: file.priority)
      }
      state.sightings = seen
      state.ready = seen.filter {
        $0.value.isDeclaredDone || $0.value.count >= settings.stablePolls
      }
      .sorted {
        (-$0.value.priority, $0.value.scan.time, $0.key)
          > (-$1.value.priority, $1.value.scan.time, $1.key)
      }
      .map(\.key)
    }
  }

  /// The next scan to be worked on, moved to `.working/`; nil when none is ready.
  ///
  /// What a killed run left goes first, then what was postponed and is due, then by priority and age.
  public func next() -> Claim? {
    while true {
      let (claim, name) = state.withLock { state -> (Claim?, String?) in
        if let claim = state.leftovers.popLast() { return (claim, nil) }
        let now = ContinuousClock.now
        if let index = state.postponed.firstIndex(where: { $0.due <= now }) {
          return (state.postponed.remove(at: index).claim, nil)
        }
        guard let name = state.ready.popLast() else { return (nil, nil) }
        // The scans before it may have taken long.
        guard FileState(inbox.appending(path: name)) == state.sightings[name]?.scan else {
          return (nil, "")
        }
        return (nil, name)
      }
      if let claim {
        logger.notice("taking up \(claim.name) again")
        return begin(claim)
      }
      guard let name else { return nil }
      if name.isEmpty { continue }
      do {
        let claim = try Claim.take(name, from: inbox)
        state.withLock { $0.sightings[name] = nil }
        if let claim = begin(claim) { return claim }
      } catch {
        complain("\(name) can't be moved to .working: \(error.localizedDescription); trying again")
      }
    }
  }

  private func begin(_ claim: Claim) -> Claim? {
    // What was renamed may not be what was seen.
    guard let file = FileState(claim.scan), file.kind == .file else {
      move(claim, .refused("it is no regular file"))
      return nil
    }
    state.withLock { $0.working[claim.id] = file }
    return claim
  }

  /// Moves an inspected scan to where its outcome says; back to the inbox when it changed meanwhile.
  public func settle(_ claim: Claim, _ outcome: Outcome) {
    // One that was given back meanwhile is not ours any more.
    guard let before = state.withLock({ $0.working.removeValue(forKey: claim.id) }) else { return }
    if case .postponed(let seconds) = outcome {
      let due = ContinuousClock.now + .seconds(seconds)
      state.withLock { $0.postponed.append((claim, due)) }
      return
    }
    guard FileState(claim.scan) == before else {
      // Its writer was slower than the looks: what was inspected is not what it is now.
      giveBack(claim, "changed while it was inspected")
      return
    }
    move(claim, outcome)
  }

  /// Moves a scan that is being worked on back to the inbox; what comes of the work is not asked any more.
  func giveBack(_ claim: Claim, because reason: String) {
    guard state.withLock({ $0.working.removeValue(forKey: claim.id) }) != nil else { return }
    giveBack(claim, reason)
  }

  /// Moves what waits in `.working/` back to the inbox.
  public func giveBackPostponed() {
    let postponed = state.withLock { state in
      defer { state.postponed = [] }
      return state.postponed
    }
    for (claim, _) in postponed { giveBack(claim, "could not be inspected now") }
  }

  private func giveBack(_ claim: Claim, _ reason: String) {
    do {
      try claim.move(to: inbox)
      logger.warning("\(claim.name) \(reason), and is back in the inbox")
    } catch {
      logger.error("\(claim.name) can't be moved back: \(error.localizedDescription)")
      // Where it is, it can be inspected as well.
      let due = ContinuousClock.now + .seconds(settings.pollSeconds)
      if FileState(claim.scan) != nil { state.withLock { $0.postponed.append((claim, due)) } }
    }
  }

  private func move(_ claim: Claim, _ outcome: Outcome) {
    do {
      switch outcome {
      case .done:
        let name = try claim.move(to: inbox.appending(path: "processed"))
        logger.info("processed/\(name)")
        state.withLock { $0.tally.done += 1 }
      case .refused(let reason):
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        let name = try claim.move(to: inbox.appending(path: "failed"), reason: line)
        logger.warning("failed/\(name): \(line)")
        state.withLock { $0.tally.refused += 1 }
      case .postponed: break
      }
    } catch {
      complain("\(claim.name) can't be moved on: \(error.localizedDescription); trying again")
      state.withLock { $0.unsettled.append((claim, outcome)) }
    }
  }

  /// Makes the folders, and the inbox ours, unless that was done and still holds.
  private func open() throws(ServiceError) {
    if state.withLock({ $0.lock?.holds == true }) { return }
    // Those that are worked on now are not left over, whatever becomes of them while the folders are read.
    let working = state.withLock { state in
      (state.lock, state.sightings, state.ready, state.leftovers) = (nil, [:], [], [])
      (state.unsettled, state.postponed, state.complaints) = ([], [], [])
      return Set(state.working.keys)
    }
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
    let lock = try FolderLock(inbox.appending(path: ".working/.lock"))
    let leftovers: [Claim]
    do {
      leftovers = try Claim.leftovers(in: inbox, besides: working, complain: complain)
    } catch {
      throw ServiceError(
        .unreadable, path: inbox.path, detail: "can't be read: \(error.localizedDescription)")
    }
    state.withLock { ($0.lock, $0.leftovers) = (lock, leftovers.reversed()) }
  }

  private func complain(_ sentence: String) {
    if state.withLock({ $0.complaints.insert(sentence).inserted }) { logger.error("\(sentence)") }
  }
}

/// A waiting file as it was last seen.
private struct Sighting {
  let scan: FileState
  let sidecar: FileState?
  /// Looks since it was first seen so.
  let count: Int
  let isDeclaredDone: Bool
  let priority: Int
}
