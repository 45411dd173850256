public import Raster

/// The *table* baseline: the median colour of each stack code by what lies across the nearest edge and how far it is.
///
/// The distance makes it an edge profile too: the blur of an optical edge, the bright rim of an electron micrograph, and the
/// bias of the etch are all in the medians.
public struct GoldenTable: Sendable, Equatable {
  /// Standard deviation of the process blur, pixels; see `StackRegion`.
  public var rounding: Double
  /// Planes of the pictures it paints, 1 or 3.
  public let channels: Int
  /// Medians by kind of place; `channels` values each, 0…1.
  private var colours: [Kind: [Float]] = [:]
  /// What the surroundings add to them.
  private var shading = Shading()

  /// A kind of place: what lies there, what lies across the nearest edge, and how far off that is in whole pixels;
  /// `GoldenRegion.reach` is far.
  private struct Kind: Hashable {
    var material: UInt16
    var across: UInt16
    var distance: Int
  }

  /// Grey levels that medians are counted in.
  private static let levels = 512

  /// Learns the table from a photograph, in which defects may cover less than half of any kind of place.
  ///
  /// - Parameters:
  ///   - photograph: brightness 0…1.
  ///   - stack: the stack of the same pixels.
  ///   - area: the pixels to learn from, inside both.
  ///   - rounding: the process blur that `stack` was made with, pixels.
  public init(photograph: Picture, stack: StackRegion, area: PixelRect, rounding: Double) {
    self.rounding = rounding
    channels = photograph.channels
    learnColours(photograph, stack, area)
  }

  /// Learns colours and shading together, each in turn from what the other leaves (backfitting).
  ///
  /// Source: Hastie and Tibshirani, "Generalized Additive Models", 1990, ch. 4.
  public mutating func learnShading(_ photograph: Picture, stack: StackRegion, area: PixelRect) {
    for _ in 0..<3 {
      var flat = self
      flat.shading = Shading()
      shading = Shading(
        residuals: GoldenTable.difference(photograph, flat.paint(stack)), stack: stack, area: area)
      var shade = Picture(
        planes: photograph.planes.map { Plane(width: $0.width, height: $0.height) })
      shading.apply(to: &shade, stack: stack)
      learnColours(
        Picture(planes: GoldenTable.difference(photograph, shade)), stack, area)
    }
  }

  private static func difference(_ a: Picture, _ b: Picture) -> [Plane] {
    zip(a.planes, b.planes).map { a, b in
      Plane(width: a.width, height: a.height) { target in
        for index in a.samples.indices { target[index] = a.samples[index] - b.samples[index] }
      }
    }
  }

  private mutating func learnColours(_ photograph: Picture, _ stack: StackRegion, _ area: PixelRect)
  {
    colours = [:]
    let kinds = Kinds(stack)
    let levels = GoldenTable.levels
    let slots = kinds.count
    var counts = [Int32](repeating: 0, count: slots)
    var histograms = [Int32](repeating: 0, count: slots * channels * levels)
    for (channel, plane) in photograph.planes.enumerated() {
      plane.samples.withUnsafeBufferPointer { samples in
        histograms.withUnsafeMutableBufferPointer { histograms in
          counts.withUnsafeMutableBufferPointer { counts in
            for y in area.y..<area.maxY {
              for index in y &* plane.width &+ area.x..<y &* plane.width &+ area.maxX {
                let slot = kinds.slot(stack, index)
                // Less its shading a sample may lie a little below 0 or above 1.
                let level = Int(samples[index] * 340 + 85.5)
                let place = (slot &* channels &+ channel) &* levels
                histograms[place &+ min(max(level, 0), levels &- 1)] &+= 1
                if channel == 0 { counts[slot] &+= 1 }
              }
            }
          }
        }
      }
    }
    for slot in 0..<slots where counts[slot] >= 12 {
      colours[kinds.kind(slot)] = (0..<channels).map { channel in
        let start = (slot * channels + channel) * levels
        return (GoldenTable.medianLevel(histograms[start..<start + levels], counts[slot]) - 85)
          / 340
      }
    }
  }

  /// A table of nominal greys, for a golden of a process nobody has photographed: each layer has its shade.
  public init(nominalFor layerCount: Int) {
    (rounding, channels) = (0, 1)
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
  public func paint(_ stack: StackRegion) -> Picture {
    let kinds = Kinds(stack)
    let palette = (0..<kinds.count).flatMap { colour(kinds.kind($0)) }
    let (width, height) = (stack.materials.width, stack.materials.height)
    let planes = (0..<channels).map { channel in
      Plane(width: width, height: height) { target in
        for index in 0..<(width * height) {
          target[index] = palette[kinds.slot(stack, index) &* channels &+ channel]
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

  /// The kinds of places that the materials of a region can make, numbered.
  private struct Kinds {
    private let materials: [UInt16]
    private let numbers: [Int]
    private static let distances = GoldenRegion.reach + 1

    init(_ stack: StackRegion) {
      var numbers = [Int](repeating: -1, count: 1 << 16)
      for value in stack.materials.values { numbers[Int(value)] = 0 }
      // What lies across an edge may itself lie outside the region.
      for value in stack.across.values { numbers[Int(value)] = 0 }
      materials = numbers.indices.filter { numbers[$0] == 0 }.map { UInt16($0) }
      for (number, material) in materials.enumerated() { numbers[Int(material)] = number }
      self.numbers = numbers
    }

    var count: Int { materials.count * materials.count * Kinds.distances }

    @inline(__always)
    func slot(_ stack: StackRegion, _ index: Int) -> Int {
      let material = numbers[Int(stack.materials.values[index])]
      let across = numbers[Int(stack.across.values[index])]
      let distance = Int(min(stack.edgeDistance.samples[index], Float(GoldenRegion.reach)))
      return (material &* materials.count &+ across) &* Kinds.distances &+ distance
    }

    func kind(_ slot: Int) -> Kind {
      let pair = slot / Kinds.distances
      return Kind(
        material: materials[pair / materials.count], across: materials[pair % materials.count],
        distance: slot % Kinds.distances)
    }
  }
}
