internal import Raster

/// What a scan shows where an inspection flags it, told in layers.
///
/// Whatever the materials, it is more of them or fewer, it joins or parts something, or stands alone. That tells a bridge from
/// extra pattern, a broken line from a missing one, and both from their opposites, which look the same with figure and ground
/// exchanged.
///
/// A flagged place tells two materials apart: the golden's there, and the one of those around it that the scan's colour is of.
/// Around it each pixel of either picture is of the one, of the other, or of neither. A piece of what was to be there that the
/// scan leaves in several is parted; a piece of what is there instead that lies over several of the golden's is joined; one that
/// lies over none is alone. A bridge joins what has more layers, or parts the gap where two arms of one piece are bridged; a
/// cut parts a line, and joins the gaps beside it.
struct FlaggedPlaces {
  /// The room around a place within which pieces are told apart, and within which materials are known, pixels.
  private static let (marginPx, materialsPx) = (12, 64)
  /// The greatest piece that is small where it stands alone, pixels.
  private static let smallPx = 50
  /// The least number of pixels of a part.
  private static let leastPart = 6
  /// Longer places are told nothing of, pixels: what is told must not hang on how much of a scan is looked at.
  private static let longestPx = 192
  /// Colours that differ by less, 0…1, are one material.
  private static let leastStep: Float = 0.015

  /// A place with its kind.
  struct Place {
    var box: PixelRect
    var kind: PlaceKind
  }

  /// The places; all else that is held was only to find them, and is large.
  private(set) var places: [Place] = []

  private let scan, golden: Picture
  private let materials: Labels

  /// Tells of every place that is flagged.
  ///
  /// - Parameters:
  ///   - scan, golden: of one size and number of planes.
  ///   - difference: of what is flagged by; not a number where nothing was compared.
  ///   - threshold: the difference that is flagged; a place reaches as far as half of it does.
  ///   - materials: the golden's stack codes, a bit for each layer.
  init(scan: Picture, golden: Picture, difference: Plane, threshold: Float, materials: Labels) {
    (self.scan, self.golden, self.materials) = (scan, golden, materials)
    let changes = PixelMask(
      width: scan.width, height: scan.height,
      isSet: difference.samples.map { abs($0) >= threshold / 2 })
    let pieces = changes.pieces(in: changes.bounds, corners: true)
    for piece in pieces.places where max(piece.box.width, piece.box.height) <= Self.longestPx {
      let pixels = pieces.pixels[piece.range]
      guard pixels.contains(where: { abs(difference.samples[$0]) >= threshold }) else { continue }
      if let kind = kind(Array(pixels), piece.box) {
        places.append(Place(box: piece.box, kind: kind))
      }
    }
  }

  /// The kind of one place; nil where scan and golden show one colour.
  private func kind(_ pixels: [Int], _ box: PixelRect) -> PlaceKind? {
    let width = scan.width
    // Wide filters flag what lies around a place, too: it is where the pictures differ most.
    let apart = pixels.map { (pixel: $0, distance: distance(at: $0)) }
    let most = apart.reduce(0) { max($0, $1.distance) }
    let strongest = apart.filter { 2 * $0.distance >= most }
      .sorted { $0.distance == $1.distance ? $0.pixel < $1.pixel : $0.distance > $1.distance }
      .map(\.pixel)
    func mean(_ picture: Picture) -> [Float] {
      picture.planes.map { plane in
        strongest.reduce(0) { $0 + plane.samples[$1] } / Float(strongest.count)
      }
    }
    let (drawn, found) = (mean(golden), mean(scan))
    let contrast = Self.distance(drawn, found)
    guard contrast >= Self.leastStep * Self.leastStep * Float(drawn.count) else { return nil }
    let layers = self.layers(found, instead: strongest, near: box, within: contrast / 2)
    let window = box.expanded(by: Self.marginPx).intersection(scan.bounds)
    let before = Self.masks(of: golden, window, drawn, found, contrast)
    let after = Self.masks(of: scan, window, drawn, found, contrast)
    let own = strongest.map { ($0 / width - window.y) * window.width + $0 % width - window.x }
    let bounds = before.drawn.bounds
    let start = own.first { after.found.isSet[$0] }
    let isolated = start.map { after.found.alone(at: $0, from: before.found, in: bounds) } ?? 0
    let alone: PlaceKind.Alone =
      isolated < Self.leastPart ? .none : isolated <= Self.smallPx ? .small : .large
    guard layers != 0 else { return PlaceKind(.same, alone: alone) }
    let parted = before.drawn.parted(by: after.drawn, in: bounds, touching: own) >= Self.leastPart
    let joined = after.found.parted(by: before.found, in: bounds, touching: own) >= Self.leastPart
    let (line, gap) = layers > 0 ? (joined, parted) : (parted, joined)
    return PlaceKind(
      layers > 0 ? .more : .fewer, line ? .line : gap ? .gap : .none, alone: alone)
  }

  /// How many layers more the material of a colour has than what is drawn at some pixels; 0 where the colour is of no material
  /// around them.
  ///
  /// Of the materials that look so, a quarter of what is seen of them and more, that one is meant which differs by the fewest
  /// layers.
  private func layers(
    _ colour: [Float], instead pixels: [Int], near box: PixelRect, within limit: Float
  ) -> Int {
    var counts: [UInt16: Int] = [:]
    for pixel in pixels { counts[materials.values[pixel], default: 0] += 1 }
    let drawn = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    var seen: [UInt16: (all: Int, alike: Int)] = [:]
    let window = box.expanded(by: Self.materialsPx).intersection(scan.bounds)
    for y in window.y..<window.maxY {
      for place in y * scan.width + window.x..<y * scan.width + window.maxX
      where materials.values[place] != drawn {
        var distance: Float = 0
        for channel in colour.indices {
          let apart = golden.planes[channel].samples[place] - colour[channel]
          distance += apart * apart
        }
        let known = seen[materials.values[place]] ?? (0, 0)
        seen[materials.values[place]] = (known.all + 1, known.alike + (distance <= limit ? 1 : 0))
      }
    }
    let alike = seen.filter { $0.value.alike >= max(Self.leastPart, $0.value.all / 4) }
    let nearest = alike.min {
      let (a, b) = (($0.key ^ drawn).nonzeroBitCount, ($1.key ^ drawn).nonzeroBitCount)
      return (a, -$0.value.alike, $0.key) < (b, -$1.value.alike, $1.key)
    }
    return nearest.map { $0.key.nonzeroBitCount - drawn.nonzeroBitCount } ?? 0
  }

  /// How far scan and golden are apart at a pixel and the eight around it, on average, squared.
  private func distance(at pixel: Int) -> Float {
    let (x, y) = (pixel % scan.width, pixel / scan.width)
    let (columns, rows) = (
      max(0, x - 1)...min(scan.width - 1, x + 1), max(0, y - 1)...min(scan.height - 1, y + 1)
    )
    let count = Float(columns.count * rows.count)
    return zip(scan.planes, golden.planes).reduce(0) { sum, planes in
      var mean: Float = 0
      for row in rows {
        for place in row * scan.width + columns.lowerBound...row * scan.width + columns.upperBound {
          mean += planes.0.samples[place] - planes.1.samples[place]
        }
      }
      return sum + mean / count * (mean / count)
    }
  }

  private static func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The pixels of a window that are of one of two colours, each within 0.7 of their distance.
  private static func masks(
    of picture: Picture, _ window: PixelRect, _ drawn: [Float], _ found: [Float], _ step: Float
  ) -> (drawn: PixelMask, found: PixelMask) {
    var (toDrawn, toFound) = (
      [Float](repeating: 0, count: window.area), [Float](repeating: 0, count: window.area)
    )
    for (channel, plane) in picture.planes.enumerated() {
      var place = 0
      for y in window.y..<window.maxY {
        for x in window.x..<window.maxX {
          let value = plane.samples[y * plane.width + x]
          toDrawn[place] += (value - drawn[channel]) * (value - drawn[channel])
          toFound[place] += (value - found[channel]) * (value - found[channel])
          place += 1
        }
      }
    }
    func mask(_ own: [Float], _ other: [Float]) -> PixelMask {
      PixelMask(
        width: window.width, height: window.height,
        isSet: zip(own, other).map { $0 <= $1 && $0 <= step / 2 })
    }
    return (mask(toDrawn, toFound), mask(toFound, toDrawn))
  }
}
