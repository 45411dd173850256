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
  /// Medians by key; `channels` values each, 0…1.
  private var colours: [Key: [Float]] = [:]

  /// Half pixels are told apart, and everything from `GoldenRegion.reach` on is far.
  private struct Key: Hashable {
    var material: UInt16
    var across: UInt16
    var bin: UInt16
  }

  private static let farBin = UInt16(GoldenRegion.reach)

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
    let width = photograph.width
    var slots: [Key: Int] = [:]
    var histograms: [[Int32]] = []
    var counts: [Int32] = []
    let levels = 512
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        let index = y &* width &+ x
        let key = GoldenTable.key(stack, index)
        let slot: Int
        if let known = slots[key] {
          slot = known
        } else {
          slot = counts.count
          slots[key] = slot
          counts.append(0)
          histograms.append([Int32](repeating: 0, count: levels * photograph.channels))
        }
        counts[slot] += 1
        for channel in 0..<photograph.channels {
          let value = photograph.planes[channel].samples[index]
          let level = min(max(Int(value * Float(levels - 1) + 0.5), 0), levels - 1)
          histograms[slot][channel &* levels &+ level] += 1
        }
      }
    }
    for (key, slot) in slots where counts[slot] >= 12 {
      colours[key] = (0..<photograph.channels).map { channel in
        GoldenTable.median(histograms[slot][channel * levels..<(channel + 1) * levels], counts[slot])
      }
    }
    fillGaps(slots.keys)
  }

  /// A table of nominal greys, for a golden of a process nobody has photographed: each layer lightens or darkens.
  public init(nominalFor layerCount: Int) {
    (rounding, channels) = (0, 1)
    let shades: [Float] = [0.55, 0.2, 0.9, 0.75, 0.35, 0.65, 0.1, 0.8]
    for code in 0..<(1 << min(layerCount, 12)) {
      let top = (0..<layerCount).last { code & (1 << $0) != 0 }
      let key = Key(material: UInt16(code), across: UInt16(code), bin: GoldenTable.farBin)
      colours[key] = [top.map { shades[$0 % shades.count] } ?? 0.3]
    }
  }

  private static func key(_ stack: StackRegion, _ index: Int) -> Key {
    let distance = stack.edgeDistance.samples[index]
    let bin = UInt16(min(distance, Float(GoldenRegion.reach)))
    return Key(material: stack.materials.values[index], across: stack.across.values[index], bin: bin)
  }

  private static func median(_ histogram: ArraySlice<Int32>, _ count: Int32) -> Float {
    var below: Int32 = 0
    for (level, share) in histogram.enumerated() where share > 0 {
      if 2 * (below + share) >= count {
        // Inside the level, by the share of it that lies below the middle.
        let inside = (Float(count) / 2 - Float(below)) / Float(share)
        return (Float(level) + inside - 0.5) / Float(histogram.count - 1)
      }
      below += share
    }
    return 0
  }

  /// Kinds of places seen too rarely take the nearest distance of the same edge, or the material far from edges.
  private mutating func fillGaps(_ keys: some Sequence<Key>) {
    let learnt = colours
    for key in keys where learnt[key] == nil {
      let sameEdge = learnt.filter { $0.key.material == key.material && $0.key.across == key.across }
      let sameMaterial = learnt.filter { $0.key.material == key.material }
      let pool = sameEdge.isEmpty ? sameMaterial : sameEdge
      let nearest = pool.min {
        (abs(Int($0.key.bin) - Int(key.bin)), $0.key.across, $0.key.bin)
          < (abs(Int($1.key.bin) - Int(key.bin)), $1.key.across, $1.key.bin)
      }
      if let nearest { colours[key] = nearest.value }
    }
  }

  /// Paints a region; kinds of places never seen get the middle grey of what was.
  public func paint(_ stack: StackRegion) -> Picture {
    let (width, height) = (stack.materials.width, stack.materials.height)
    let average = (0..<channels).map { channel in
      colours.isEmpty ? 0 : colours.values.reduce(0) { $0 + $1[channel] } / Float(colours.count)
    }
    var planes = [Plane](repeating: Plane(width: width, height: height), count: channels)
    var known: [Key: [Float]] = [:]
    for index in 0..<(width * height) {
      let key = GoldenTable.key(stack, index)
      let colour: [Float]
      if let cached = known[key] {
        colour = cached
      } else {
        colour = nearestColour(key) ?? average
        known[key] = colour
      }
      for channel in 0..<channels { planes[channel].samples[index] = colour[channel] }
    }
    return Picture(planes: planes)
  }

  private func nearestColour(_ key: Key) -> [Float]? {
    if let exact = colours[key] { return exact }
    return colours.filter { $0.key.material == key.material }.min {
      (abs(Int($0.key.bin) - Int(key.bin)), $0.key.across) < (abs(Int($1.key.bin) - Int(key.bin)), $1.key.across)
    }?.value
  }
}
