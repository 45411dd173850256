internal import Foundation
public import Networks

/// How well a method's explanations hold, over a stated set of samples.
///
/// Source of the concept tests: Dreyer et al. (L-CRP), CVPR Workshops 2023; of the pointing game: Zhang et al., IJCV 2018.
public struct Faithfulness: Sendable, Equatable, Codable {
  /// A sample: a picture, what is explained of it, and where the object is.
  public struct Sample: Sendable {
    /// What the network reads.
    public var input: Tensor
    /// What is explained.
    public var start: Start
    /// Whether each pixel of the input belongs to the object, row by row.
    public var mask: [Bool]

    /// A sample.
    public init(input: Tensor, start: Start, mask: [Bool]) {
      precondition(mask.count == input.height * input.width, "each pixel is in the mask or not")
      (self.input, self.start, self.mask) = (input, start, mask)
    }
  }

  /// What the method is called.
  public let method: String
  /// Samples that were explained; those with nothing to explain are left out.
  public private(set) var samples = 0
  /// Steps of the curves.
  public let steps: Int
  /// How much the score falls, on the mean of the explained pixels, when the most relevant 1/steps, 2/steps… of the channels
  /// that speak for it are set to 0; the mean over samples.
  public private(set) var deletionCurve: [Double]
  /// How much the score rises above that of no channel when they alone are kept.
  public private(set) var insertionCurve: [Double]
  /// The same of the logarithm of the channel's odds against its contenders, which is what a name hangs on: a score that falls
  /// with all others changes nothing.
  public private(set) var oddsDeletionCurve, oddsInsertionCurve: [Double]
  private var hits = 0.0
  private var mass = 0.0
  private var context = 0.0
  private var concepts = 0.0

  private init(method: String, steps: Int) {
    (self.method, self.steps) = (method, steps)
    deletionCurve = [Double](repeating: 0, count: steps)
    (insertionCurve, oddsDeletionCurve) = (deletionCurve, deletionCurve)
    oddsInsertionCurve = deletionCurve
  }

  /// The mean of the deletion curve: the greater, the more faithful.
  public var deletion: Double { deletionCurve.reduce(0, +) / Double(steps) }
  /// The mean of the insertion curve: the greater, the more faithful.
  public var insertion: Double { insertionCurve.reduce(0, +) / Double(steps) }
  /// The means of the odds' curves.
  public var oddsDeletion: Double { oddsDeletionCurve.reduce(0, +) / Double(steps) }
  /// The means of the odds' curves.
  public var oddsInsertion: Double { oddsInsertionCurve.reduce(0, +) / Double(steps) }
  /// The share of samples whose heat map has its maximum in the object.
  public var pointing: Double { hits / Double(max(1, samples)) }
  /// The share of the heat map's positive relevance in the object.
  public var massInside: Double { mass / Double(max(1, samples)) }
  /// The share of the most relevant concepts' positive relevance outside the object, each concept by its own heat map and
  /// weighted with its share.
  public var contextScore: Double { context / Double(max(1, samples)) }
  /// How many concepts make 80 % of all absolute relevance.
  public var complexity: Double { concepts / Double(max(1, samples)) }

  /// Judges a method on samples.
  ///
  /// - Parameters:
  ///   - layer: whose channels are the concepts, named by its activation where it has one.
  ///   - steps: of the curves. The default is 15.
  public init(
    of method: Method, _ network: Network, layer: String, samples: [Sample], steps: Int = 15
  ) throws {
    self.init(method: method.name, steps: steps)
    guard let first = samples.first else { return }
    let explainer = try Explainer(
      network, height: first.input.height, width: first.input.width, method: method)
    for sample in samples { add(sample, explainer, layer) }
    let count = Double(max(1, self.samples))
    for step in 0..<steps {
      deletionCurve[step] /= count
      insertionCurve[step] /= count
      oddsDeletionCurve[step] /= count
      oddsInsertionCurve[step] /= count
    }
  }

  private mutating func add(_ sample: Sample, _ explainer: Explainer, _ layer: String) {
    let output = explainer.forward(sample.input)
    let seed = sample.start.relevance(of: output)
    let channel = sample.start.channel
    let explained = (0..<seed.height * seed.width).filter {
      seed.values[$0 * seed.channels + channel] != 0
    }
    guard !explained.isEmpty else { return }
    let others = (sample.start.contenders ?? 0..<output.channels).filter { $0 != channel }
    samples += 1
    let explanation = explainer.explain(from: seed, layer: layer)
    let value = explainer.value(of: layer)
    // Those that speak against it come last: removing them would help.
    let ranking = explanation.relevances.indices.sorted {
      explanation.relevances[$0] > explanation.relevances[$1]
    }
    let counts = (1...steps).map { ranking.count * $0 / steps }
    let deleted = counts.map { value.keeping(Set(ranking.dropFirst($0))) }
    let inserted = counts.map { value.keeping(Set(ranking.prefix($0))) }
    let nothing = value.keeping([])
    func mean(_ output: Tensor) -> (score: Double, odds: Double) {
      var (score, odds) = (0.0, 0.0)
      for place in explained {
        let scores = output.values[place * output.channels..<(place + 1) * output.channels]
          .map { Double($0) }
        let most = others.map { scores[$0] }.max() ?? 0
        score += scores[channel]
        odds += scores[channel] - most - log(others.reduce(0) { $0 + exp(scores[$1] - most) })
      }
      return (score / Double(explained.count), odds / Double(explained.count))
    }
    let outputs = explainer.output(replacing: layer, with: deleted + inserted + [nothing])
      .map(mean)
    let (whole, empty) = (mean(output), outputs[2 * steps])
    for step in 0..<steps {
      let (left, kept) = (outputs[step], outputs[steps + step])
      deletionCurve[step] += whole.score - left.score
      insertionCurve[step] += kept.score - empty.score
      oddsDeletionCurve[step] += whole.odds - left.odds
      oddsInsertionCurve[step] += kept.odds - empty.odds
    }
    concepts += Double(Explanation.complexity(explanation.relevances))
    let (inside, hit) = Faithfulness.place(explanation.heatMap, sample.mask)
    mass += inside
    hits += hit ? 1 : 0
    var (outside, weights) = (0.0, 0.0)
    for concept in explanation.concepts where concept.relevance > 0 {
      outside += concept.relevance * (1 - Faithfulness.place(concept.heatMap, sample.mask).inside)
      weights += concept.relevance
    }
    context += weights > 0 ? outside / weights : 0
  }

  /// The share of a heat map's positive relevance inside a mask, and whether its maximum is there.
  static func place(_ map: Tensor, _ mask: [Bool]) -> (inside: Double, hit: Bool) {
    var (inside, all, best, hit) = (0.0, 0.0, -Float.infinity, false)
    for (place, value) in map.values.enumerated() {
      if value > best { (best, hit) = (value, mask[place]) }
      guard value > 0 else { continue }
      all += Double(value)
      if mask[place] { inside += Double(value) }
    }
    return (all > 0 ? inside / all : 0, hit)
  }

  /// How alike two networks' heat maps are: the mean over samples of their correlation, −1…1.
  ///
  /// A network whose weights or labels were made random must give other maps.
  ///
  /// Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018.
  public static func likeness(
    _ first: Network, _ second: Network, method: Method, layer: String, samples: [Sample]
  ) throws -> Double {
    guard let sample = samples.first else { return 0 }
    let (height, width) = (sample.input.height, sample.input.width)
    let explainers = try [first, second].map {
      try Explainer($0, height: height, width: width, method: method)
    }
    var (sum, count) = (0.0, 0)
    for sample in samples {
      let maps = explainers.map { explainer in
        // The second network need not name it so: both are asked for the same channel at the same pixels.
        explainer.forward(sample.input)
        var start = sample.start
        (start.contenders, start.amount) = (nil, .one)
        return explainer.explain(start, layer: layer, concepts: 0).heatMap.values
      }
      let alike = correlation(maps[0], maps[1])
      if alike.isFinite { (sum, count) = (sum + alike, count + 1) }
    }
    return count == 0 ? 0 : sum / Double(count)
  }

  static func correlation(_ first: [Float], _ second: [Float]) -> Double {
    let count = Double(first.count)
    let (a, b) = (
      first.reduce(0) { $0 + Double($1) } / count, second.reduce(0) { $0 + Double($1) } / count
    )
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
      let (x, y) = (Double(x) - a, Double(y) - b)
      (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y)
    }
    return ab / (aa * bb).squareRoot()
  }
}
