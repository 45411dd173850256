internal import Foundation

/// How the learning rate goes over the steps of a training.
public enum RateSchedule: Sendable, Equatable, Codable {
  /// The peak at every step.
  case constant
  /// A linear rise over `warmUp` steps, then half a cosine from the peak towards `floor` × peak, which it would reach at
  /// the step after the last.
  ///
  /// Source: Loshchilov & Hutter, "SGDR", ICLR 2017, without restarts.
  case cosine(warmUp: Int = 0, floor: Double = 0)
  /// Half a cosine up from peak / `startDivisor` over the share `rise` of the steps, then half a cosine down to
  /// peak / `startDivisor` / `endDivisor` at the last step.
  ///
  /// Source: Smith & Topin, "Super-convergence", 2018, with the cosines and constants that PyTorch gives it.
  case oneCycle(rise: Double = 0.3, startDivisor: Double = 25, endDivisor: Double = 10_000)

  /// The learning rate at a step.
  ///
  /// - Parameters:
  ///   - step: from 0; steps after the last are as the last.
  ///   - total: how many steps there will be, 1 or more.
  ///   - peak: the greatest rate.
  public func rate(at step: Int, of total: Int, peak: Double) -> Double {
    precondition(step >= 0 && total >= 1, "a step is 0 or later, of one or more")
    let step = min(step, total - 1)
    switch self {
    case .constant: return peak
    case .cosine(let warmUp, let floor):
      if step < warmUp { return peak * Double(step + 1) / Double(warmUp + 1) }
      return Self.cosine(
        from: peak, to: peak * floor, at: Double(step - warmUp) / Double(total - warmUp))
    case .oneCycle(let rise, let startDivisor, let endDivisor):
      let start = peak / startDivisor
      let top = rise * Double(total) - 1
      let last = Double(total - 1)
      let place = Double(step)
      // A training too short for a rise begins at the peak.
      if place <= top, top > 0 { return Self.cosine(from: start, to: peak, at: place / top) }
      let fall = max(0, top)
      return Self.cosine(
        from: peak, to: start / endDivisor, at: last > fall ? (place - fall) / (last - fall) : 0)
    }
  }

  private static func cosine(from: Double, to: Double, at share: Double) -> Double {
    to + (from - to) * (1 + cos(.pi * share)) / 2
  }
}
