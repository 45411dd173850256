import Dispatch

/// Runs `body` for 0..<count on all cores and returns when every call has; calls must touch disjoint memory.
///
/// - Parameters:
///   - count: how many calls.
///   - body: gets the index; the order of the calls is not defined, so that no result may depend on it.
public func inParallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
  if count == 1 { return body(0) }
  DispatchQueue.concurrentPerform(iterations: count, execute: body)
}
