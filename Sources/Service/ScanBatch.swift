import Foundation
public import Inspection

/// Inspects a list of scans, several at once where memory allows.
public struct ScanBatch: Sendable {
  /// Scans inspected at once at most.
  public var workers = ScanMemory.usefulWorkers
  /// Memory that the scans at hand may take together, bytes; one alone may take more.
  public var memoryBytes = ScanMemory.most

  /// The defaults.
  public init() {}

  /// What came of a scan.
  public struct Outcome: Sendable {
    /// Its place in the list.
    public var index: Int
    /// Its result, or why there is none.
    public var result: Result<Results.Outcome, any Error>
    /// Wall time of everything done for the scan.
    public var seconds: Double
  }

  private static let stackSize = 8 << 20

  /// Inspects scans, and comes back when that is done.
  ///
  /// - Parameters:
  ///   - progress: told as each stage of a scan begins, one call at a time from any thread.
  ///   - tell: gets the outcomes in the order of the list, one call at a time from any thread; false stops the batch: no
  ///     other scan is begun, and no other outcome told.
  public func inspect(
    _ orders: [Results.Order], by recipe: LoadedRecipe, into results: Results,
    progress: @escaping @Sendable (Int, Device.Stage) -> Void,
    tell: @escaping @Sendable (Outcome) -> Bool
  ) {
    let turns = Turns(orders.map { ScanMemory.bytes(for: $0.scan) }, memoryBytes, tell)
    let finished = DispatchGroup()
    for _ in 0..<max(1, min(workers, orders.count)) {
      finished.enter()
      let thread = Thread {
        while let index = turns.take() {
          let start = ContinuousClock.now
          let result = Result {
            try Self.inspect(orders[index], by: recipe, into: results) { stage in
              turns.alone { progress(index, stage) }
            }
          }
          let seconds = (ContinuousClock.now - start) / .seconds(1)
          turns.finish(Outcome(index: index, result: result, seconds: seconds))
        }
        finished.leave()
      }
      thread.stackSize = Self.stackSize
      thread.start()
    }
    finished.wait()
  }

  /// Inspects a scan, after another of the same content that is being inspected just now.
  private static func inspect(
    _ order: Results.Order, by recipe: LoadedRecipe, into results: Results,
    progress: (Device.Stage) -> Void
  ) throws -> Results.Outcome {
    while true {
      do {
        return try results.inspect(order, by: recipe, progress: progress)
      } catch is Results.Busy {
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
  }
}

/// Whose turn it is.
///
/// `@unchecked Sendable`: everything is used under the lock.
private final class Turns: @unchecked Sendable {
  private let condition = NSCondition()
  private let needs: [Int]
  private let memoryBytes: Int
  private let tell: (ScanBatch.Outcome) -> Bool
  /// The next scan to begin, and the next to be told.
  private var (next, told) = (0, 0)
  private var takenBytes = 0
  /// Outcomes that wait for those of scans before.
  private var early: [Int: ScanBatch.Outcome] = [:]
  private var isStopped = false

  init(
    _ needs: [Int], _ memoryBytes: Int, _ tell: @escaping @Sendable (ScanBatch.Outcome) -> Bool
  ) {
    (self.needs, self.memoryBytes, self.tell) = (needs, memoryBytes, tell)
  }

  /// The next scan, when there is memory for it; nil when none is left.
  func take() -> Int? {
    condition.withLock {
      while !isStopped, next < needs.count, takenBytes > 0, takenBytes + needs[next] > memoryBytes {
        condition.wait()
      }
      guard !isStopped, next < needs.count else { return nil }
      takenBytes += needs[next]
      defer { next += 1 }
      return next
    }
  }

  func alone(_ body: () -> Void) { condition.withLock(body) }

  /// Tells an outcome in its turn.
  func finish(_ outcome: ScanBatch.Outcome) {
    condition.withLock {
      takenBytes -= needs[outcome.index]
      early[outcome.index] = outcome
      while !isStopped, let due = early.removeValue(forKey: told) {
        told += 1
        isStopped = !tell(due)
      }
      condition.broadcast()
    }
  }
}
