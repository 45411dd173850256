internal import Foundation
public import Raster

/// How like a photograph a golden is, over as many regions as wanted: of all pixels, and of edges and flats apart.
public struct ImageScores: Codable, Sendable, Equatable {
  /// Scores of a set of pixels; means over the pixels and the channels, of brightness 0…1.
  public struct Tally: Codable, Sendable, Equatable {
    /// Pixels, by weight.
    public fileprivate(set) var pixels = 0.0
    fileprivate var absolute = 0.0
    fileprivate var squared = 0.0
    fileprivate var similarity = Mean()
    fileprivate var gradient = Mean()

    /// Mean |golden − photograph|; 0 where there are no pixels.
    public var l1: Double { pixels > 0 ? absolute / pixels : 0 }
    /// Peak signal to noise, dB, to a peak of 1; infinite where they are the same.
    public var psnr: Double { pixels > 0 ? -10 * log10(squared / pixels) : .infinity }
    /// Mean structural similarity, at most 1, of the pixels whose window the pictures hold; 1 where there are none.
    public var ssim: Double { similarity.value ?? 1 }
    /// Mean |∂golden − ∂photograph| over both directions, central differences, brightness a pixel.
    public var gradientL1: Double { gradient.value ?? 0 }

    fileprivate mutating func merge(_ other: Tally) {
      pixels += other.pixels
      absolute += other.absolute
      squared += other.squared
      similarity.merge(other.similarity)
      gradient.merge(other.gradient)
    }
  }

  fileprivate struct Mean: Codable, Sendable, Equatable {
    var sum = 0.0
    var weight = 0.0

    var value: Double? { weight > 0 ? sum / weight : nil }

    mutating func add(_ value: Double, _ share: Double) {
      sum += share * value
      weight += share
    }

    mutating func merge(_ other: Mean) {
      sum += other.sum
      weight += other.weight
    }
  }

  /// What is left between golden and photograph in a kind of place.
  public struct Residual: Codable, Sendable, Equatable {
    /// Pixels, by weight.
    public fileprivate(set) var pixels = 0.0
    fileprivate var absolute = 0.0
    fileprivate var signed = 0.0

    /// Mean |golden − photograph|; 0 where there are no pixels.
    public var l1: Double { pixels > 0 ? absolute / pixels : 0 }
    /// Mean golden − photograph: above 0 where the golden is too bright.
    public var bias: Double { pixels > 0 ? signed / pixels : 0 }

    fileprivate mutating func merge(_ other: Residual) {
      pixels += other.pixels
      absolute += other.absolute
      signed += other.signed
    }
  }

  /// Pixels within so many pixels of an edge are edges, the others flats.
  public static let edgeReach: Float = 3

  /// Scores of all pixels.
  public private(set) var all = Tally()
  /// Scores of pixels near an edge.
  public private(set) var edges = Tally()
  /// Scores of the other pixels.
  public private(set) var flats = Tally()
  /// Residual by whole pixels to the nearest edge, 0 to `GoldenRegion.reach`; the last is anything further off.
  public private(set) var byDistance = [Residual](
    repeating: Residual(), count: GoldenRegion.reach + 1)
  /// Residual by material: a stack code, or a class of brightness.
  public private(set) var byMaterial: [UInt16: Residual] = [:]

  /// No pixels yet.
  public init() {}

  /// Adds the pixels of another.
  public mutating func merge(_ other: ImageScores) {
    all.merge(other.all)
    edges.merge(other.edges)
    flats.merge(other.flats)
    for index in byDistance.indices where index < other.byDistance.count {
      byDistance[index].merge(other.byDistance[index])
    }
    for (material, residual) in other.byMaterial {
      byMaterial[material, default: Residual()].merge(residual)
    }
  }

  /// Residual by layer: of the pixels whose stack code holds it.
  ///
  /// - Parameter layer: its place in the stack, from 0.
  public func residual(ofLayer layer: Int) -> Residual {
    var result = Residual()
    for (material, residual) in byMaterial.sorted(by: { $0.key < $1.key })
    where material & (1 << UInt16(layer)) != 0 {
      result.merge(residual)
    }
    return result
  }

  /// Mean differences over those of a noise floor, all pixels, edges and flats; nil where the floor has none.
  ///
  /// The floor is what two photographs of the same flawless die differ by. Both of them are noisy and a golden is not: a
  /// perfect golden comes to about 0.7.
  ///
  /// - Parameter floor: scores of one photograph against the other, of the same pixels.
  public func ratio(toFloor floor: ImageScores) -> (all: Double?, edges: Double?, flats: Double?) {
    func ratio(_ tally: KeyPath<ImageScores, Tally>) -> Double? {
      let least = floor[keyPath: tally].l1
      return least > 0 ? self[keyPath: tally].l1 / least : nil
    }
    return (ratio(\.all), ratio(\.edges), ratio(\.flats))
  }

  /// Adds the pixels of a region.
  ///
  /// - Parameters:
  ///   - golden: the golden picture, after whatever fit of brightness is wanted.
  ///   - photograph: the photograph of the same pixels, of as many channels.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge.
  ///   - area: the pixels that count; the others serve as surroundings. The windows of pixels nearer than 5 px to the
  ///     pictures' border are cut, and their similarity does not count: give regions that much more.
  ///   - weights: how much each pixel counts, 0…1, nil for 1; what touches an ignored pixel has no gradient and no
  ///     similarity.
  public mutating func add(
    golden: Picture, photograph: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    weights: Plane? = nil
  ) {
    precondition(
      golden.bounds == photograph.bounds && golden.channels == photograph.channels
        && golden.bounds == edgeDistance.bounds && golden.width == materials.width
        && golden.height == materials.height && golden.bounds.contains(area)
        && weights?.bounds ?? golden.bounds == golden.bounds,
      "what is scored has one size")
    guard !area.isEmpty else { return }
    let bounds = golden.bounds
    let similarities = zip(golden.planes, photograph.planes).map {
      StructuralSimilarity.map($0, $1)
    }
    let inWindow = bounds.expanded(by: -StructuralSimilarity.radius)
    let inGradient = bounds.expanded(by: -1)
    let windowWeights = weights?.extremes(radius: StructuralSimilarity.radius).low
    let gradientWeights = weights?.extremes(radius: 1).low
    let share = 1 / Double(golden.channels)
    // By label, so that no dictionary is asked for each pixel.
    var found = [Residual](repeating: Residual(), count: 1 << 16)
    for y in area.y..<area.maxY {
      // A row at a time: a sum of few terms loses nothing.
      var (near, far) = (Tally(), Tally())
      for x in area.x..<area.maxX {
        let index = y &* bounds.width &+ x
        let weight = Double(weights?.samples[index] ?? 1)
        guard weight > 0 else { continue }
        let place = Place(
          index: index, width: bounds.width, weight: weight,
          windowWeight: inWindow.contains(x: x, y: y)
            ? Double(windowWeights?.samples[index] ?? 1) : 0,
          gradientWeight: inGradient.contains(x: x, y: y)
            ? Double(gradientWeights?.samples[index] ?? 1) : 0)
        var residual = Residual()
        residual.pixels = weight
        let distance = edgeDistance.samples[index]
        let isEdge = distance <= ImageScores.edgeReach
        for channel in golden.planes.indices {
          let difference = Double(
            golden.planes[channel].samples[index] - photograph.planes[channel].samples[index])
          residual.absolute += weight * share * abs(difference)
          residual.signed += weight * share * difference
          let pair = (golden.planes[channel], photograph.planes[channel])
          if isEdge {
            near.add(difference, pair, similarities[channel], place, share)
          } else {
            far.add(difference, pair, similarities[channel], place, share)
          }
        }
        byDistance[min(max(Int(distance), 0), GoldenRegion.reach)].merge(residual)
        found[Int(materials.values[index])].merge(residual)
      }
      edges.merge(near)
      flats.merge(far)
      all.merge(near)
      all.merge(far)
    }
    for (material, residual) in found.enumerated() where residual.pixels > 0 {
      byMaterial[UInt16(material), default: Residual()].merge(residual)
    }
  }

  fileprivate struct Place {
    var index: Int
    var width: Int
    var weight: Double
    var windowWeight: Double
    var gradientWeight: Double
  }
}

extension ImageScores.Tally {
  /// Adds a channel of a pixel.
  fileprivate mutating func add(
    _ difference: Double, _ pair: (Plane, Plane), _ similarities: Plane, _ place: ImageScores.Place,
    _ share: Double
  ) {
    pixels += share * place.weight
    absolute += share * place.weight * abs(difference)
    squared += share * place.weight * difference * difference
    if place.windowWeight > 0 {
      similarity.add(Double(similarities.samples[place.index]), share * place.windowWeight)
    }
    if place.gradientWeight > 0 {
      func departure(_ step: Int) -> Double {
        let (next, before) = (place.index &+ step, place.index &- step)
        let (golden, photograph) = (pair.0.samples, pair.1.samples)
        return Double(
          abs(golden[next] - golden[before] - photograph[next] + photograph[before]) / 2)
      }
      gradient.add((departure(1) + departure(place.width)) / 2, share * place.gradientWeight)
    }
  }
}
