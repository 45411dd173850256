internal import Foundation
public import Networks

/// Where an explanation of a network that scores every pixel begins: which score, at which pixels, with how much relevance.
///
/// Source: Dreyer et al., "Revealing Hidden Context Bias in Segmentation and Object Detection through Concept-Specific
/// Explanations" (L-CRP), CVPR Workshops 2023.
public struct Start: Sendable, Hashable, Codable {
  /// How much relevance a pixel begins with.
  public enum Amount: String, Sendable, Codable, CaseIterable {
    /// Its score, where that is above 0.
    case score
    /// 1.
    case one
    /// The score's share by softmax among all.
    case softmax
    /// Its score, and that of each contender with its sign turned, by its share by softmax among them: to first order, by how
    /// much the channel is likelier than all others, without what speaks for all of them alike.
    ///
    /// Source: Iwana et al., "Explaining Convolutional Neural Networks using Softmax Gradient Layer-wise Relevance
    /// Propagation", ICCV Workshops 2019, divided by the probability that the channel is wrong.
    case odds
  }

  /// A rectangle of output pixels.
  public struct Box: Sendable, Hashable, Codable {
    /// The first column and row.
    public var x, y: Int
    /// Columns and rows.
    public var width, height: Int

    /// A rectangle.
    public init(x: Int, y: Int, width: Int, height: Int) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  /// The channel of the output that is explained.
  public var channel: Int
  /// The part of the output that is; nil is all of it.
  public var box: Box?
  /// Pixels must score this channel highest among these; nil asks for nothing.
  public var contenders: Range<Int>?
  /// A channel that is set against it, so that what is explained is what tells the two apart; nil explains the channel alone.
  ///
  /// A pixel then begins with both scores, the other's with its sign turned: their sum is by how much the one is higher.
  public var against: Int?
  /// How much relevance a pixel begins with; the default is its score.
  public var amount: Amount
  /// Whether the sizes of all relevance add up to 1, for each sample by itself.
  public var isNormalised: Bool

  /// A start at the pixels that score a channel highest.
  ///
  /// - Parameters:
  ///   - box: the finding's box in output pixels; nil is the whole output.
  ///   - contenders: the channels among which this one must be the highest; nil takes every pixel.
  public init(
    channel: Int, box: Box? = nil, contenders: Range<Int>? = nil, against: Int? = nil,
    amount: Amount = .score, isNormalised: Bool = true
  ) {
    precondition(against != channel, "a channel is set against another one")
    (self.channel, self.box, self.contenders) = (channel, box, contenders)
    (self.against, self.amount, self.isNormalised) = (against, amount, isNormalised)
  }

  /// The relevance that a pass begins with.
  ///
  /// - Parameter output: what the network gave, (rows, columns, channels).
  /// - Returns: as much for the output; nothing at all where no pixel qualifies.
  public func relevance(of output: Tensor) -> Tensor {
    precondition((0..<output.channels).contains(channel), "the output has no channel \(channel)")
    var result = Tensor(height: output.height, width: output.width, channels: output.channels)
    let among = contenders ?? 0..<output.channels
    let rows = clamped(box?.y, box?.height, output.height)
    let columns = clamped(box?.x, box?.width, output.width)
    for y in rows {
      for x in columns {
        let first = (y * output.width + x) * output.channels
        let score = output.values[first + channel]
        if contenders != nil, among.contains(where: { output.values[first + $0] > score }) {
          continue
        }
        if let against {
          result.values[first + channel] = score
          result.values[first + against] = -output.values[first + against]
          continue
        }
        switch amount {
        case .score: result.values[first + channel] = max(score, 0)
        case .one: result.values[first + channel] = 1
        case .softmax:
          let sum = among.reduce(Float(0)) { $0 + exp(output.values[first + $1] - score) }
          result.values[first + channel] = 1 / sum
        case .odds:
          result.values[first + channel] = score
          let others = among.filter { $0 != channel }
          let most = others.reduce(-Float.infinity) { max($0, output.values[first + $1]) }
          let powers = others.map { exp(output.values[first + $0] - most) }
          let sum = powers.reduce(0, +)
          for (other, power) in zip(others, powers) {
            result.values[first + other] = -output.values[first + other] * power / sum
          }
        }
      }
    }
    if isNormalised {
      let sum = Float(result.values.reduce(0.0) { $0 + abs(Double($1)) })
      if sum > 0 { for place in result.values.indices { result.values[place] /= sum } }
    }
    return result
  }

  private func clamped(_ from: Int?, _ count: Int?, _ end: Int) -> Range<Int> {
    guard let from, let count else { return 0..<end }
    let low = min(max(from, 0), end)
    return low..<min(max(from + count, low), end)
  }
}
