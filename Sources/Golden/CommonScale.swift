internal import Foundation
internal import Raster

/// The brightness of several photographs brought to one scale: a gain and an offset for each photograph and channel.
///
/// Microscopes are set anew for every photograph. What is learnt from several must not mix their settings, and what is
/// then compared with a scan is fitted to that scan's light again.
public struct CommonScale: Sendable, Equatable {
  /// brightness in the photograph = gain × brightness in common + offset.
  public struct Line: Sendable, Equatable {
    /// Factor; 1 changes nothing.
    public var gain: Float = 1
    /// Brightness added; 0 changes nothing.
    public var offset: Float = 0
  }

  /// A line for each photograph and, in it, for each channel; over all, gains have the geometric mean 1 and offsets
  /// the mean 0.
  public let lines: [[Line]]

  /// The scale of one photograph is its own.
  init(channels: Int) { lines = [[Line](repeating: Line(), count: channels)] }

  /// Fits the lines to what is seen of the same kinds of places.
  ///
  /// - Parameter seen: for each photograph and channel the typical brightness of each kind of place and a weight, 0 where
  ///   the kind is not seen; all have the same kinds.
  init(seen: [[[Sight]]]) {
    let channels = seen.first?.count ?? 0
    var lines = seen.map { [Line](repeating: Line(), count: $0.count) }
    for channel in 0..<channels where seen.count > 1 {
      let fitted = CommonScale.fit(seen.map { $0[channel] })
      for index in lines.indices { lines[index][channel] = fitted[index] }
    }
    self.lines = lines
  }

  /// What a photograph shows of a kind of place.
  struct Sight {
    /// Typical brightness.
    var value: Double
    /// How much it counts; 0 for nothing.
    var weight: Double
  }

  private static let greatestGain = 4.0

  /// Lines and common brightness in turn, each from the other; sights that do not follow their line count less.
  private static func fit(_ seen: [[Sight]]) -> [Line] {
    var gains = [Double](repeating: 1, count: seen.count)
    var offsets = [Double](repeating: 0, count: seen.count)
    var trust = seen.map { $0.map { _ in 1.0 } }
    for _ in 0..<12 {
      let common = self.common(seen, trust, gains, offsets)
      for index in seen.indices {
        (gains[index], offsets[index]) = line(seen[index], trust[index], common)
        trust[index] = self.trust(seen[index], common, gains[index], offsets[index])
      }
      let stretch = exp(gains.reduce(0) { $0 + log($1) } / Double(gains.count))
      for index in gains.indices { gains[index] /= stretch }
      let shift = offsets.reduce(0, +) / gains.reduce(0, +)
      for index in gains.indices { offsets[index] -= shift * gains[index] }
    }
    return zip(gains, offsets).map { Line(gain: Float($0), offset: Float($1)) }
  }

  /// The mean of each kind over the photographs that show it, on the common scale; only where two do it binds them.
  private static func common(
    _ seen: [[Sight]], _ trust: [[Double]], _ gains: [Double], _ offsets: [Double]
  ) -> [Double?] {
    (seen.first ?? []).indices.map { kind in
      var (sum, weights, count) = (0.0, 0.0, 0)
      for index in seen.indices where seen[index][kind].weight > 0 {
        let weight = seen[index][kind].weight * trust[index][kind]
        sum += weight * (seen[index][kind].value - offsets[index]) / gains[index]
        weights += weight
        count += 1
      }
      return count > 1 && weights > 0 ? sum / weights : nil
    }
  }

  private static func line(
    _ sights: [Sight], _ trust: [Double], _ common: [Double?]
  ) -> (gain: Double, offset: Double) {
    var (weights, x, y, xx, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (kind, sight) in sights.enumerated() where sight.weight > 0 {
      guard let place = common[kind] else { continue }
      let weight = sight.weight * trust[kind]
      weights += weight
      x += weight * place
      y += weight * sight.value
      xx += weight * place * place
      xy += weight * place * sight.value
    }
    guard weights > 0 else { return (1, 0) }
    (x, y) = (x / weights, y / weights)
    let (variance, covariance) = (xx / weights - x * x, xy / weights - x * y)
    // Where all that is shared is equally bright nothing tells gain from offset: then the gain is 1.
    let stiffness = 1e-4
    let gain = (covariance + stiffness) / (variance + stiffness)
    let held = min(max(gain, 1 / greatestGain), greatestGain)
    return (held, y - held * x)
  }

  /// Huber's weights about the line.
  private static func trust(
    _ sights: [Sight], _ common: [Double?], _ gain: Double, _ offset: Double
  ) -> [Double] {
    let residuals = sights.enumerated().map { kind, sight -> Float? in
      guard sight.weight > 0, let place = common[kind] else { return nil }
      return Float(sight.value - gain * place - offset)
    }
    let reach = max(2 * residuals.compactMap { $0 }.robustCenterAndScale().sigma, 0.004)
    return residuals.map { $0.map { Double(min(1, reach / max(abs($0), 1e-9))) } ?? 1 }
  }

  /// A photograph on the common scale.
  func common(_ photograph: Picture, index: Int) -> Picture {
    let lines = lines[index]
    guard lines.contains(where: { $0 != Line() }) else { return photograph }
    return Picture(
      planes: zip(photograph.planes, lines).map { plane, line in
        plane.map { ($0 - line.offset) / line.gain }
      })
  }
}
