internal import Raster

/// The few colours that a picture mostly has, which stand in for materials where there is no layout.
struct ColourClasses: Sendable {
  /// Their means, each one number a plane; in order of falling frequency.
  private let means: [[Float]]

  /// Most classes.
  private static let most = 8
  /// Colours nearer than this are one, brightness 0…1.
  private static let nearest: Float = 8 / 255
  private static let rounds = 8
  /// Pixels that are looked at.
  private static let samples = 20_011

  /// The classes of a picture: the means of k groups, begun with those that lie furthest from each other.
  ///
  /// Source: Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 1982, begun as by Gonzalez,
  /// "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 1985.
  init(of picture: Picture) {
    let smooth = picture.mapPlanes { $0.smoothed(sigma: 1.5) }
    let step = max(1, picture.width * picture.height / Self.samples)
    let colours = stride(from: 0, to: picture.width * picture.height, by: step).map { index in
      smooth.planes.map { $0.samples[index] }
    }
    guard let first = colours.first else {
      means = [picture.planes.map { _ in 0 }]
      return
    }
    var means = [first]
    var distances = colours.map { Self.distance($0, first) }
    while means.count < Self.most,
      let furthest = distances.indices.max(by: { distances[$0] < distances[$1] }),
      distances[furthest] > Self.nearest * Self.nearest
    {
      let next = colours[furthest]
      means.append(next)
      for index in colours.indices {
        distances[index] = min(distances[index], Self.distance(colours[index], next))
      }
    }
    var counts = [Int](repeating: 0, count: means.count)
    for _ in 0..<Self.rounds {
      var sums = means.map { $0.map { _ in Float(0) } }
      counts = [Int](repeating: 0, count: means.count)
      for colour in colours {
        let own = Self.nearest(colour, means)
        counts[own] += 1
        for plane in colour.indices { sums[own][plane] += colour[plane] }
      }
      for index in means.indices where counts[index] > 0 {
        means[index] = sums[index].map { $0 / Float(counts[index]) }
      }
    }
    // What has grown together, and what only the blur of edges shows, is no class.
    var kept: [[Float]] = []
    for index in means.indices.sorted(by: { (counts[$0], $1) > (counts[$1], $0) })
    where kept.isEmpty
      || (100 * counts[index] > colours.count
        && kept.allSatisfy { Self.distance($0, means[index]) > Self.nearest * Self.nearest })
    {
      kept.append(means[index])
    }
    self.means = kept
  }

  /// The class of each pixel, by its surroundings.
  func labels(of picture: Picture) -> Labels {
    let smooth = picture.mapPlanes { $0.smoothed(sigma: 1) }
    var labels = Labels(
      width: picture.width, height: picture.height,
      values: [UInt16](repeating: 0, count: picture.width * picture.height))
    guard means.count > 1 else { return labels }
    for index in labels.values.indices {
      var (best, least) = (0, Float.infinity)
      for (number, mean) in means.enumerated() {
        var distance: Float = 0
        for plane in mean.indices {
          let difference = smooth.planes[plane].samples[index] - mean[plane]
          distance += difference * difference
        }
        if distance < least { (best, least) = (number, distance) }
      }
      labels.values[index] = UInt16(best)
    }
    return labels
  }

  private static func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  private static func nearest(_ colour: [Float], _ means: [[Float]]) -> Int {
    means.indices.min { distance(colour, means[$0]) < distance(colour, means[$1]) } ?? 0
  }
}
