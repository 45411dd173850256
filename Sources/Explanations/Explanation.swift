public import Networks

/// What spoke for one answer of a network: where in the picture, and which concepts.
public struct Explanation: Sendable, Equatable {
  /// A channel of the layer that was asked about, and its part.
  public struct Concept: Sendable, Equatable {
    /// The channel.
    public var channel: Int
    /// Its relevance, Σ over the layer's pixels; below 0 it speaks against the answer.
    public var relevance: Double
    /// Its relevance over the sum of all channels' absolute relevance, -1…1.
    public var share: Double
    /// Where in the picture it was, (rows, columns, 1).
    public var heatMap: Tensor

    /// A concept with all its parts.
    public init(channel: Int, relevance: Double, share: Double, heatMap: Tensor) {
      (self.channel, self.relevance, self.share) = (channel, relevance, share)
      self.heatMap = heatMap
    }
  }

  /// The layer whose channels are the concepts.
  public var layer: String
  /// The relevance of each pixel of the input, (rows, columns, 1).
  public var heatMap: Tensor
  /// The relevance of every channel of the layer.
  public var relevances: [Double]
  /// The most relevant channels, by the size of their relevance, the largest first.
  public var concepts: [Concept]
  /// All relevance that it began with, and what arrived at the input.
  public var given, arrived: Double
  /// The share of the relevance that biases took up: what did not arrive.
  ///
  /// It means that where a composite conserves relevance otherwise.
  public var absorbed: Double { given == 0 ? 0 : 1 - arrived / given }

  /// The share of the relevance given that goes through the layer; what is missing of 1 goes past it, or into biases.
  public var through: Double { given == 0 ? 0 : relevances.reduce(0, +) / given }

  /// How many concepts make a share of all absolute relevance, the most relevant first.
  public static func complexity(_ relevances: [Double], share: Double = 0.8) -> Int {
    let sizes = relevances.map(abs).sorted(by: >)
    let wanted = share * sizes.reduce(0, +)
    var sum = 0.0
    for (count, size) in sizes.enumerated() {
      if sum >= wanted { return count }
      sum += size
    }
    return sizes.count
  }

  /// Channels by the size of their relevance, the largest first; equal ones in their order.
  public static func ranking(_ relevances: [Double]) -> [Int] {
    relevances.indices.sorted { first, second in
      let (a, b) = (abs(relevances[first]), abs(relevances[second]))
      return a == b ? first < second : a > b
    }
  }
}
