import Foundation
public import Logging
internal import Raster
public import ServiceLifecycle
import Synchronization

/// Watches an inbox until it is told to stop, several scans at once where memory allows.
///
/// On a graceful shutdown the scans at hand are finished if that can be done in time; the others, and those that wait in
/// `.working/`, go back to the inbox.
public final class WatchService: Service {
  /// How it works.
  public struct Settings: Codable, Sendable, Equatable {
    /// Scans inspected at once at most.
    ///
    /// The default is one for each core, up to 4.
    public var workers = ScanMemory.usefulWorkers
    /// Memory that the scans at hand may take together, bytes; one alone may take more.
    ///
    /// The default is 60 % of the machine's.
    public var memoryBytes = ScanMemory.most
    /// Whether to end when the inbox is empty.
    ///
    /// The default is false.
    public var once = false
    /// The loopback port of the metrics; 0 lets the system choose, nil has none.
    ///
    /// The default is nil.
    public var metricsPort: UInt16?
    /// Seconds that scans at hand get to be finished when the service is to stop.
    ///
    /// The default is 10 minutes.
    public var graceSeconds = 600.0
    /// Seconds after which a scan at hand is taken to hang, so that the watchdog gets no more signs of life.
    ///
    /// The default is 2 hours.
    public var scanSeconds = 7200.0

    /// The default settings.
    public init() {}
  }

  private let watch: WatchFolder
  private let desk: InspectionDesk
  private let settings: Settings
  private let notifier: SystemdNotifier
  private let logger: Logger
  private let events = InboxEvents()
  private let state = Mutex(State())

  private struct State {
    var isStopped = false
    var isCutShort = false
    /// The scans at hand: since when, and how much memory they may take.
    var working: [String: Work] = [:]
  }

  private struct Work {
    let claim: Claim
    let since: ContinuousClock.Instant
    let bytes: Int
  }

  /// A service.
  public init(
    _ watch: WatchFolder, _ desk: InspectionDesk, settings: Settings = Settings(),
    notifier: SystemdNotifier = SystemdNotifier(socketPath: nil), logger: Logger
  ) {
    precondition(settings.workers > 0, "at least one scan is inspected at once")
    (self.watch, self.desk, self.settings) = (watch, desk, settings)
    (self.notifier, self.logger) = (notifier, logger)
  }

  /// Watches until told to stop by a graceful shutdown, or until the inbox is empty.
  ///
  /// - Throws: `ServiceError` when the port of the metrics is taken, and with `once` when the inbox can't be used.
  public func run() async throws {
    try await withGracefulShutdownHandler {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        let thread = Thread { done.resume(with: Result { try self.loop() }) }
        thread.stackSize = Self.stackSize
        thread.start()
      }
    } onGracefulShutdown: {
      self.logger.notice("stopping after the scans at hand")
      self.stop()
    }
  }

  /// Whether inspections go on although nobody waits for them, because their scans were given back.
  public var isCutShort: Bool { state.withLock { $0.isCutShort } }

  /// Asks to stop after the scans at hand.
  public func stop() {
    state.withLock { $0.isStopped = true }
    events.wake()
  }

  private static let stackSize = 8 << 20

  private func loop() throws {
    let server = try settings.metricsPort.map { try MetricsServer(port: $0) }
    defer { server?.close() }
    if let server {
      logger.info("metrics on http://127.0.0.1:\(server.port)/metrics")
      let thread = Thread { server.run { self.desk.metrics.text(self.gauges) } }
      thread.start()
    }
    logger.info("watching \(watch.inbox.path)")
    try watchUntilStopped()
    notifier.tell("STOPPING=1")
    finishWork()
    watch.giveBackPostponed()
    do {
      try desk.results.finishPages()
    } catch {
      logger.error("\(error)")
    }
    logger.info("stopped watching \(watch.inbox.path)")
  }

  /// Waits for the scans at hand, and gives back those that take too long.
  private func finishWork() {
    let deadline = ContinuousClock.now + .seconds(settings.graceSeconds)
    while true {
      let works = state.withLock { Array($0.working.values) }
      if works.isEmpty { return }
      let left = (deadline - ContinuousClock.now) / .seconds(1)
      if left > 0 {
        _ = events.wait(seconds: min(left, 0.5))
        continue
      }
      for work in works where desk.giveBack(work.claim) {
        watch.giveBack(
          work.claim, because: "was not finished within \(Int(settings.graceSeconds)) s")
        state.withLock { state in
          state.working[work.claim.id] = nil
          state.isCutShort = true
        }
      }
      // What is being written by now is waited for.
      _ = events.wait(seconds: 0.1)
    }
  }

  private func watchUntilStopped() throws {
    var trouble: ServiceError?
    var (nextLook, nextSign) = (ContinuousClock.now, ContinuousClock.now)
    var (looks, wasBusy) = (0, false)
    while !state.withLock({ $0.isStopped }) {
      if ContinuousClock.now >= nextLook {
        do throws(ServiceError) {
          try watch.look()
          if trouble != nil { logger.info("watching \(watch.inbox.path) again") }
          if looks == 0 || trouble != nil { notifier.tell("READY=1\nSTATUS=watching") }
          trouble = nil
          looks += 1
        } catch {
          if settings.once { throw error }
          if trouble != error { logger.error("\(error); trying again") }
          trouble = error
        }
        events.watch(watch.inbox, depth: watch.settings.depth)
        nextLook = ContinuousClock.now + .seconds(watch.settings.pollSeconds)
      }
      if trouble == nil { startWork() }
      if ContinuousClock.now >= nextSign, let pause = notifier.watchdogSeconds, !isHanging {
        notifier.tell("WATCHDOG=1")
        nextSign = ContinuousClock.now + .seconds(pause)
      }
      let isBusy = state.withLock { !$0.working.isEmpty }
      if wasBusy, !isBusy { FreedMemory.giveBack() }
      wasBusy = isBusy
      if desk.trouble == nil { desk.results.refreshPages(isIdle: !isBusy) }
      // Files that are still being written are left for the next time.
      let isThrough = watch.isIdle || looks > watch.settings.stablePolls && !watch.isHolding
      if settings.once, looks > 0, !isBusy, desk.trouble != nil || isThrough && !watch.isAnythingDue
      {
        return
      }
      let untilLook = (nextLook - ContinuousClock.now) / .seconds(1)
      let pause = min(
        untilLook, notifier.watchdogSeconds ?? 60, watch.secondsToNext ?? 60,
        max(0.1, desk.results.pages.secondsToNext ?? 60))
      // What an event tells of may be looked at at once, but not more often than ten times a second.
      if events.wait(seconds: max(0.001, pause)) {
        nextLook = min(nextLook, ContinuousClock.now + .milliseconds(100))
      }
    }
  }

  /// Takes up scans as long as there are workers and memory for them.
  private func startWork() {
    while !state.withLock({ $0.isStopped || $0.working.count >= settings.workers }) {
      guard watch.isAnythingDue, desk.isOpen() else { return }
      // While something is wrong one scan at a time finds out whether it still is.
      if desk.trouble != nil, state.withLock({ !$0.working.isEmpty }) { return }
      guard let claim = watch.next() else { return }
      let bytes = ScanMemory.bytes(for: claim.scan)
      let fits = state.withLock { state in
        let taken = state.working.values.reduce(0) { $0 + $1.bytes }
        guard taken == 0 || taken + bytes <= settings.memoryBytes else { return false }
        state.working[claim.id] = Work(claim: claim, since: ContinuousClock.now, bytes: bytes)
        return true
      }
      guard fits else {
        watch.settle(claim, .postponed(seconds: 1))
        return
      }
      let thread = Thread {
        self.watch.work(on: claim) { try self.desk.inspect($0) }
        self.state.withLock { $0.working[claim.id] = nil }
        self.events.wake()
      }
      thread.stackSize = Self.stackSize
      thread.start()
    }
  }

  private var isHanging: Bool {
    let oldest = state.withLock { $0.working.values.map(\.since).min() }
    return oldest.map { ContinuousClock.now - $0 > .seconds(settings.scanSeconds) } ?? false
  }

  private var gauges: Metrics.Gauges {
    let queue = watch.queue()
    return Metrics.Gauges(
      queuedScans: queue.scans, oldestSeconds: queue.oldestSeconds,
      working: state.withLock { $0.working.count }, freeBytes: desk.freeBytes)
  }
}
