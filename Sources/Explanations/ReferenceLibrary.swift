public import Networks

/// The samples that show best what the channels of a layer stand for.
///
/// For each channel the samples are kept in which it was most relevant (RelMax) or most active (ActMax), summed over all
/// pixels. Samples are added one by one in any order, and libraries of parts of the data are merged: the result is the same.
///
/// Source: Achtibat et al., "From attribution maps to human-understandable explanations through Concept Relevance
/// Propagation", Nature Machine Intelligence 2023.
public struct ReferenceLibrary: Sendable, Equatable, Codable {
  /// What samples are ranked by.
  public enum Kind: String, Sendable, Codable, CaseIterable { case relevance, activation }

  /// What a library belongs to; it is refused where it belongs to something else.
  public struct Key: Sendable, Equatable, Codable {
    /// Hashes of the model's and of the data's bytes.
    public var modelSHA256, dataSHA256: String
    /// The layer whose channels are the concepts.
    public var layer: String
    /// What samples are ranked by.
    public var kind: Kind
    /// How relevance was told.
    public var method: Method

    /// A key.
    public init(
      modelSHA256: String, dataSHA256: String, layer: String, kind: Kind,
      method: Method = .usual
    ) {
      (self.modelSHA256, self.dataSHA256) = (modelSHA256, dataSHA256)
      (self.layer, self.kind, self.method) = (layer, kind, method)
    }
  }

  /// A sample that shows a concept.
  public struct Reference: Sendable, Equatable, Codable {
    /// Its name in the data.
    public var sample: String
    /// The number of its class.
    public var label: Int
    /// What the channel had in it, Σ over the layer's pixels.
    public var value: Double
    /// The layer's pixel where the channel had most.
    public var x, y: Int
  }

  /// A class's part in a channel.
  public struct ClassPart: Sendable, Equatable, Codable {
    /// Samples of the class.
    public var samples = 0
    /// Those in which the channel was above 0.
    public var above = 0
    /// The sum of the samples' values.
    public var sum = 0.0
    /// The greatest of them.
    public var greatest = -Double.infinity

    /// Of what the library's samples had on average.
    public var mean: Double { samples == 0 ? 0 : sum / Double(samples) }
  }

  /// What is known of one channel.
  public struct Concept: Sendable, Equatable, Codable {
    /// The best samples, the greatest value first, equal ones by name.
    public var references: [Reference] = []
    /// The classes' parts, by their numbers.
    public var classes: [Int: ClassPart] = [:]

    /// The class that it mostly belongs to: that of the greatest mean; nil where it spoke for none.
    public var mainClass: Int? {
      classes.sorted { $0.key < $1.key }.filter { $0.value.mean > 0 }
        .max { $0.value.mean < $1.value.mean }?.key
    }
  }

  /// What it belongs to.
  public let key: Key
  /// How many references a channel keeps.
  public let capacity: Int
  /// The channels, in their order; empty before the first sample.
  public private(set) var concepts: [Concept] = []

  /// A library of nothing yet.
  ///
  /// - Parameter capacity: references a channel keeps. The default is 40.
  public init(_ key: Key, capacity: Int = 40) {
    precondition(capacity > 0, "a library keeps references")
    (self.key, self.capacity) = (key, capacity)
  }

  /// Takes a sample in.
  ///
  /// - Parameters:
  ///   - sample: its name, of its own in the data.
  ///   - label: the number of its class.
  ///   - values: the layer's relevance or activation, (rows, columns, channels).
  public mutating func add(_ sample: String, label: Int, values: Tensor) {
    if concepts.isEmpty {
      concepts = [Concept](repeating: Concept(), count: values.channels)
    }
    precondition(concepts.count == values.channels, "samples have one number of channels")
    for (channel, sum) in values.channelSums.enumerated() {
      concepts[channel].classes[label, default: ClassPart()].add(sum)
      if let last = concepts[channel].references.last,
        concepts[channel].references.count == capacity, last.value > sum
      {
        continue
      }
      var best = (place: 0, value: -Float.infinity)
      for place in 0..<values.height * values.width {
        let value = values.values[place * values.channels + channel]
        if value > best.value { best = (place, value) }
      }
      concepts[channel].references.append(
        Reference(
          sample: sample, label: label, value: sum, x: best.place % values.width,
          y: best.place / values.width))
      order(channel)
    }
  }

  /// Takes in what another part of the data gave.
  ///
  /// - Throws: `ExplanationError.Code.otherModel` or `otherData` where it belongs to something else.
  public mutating func merge(_ other: ReferenceLibrary) throws(ExplanationError) {
    try other.require(key)
    if concepts.isEmpty { concepts = other.concepts.map { _ in Concept() } }
    guard other.concepts.isEmpty || other.concepts.count == concepts.count else {
      throw ExplanationError(.otherModel, "a library of \(other.concepts.count) channels")
    }
    for (channel, concept) in other.concepts.enumerated() {
      concepts[channel].references += concept.references
      concepts[channel].classes.merge(concept.classes) { $0.joined($1) }
      order(channel)
    }
  }

  private mutating func order(_ channel: Int) {
    concepts[channel].references.sort {
      $0.value == $1.value ? $0.sample < $1.sample : $0.value > $1.value
    }
    if concepts[channel].references.count > capacity {
      concepts[channel].references.removeLast(concepts[channel].references.count - capacity)
    }
  }

  /// Refuses a library that does not belong to a model, data, layer and method.
  public func require(_ wanted: Key) throws(ExplanationError) {
    guard key.modelSHA256 == wanted.modelSHA256, key.layer == wanted.layer else {
      throw ExplanationError(
        .otherModel,
        "the reference library is of model \(key.modelSHA256.prefix(12)), layer '\(key.layer)', "
          + "and not of \(wanted.modelSHA256.prefix(12)), '\(wanted.layer)'")
    }
    guard key == wanted else {
      throw ExplanationError(
        .otherData,
        "the reference library is of data \(key.dataSHA256.prefix(12)) by \(key.kind.rawValue), "
          + "\(key.method.name), and not of \(wanted.dataSHA256.prefix(12)) by "
          + "\(wanted.kind.rawValue), \(wanted.method.name)")
    }
  }
}

extension ReferenceLibrary.ClassPart {
  fileprivate mutating func add(_ value: Double) {
    samples += 1
    if value > 0 { above += 1 }
    sum += value
    greatest = max(greatest, value)
  }

  fileprivate func joined(_ other: Self) -> Self {
    var result = self
    result.samples += other.samples
    result.above += other.above
    result.sum += other.sum
    result.greatest = max(greatest, other.greatest)
    return result
  }
}

extension Explainer {
  /// The part of the picture that a reference shows its concept in: what the one pixel of the layer goes back to.
  ///
  /// - Parameters:
  ///   - layer, channel, x, y: the layer's pixel, as a reference tells it.
  ///   - share: the box holds all of the blurred heat map above this share of its maximum. The default is 0.1.
  /// - Returns: a box in pixels of the input; all of it where nothing goes back.
  public func referenceBox(
    layer: String, channel: Int, x: Int, y: Int, share: Float = 0.1
  ) -> Start.Box {
    let map = heatMap(fromPixel: x, y, channel: channel, of: layer).smoothed()
    let most = map.values.reduce(0) { max($0, abs($1)) }
    var box = (left: map.width, top: map.height, right: -1, bottom: -1)
    for row in 0..<map.height {
      for column in 0..<map.width where most > 0 && abs(map[row, column, 0]) > share * most {
        box = (
          min(box.left, column), min(box.top, row), max(box.right, column), max(box.bottom, row)
        )
      }
    }
    guard box.right >= 0 else {
      return Start.Box(x: 0, y: 0, width: map.width, height: map.height)
    }
    return Start.Box(
      x: box.left, y: box.top, width: box.right - box.left + 1, height: box.bottom - box.top + 1)
  }
}

extension Tensor {
  /// A picture of one channel, blurred three times by the mean of 5 × 5 pixels, zeros outside.
  fileprivate func smoothed() -> Tensor {
    var result = self
    for _ in 0..<3 {
      for isRow in [true, false] {
        let before = result
        for y in 0..<height {
          for x in 0..<width {
            var sum: Float = 0
            for offset in -2...2 {
              let (j, i) = isRow ? (y, x + offset) : (y + offset, x)
              if j >= 0, i >= 0, j < height, i < width { sum += before[j, i, 0] }
            }
            result[y, x, 0] = sum / 5
          }
        }
      }
    }
    return result
  }
}
