internal import Raster

/// Labelled pairs of one list of classes, and how crops to learn from are drawn from them.
public struct LabelledSet: Sendable {
  /// The pairs.
  public let pairs: [LabelledPair]
  /// Names of the classes without that of no defect; labels begin with 1.
  public let classes: [String]
  /// The places of each class, by label: pair and box.
  private let places: [Int: [(pair: Int, box: Int)]]

  /// A set of pairs.
  ///
  /// - Parameter classes: without the first one, which is no defect.
  public init(_ pairs: [LabelledPair], classes: [String]) {
    precondition(
      pairs.allSatisfy { $0.boxes.allSatisfy { (1...classes.count).contains($0.label) } },
      "every box is of a class")
    (self.pairs, self.classes) = (pairs, classes)
    places = Dictionary(
      grouping: pairs.enumerated().flatMap { number, pair in
        pair.boxes.indices.map { (pair: number, box: $0) }
      }
    ) { pairs[$0.pair].boxes[$0.box].label }
  }

  /// Labelled places of each class, by name.
  public var counts: [String: Int] {
    Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { ($1, places[$0 + 1]?.count ?? 0) })
  }

  /// The crop of a number: around a place of a class drawn evenly among those there are, or anywhere.
  ///
  /// - Parameters:
  ///   - number: the same number gives the same crop.
  ///   - anywhere: the share of crops that lie anywhere.
  ///   - shift: by how many pixels at most a golden is moved against its scan.
  public func crop(
    _ number: Int, seed: UInt64, side: Int, anywhere: Double = 0.15, shift: Int = 2
  ) -> LabelledCrop {
    var random = SplitMix(seed, UInt64(number))
    let isAnywhere = Double.random(in: 0..<1, using: &random) < anywhere
    if !isAnywhere, let label = places.keys.sorted().randomElement(using: &random),
      let place = places[label]?.randomElement(using: &random)
    {
      let pair = pairs[place.pair]
      return pair.crop(
        side: side, around: pair.boxes[place.box].box, shift: shift, using: &random)
    }
    return pairs[Int.random(in: pairs.indices, using: &random)].crop(
      side: side, around: nil, shift: shift, using: &random)
  }

  /// The same places with classes drawn by chance, for the test that explanations hang on what was learnt.
  ///
  /// Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018.
  public func withLabelsByChance(seed: UInt64) -> LabelledSet {
    var random = SplitMix(seed, 0x6C61_6265)
    return LabelledSet(
      pairs.map { pair in
        var pair = pair
        for index in pair.boxes.indices {
          let (old, box) = (pair.boxes[index].label, pair.boxes[index].box)
          let new = Int.random(in: 1...classes.count, using: &random)
          pair.boxes[index].label = new
          let width = pair.width
          let inside = box.intersection(
            PixelRect(x: 0, y: 0, width: width, height: pair.height))
          for y in inside.y..<inside.maxY {
            for place in y * width + inside.x..<y * width + inside.maxX
            where pair.labels?[place] == UInt8(old) {
              pair.labels?[place] = UInt8(new)
            }
          }
        }
        return pair
      }, classes: classes)
  }
}
