public import Raster

/// The *table* baseline: the median colour of each stack code by what lies across the nearest edge and how far it is.
///
/// The distance makes it an edge profile too: the blur of an optical edge, the bright rim of an electron micrograph, and the
/// bias of the etch are all in the medians.
public struct GoldenTable: Sendable, Equatable {
  /// Standard deviation of the process blur, pixels of `pixelSizeUm`; see `StackRegion`.
  public var rounding: Double
  /// Size of the pixels that distances are told in, µm; nil for those of whatever is painted.
  public let pixelSizeUm: Double?
  /// Planes of the pictures it paints, 1 or 3.
  public let channels: Int
  /// Medians by kind of place; `channels` values each, 0…1.
  var colours: [Kind: [Float]] = [:]
  /// What the surroundings add to them.
  private var shading = Shading()

  /// A kind of place: what lies there, what lies across the nearest edge, and how far off that is in whole pixels;
  /// `GoldenRegion.reach` is far.
  struct Kind: Hashable {
    var material: UInt16
    var across: UInt16
    var distance: Int
  }

  /// Grey levels that medians are counted in.
  private static let levels = 512
  /// Pixels that a kind of place needs for a median.
  private static let leastCount = 12

  /// Learns the table from photographs, in which defects may cover less than half of any kind of place.
  ///
  /// - Parameters:
  ///   - lessons: one at least; brightness 0…1, on one scale.
  ///   - rounding: the process blur that the stacks were made with, pixels of `pixelSizeUm`.
  ///   - pixelSizeUm: the size of the pixels that distances are told in; nil where that does not matter.
  public init(
    learning lessons: [TrainingSet.Lesson], rounding: Double, pixelSizeUm: Double? = nil
  ) {
    precondition(!lessons.isEmpty, "there is a photograph to learn from")
    (self.rounding, self.pixelSizeUm) = (rounding, pixelSizeUm)
    channels = lessons[0].photograph.channels
    learnColours(lessons)
  }

  /// Learns colours and shading together, each in turn from what the other leaves (backfitting).
  ///
  /// Source: Hastie and Tibshirani, "Generalized Additive Models", 1990, ch. 4.
  public mutating func learnShading(_ lessons: [TrainingSet.Lesson]) {
    for _ in 0..<3 {
      var flat = self
      flat.shading = Shading()
      shading = Shading(
        lessons.map { lesson in
          let painted = flat.paint(lesson.stack, relativePixelSize: lesson.relativePixelSize)
          var rest = lesson
          rest.photograph = Picture(planes: GoldenTable.difference(lesson.photograph, painted))
          return rest
        })
      let shading = shading
      learnColours(
        lessons.map { lesson in
          var shade = lesson.photograph.mapPlanes { Plane(width: $0.width, height: $0.height) }
          shading.apply(to: &shade, stack: lesson.stack)
          var rest = lesson
          rest.photograph = Picture(planes: GoldenTable.difference(lesson.photograph, shade))
          return rest
        })
    }
  }

  private static func difference(_ a: Picture, _ b: Picture) -> [Plane] {
    zip(a.planes, b.planes).map { a, b in
      Plane(width: a.width, height: a.height) { target in
        for index in a.samples.indices { target[index] = a.samples[index] - b.samples[index] }
      }
    }
  }

  private mutating func learnColours(_ lessons: [TrainingSet.Lesson]) {
    let kinds = Kinds(lessons.map(\.stack))
    var found = [[Float]](repeating: [], count: kinds.count)
    for channel in 0..<channels {
      let medians = GoldenTable.medians(of: channel, in: lessons, kinds)
      for slot in found.indices {
        if let median = medians[slot] { found[slot].append(median.value) }
      }
    }
    colours = [:]
    for slot in found.indices where !found[slot].isEmpty { colours[kinds.kind(slot)] = found[slot] }
  }

  /// The median of each kind of place over all lessons and how many pixels it has, where they are enough.
  ///
  /// - Parameter leastEdgeDistance: pixels nearer to an edge, pixels of their photograph, do not count.
  private static func medians(
    of channel: Int, in lessons: [TrainingSet.Lesson], _ kinds: Kinds, leastEdgeDistance: Float = 0
  ) -> [(value: Float, count: Int32)?] {
    var counts = [Int32](repeating: 0, count: kinds.count)
    var histograms = [Int32](repeating: 0, count: kinds.count * levels)
    for lesson in lessons {
      let (plane, area) = (lesson.photograph.planes[channel], lesson.area)
      plane.samples.withUnsafeBufferPointer { samples in
        histograms.withUnsafeMutableBufferPointer { histograms in
          counts.withUnsafeMutableBufferPointer { counts in
            for y in area.y..<area.maxY {
              for index in y &* plane.width &+ area.x..<y &* plane.width &+ area.maxX {
                guard lesson.stack.edgeDistance.samples[index] >= leastEdgeDistance else {
                  continue
                }
                let slot = kinds.slot(
                  lesson.stack, index, relativePixelSize: lesson.relativePixelSize)
                // Less its shading a sample may lie a little below 0 or above 1.
                let level = Int(samples[index] * 340 + 85.5)
                histograms[slot &* levels &+ min(max(level, 0), levels &- 1)] &+= 1
                counts[slot] &+= 1
              }
            }
          }
        }
      }
    }
    return counts.indices.map { slot in
      guard counts[slot] >= leastCount else { return nil }
      let histogram = histograms[slot * levels..<(slot + 1) * levels]
      return ((medianLevel(histogram, counts[slot]) - 85) / 340, counts[slot])
    }
  }

  /// What each of several photographs shows of the kinds of places that they share, channel by channel.
  static func sights(_ lessons: [TrainingSet.Lesson]) -> [[[CommonScale.Sight]]] {
    let kinds = Kinds(lessons.map(\.stack))
    return lessons.map { lesson in
      lesson.photograph.planes.indices.map { channel in
        // How an edge looks hangs on the size of the pixels.
        medians(of: channel, in: [lesson], kinds, leastEdgeDistance: 4).map { median in
          // What a kind departs by is seldom noise: many pixels do not make it that much surer.
          CommonScale.Sight(
            value: Double(median?.value ?? 0),
            weight: median.map { Double($0.count).squareRoot() } ?? 0)
        }
      }
    }
  }

  /// A table of nominal greys, for a golden of a process nobody has photographed: each layer has its shade.
  public init(nominalFor layerCount: Int) {
    (rounding, pixelSizeUm, channels) = (0, nil, 1)
    let shades: [Float] = [0.55, 0.2, 0.9, 0.75, 0.35, 0.65, 0.1, 0.8]
    for code in 0..<(1 << min(layerCount, 12)) {
      let top = (0..<layerCount).last { code & (1 << $0) != 0 }
      let kind = Kind(material: UInt16(code), across: UInt16(code), distance: GoldenRegion.reach)
      colours[kind] = [top.map { shades[$0 % shades.count] } ?? 0.3]
    }
  }

  private static func medianLevel(_ histogram: ArraySlice<Int32>, _ count: Int32) -> Float {
    var below: Int32 = 0
    for (level, share) in histogram.enumerated() where share > 0 {
      if 2 * (below + share) >= count {
        // Inside the level, by the share of it that lies below the middle.
        return Float(level) + (Float(count) / 2 - Float(below)) / Float(share) - 0.5
      }
      below += share
    }
    return 0
  }

  /// Paints a region.
  ///
  /// A kind of place that was seen too rarely takes the colour of the kind most like it: the same edge at the nearest
  /// distance, else the same material, else the average of all.
  ///
  /// - Parameters:
  ///   - stack: the stack of the region.
  ///   - relativePixelSize: the size of its pixels over `pixelSizeUm`.
  public func paint(_ stack: StackRegion, relativePixelSize: Float = 1) -> Picture {
    let kinds = Kinds([stack])
    let palette = (0..<kinds.count).flatMap { colour(kinds.kind($0)) }
    let (width, height) = (stack.materials.width, stack.materials.height)
    let planes = (0..<channels).map { channel in
      Plane(width: width, height: height) { target in
        for index in 0..<(width * height) {
          target[index] =
            palette[
              kinds.slot(stack, index, relativePixelSize: relativePixelSize) &* channels &+ channel]
        }
      }
    }
    var picture = Picture(planes: planes)
    shading.apply(to: &picture, stack: stack)
    return picture
  }

  private func colour(_ kind: Kind) -> [Float] {
    if let exact = colours[kind] { return exact }
    func nearest(_ pool: [Kind: [Float]]) -> [Float]? {
      pool.min {
        (abs($0.key.distance - kind.distance), $0.key.across, $0.key.distance)
          < (abs($1.key.distance - kind.distance), $1.key.across, $1.key.distance)
      }?.value
    }
    let sameMaterial = colours.filter { $0.key.material == kind.material }
    let average = (0..<channels).map { channel in
      colours.isEmpty ? 0 : colours.values.reduce(0) { $0 + $1[channel] } / Float(colours.count)
    }
    return nearest(sameMaterial.filter { $0.key.across == kind.across }) ?? nearest(sameMaterial)
      ?? average
  }
}
