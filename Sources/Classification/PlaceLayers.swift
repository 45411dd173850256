internal import Foundation
internal import Raster

/// What a scan shows at a place, told in layers and measured.
///
/// Whatever the materials, it is more of them or fewer, it joins or parts something, or stands alone. That tells a bridge from
/// extra pattern, a broken line from a missing one, and both from their opposites, which look the same with figure and ground
/// exchanged.
///
/// Which material a scan shows instead of a drawn one is told by colour: that of each material away from its edges, for edges
/// have colours of their own. All else is told by the layers drawn, and by which pixels changed: they join pieces that they
/// touch, part those that fall into several without them, and stand alone where they touch none.
struct PlaceLayers {
  /// The room around a place within which materials are known, within which pieces are told apart, and within which a material
  /// is near, pixels.
  private static let (materialsPx, marginPx, nearPx) = (64, 12, 6)
  /// So many pixels of a material are needed to know its colour, for it to be near, to part a piece, and to join one.
  private static let (leastKnown, leastNear, leastParted, leastJoined) = (6, 12, 10, 2)
  /// The least and the greatest piece that is small where it stands alone, pixels.
  private static let smallPx = 6...50
  /// Of longer places nothing is measured, pixels: they are no matter of layers, and would take long.
  private static let longestPx = 512
  /// The greatest distance from edges that is told, pixels.
  private static let edgesPx = 20
  /// Colours that differ by less, 0…1, are one material.
  private static let leastStep: Float = 0.015
  /// Pixels of a place differ by so much of the greatest difference: those it is centred on, those whose material is asked,
  /// and all that changed.
  private static let (strong, coloured, changed): (Float, Float, Float) = (0.5, 0.15, 0.1)
  /// A pixel is of a material if it is nearer to its colour than so much of what that is from the drawn one's; so many of the
  /// pixels asked must be.
  private static let (likeness, leastShare): (Float, Double) = (0.45, 0.1)
  /// What a material counts for with each further layer that it differs by, and where it is not near.
  private static let (furtherLayer, far) = (0.8, 0.5)

  /// As much around a place as is looked at.
  static func window(around box: PixelRect) -> PixelRect { box.expanded(by: materialsPx) }

  /// Scan and golden of one size, and the golden's stack codes, a bit for each layer.
  let scan, golden: Picture
  let materials: Labels

  typealias Pixel = (x: Int, y: Int, distance: Float)

  /// What is measured of the place in a box; nil where nothing differs, or where it is too long.
  func measures(of box: PixelRect) -> PlaceMeasures? {
    guard max(box.width, box.height) <= Self.longestPx else { return nil }
    // A finding's box reaches further than its defect.
    let pixels: [Pixel] = pixels(of: box.expanded(by: 2).intersection(scan.bounds))
    let own = pixels.filter { box.contains(x: $0.x, y: $0.y) }
    let most = own.reduce(0) { max($0, $1.distance) }
    guard most > 0 else { return nil }
    let strongest = own.filter { $0.distance >= Self.strong * most }
    let asked = own.filter { $0.distance >= Self.coloured * most }
    let depth = materials.nearestOther(reach: Self.edgesPx).distance
    let told = told(
      strongest: strongest, asked: asked,
      changed: pixels.filter { $0.distance >= Self.changed * most }, depth: depth)
    var measured = shape(of: asked, in: box)
    measured.merge(contrast(of: asked, strongest: strongest)) { $1 }
    measured.merge(drawn(under: asked, depth: depth)) { $1 }
    measured[.layersMore] = Double(told.more)
    measured[.line] = log1p(Double(told.line))
    measured[.gap] = log1p(Double(told.gap))
    measured[.alone] = log1p(Double(told.alone))
    return PlaceMeasures(kind: told.kind, measured)
  }

  /// What layers tell: the kind of place, how many more of them there are, and the pixels of what is joined or parted and of what
  /// stands alone.
  private typealias Told = (kind: PlaceKind?, more: Int, line: Int, gap: Int, alone: Int)

  /// What layers tell of pixels; of no kind where scan and golden show one colour.
  private func told(
    strongest: [Pixel], asked: [Pixel], changed: [Pixel], depth: Plane
  ) -> Told {
    let step = Self.distance(mean(scan, strongest), mean(golden, strongest))
    guard step >= Self.leastStep * Self.leastStep * Float(scan.channels) else {
      return (nil, 0, 0, 0, 0)
    }
    let reach = strongest.reduce(PixelRect(x: strongest[0].x, y: strongest[0].y)) {
      $0.union(PixelRect(x: $1.x, y: $1.y))
    }
    let window = reach.expanded(by: Self.marginPx).intersection(scan.bounds)
    let codes = materials.crop(window)
    func places(_ pixels: [Pixel]) -> [Int] {
      pixels.filter { window.contains(x: $0.x, y: $0.y) }
        .map { ($0.y - window.y) * window.width + $0.x - window.x }
    }
    let change = PixelMask(width: window.width, height: window.height, set: places(changed))
      .pieces(touching: places(strongest))

    let told = instead(asked, near: reach.expanded(by: Self.nearPx), depth: depth)
    let drawn = told?.drawn ?? Self.commonest(places(strongest).map { codes.values[$0] }) ?? 0
    let found =
      told?.found ?? Self.commonest(codes.values.filter { $0 != drawn }) ?? drawn
    let more = found.nonzeroBitCount - drawn.nonzeroBitCount
    if told != nil, more == 0 { return (PlaceKind(.same), 0, 0, 0, 0) }
    let layers: PlaceKind.Layers = told == nil ? .same : more > 0 ? .more : .fewer
    // What has more layers, and what changes it.
    let figure = more > 0 ? found & ~drawn : drawn & ~found
    let line = PixelMask(
      width: window.width, height: window.height, isSet: codes.values.map { $0 & figure != 0 })
    let gap = line.inverted
    let touched = change.dilated
    let all = touched.bounds
    func joined(_ pieces: PixelMask) -> Int { touched.parted(by: pieces, in: all) }
    func parted(_ pieces: PixelMask) -> Int {
      let places = touched.isSet.indices.filter { touched.isSet[$0] }
      return pieces.parted(by: pieces.without(touched), in: all, touching: places)
    }
    let (ofLine, ofGap) = more > 0 ? (joined(line), parted(gap)) : (parted(line), joined(gap))
    let isLine = ofLine >= (more > 0 ? Self.leastJoined : Self.leastParted)
    let isGap = ofGap >= (more > 0 ? Self.leastParted : Self.leastJoined)
    let connection: PlaceKind.Connection
    if layers == .same {
      connection = isLine ? (more > 0 ? .gap : .line) : .none
    } else {
      connection = isLine ? .line : isGap ? .gap : .none
    }
    let isAlone = connection == .none && (more < 0 ? gap : line).count(in: touched) == 0
    let size = isAlone ? change.count : 0
    let kind = PlaceKind(
      layers, connection,
      alone: size < Self.smallPx.lowerBound
        ? .none : size <= Self.smallPx.upperBound ? .small : .large)
    return (kind, more, ofLine, ofGap, size)
  }

  /// Which material the scan shows instead of which drawn one; nil where its colour is of none around.
  ///
  /// Of all pairs, that which explains the most pixels, materials near the place and those that differ by few layers first.
  private func instead(
    _ pixels: [Pixel], near: PixelRect, depth: Plane
  ) -> (drawn: UInt16, found: UInt16)? {
    let colours = colours(depth)
    var around: [UInt16: Int] = [:]
    for code in materials.crop(near.intersection(scan.bounds)).values {
      around[code, default: 0] += 1
    }
    let least = max(4, Self.leastShare * Double(pixels.count))
    var best: (count: Double, drawn: UInt16, found: UInt16)?
    for (drawn, own) in Dictionary(grouping: pixels, by: { materials[$0.x, $0.y] })
      .sorted(by: { $0.key < $1.key })
    {
      guard let usual = colours[drawn] else { continue }
      for (found, colour) in colours.sorted(by: { $0.key < $1.key }) where found != drawn {
        let apart = Self.distance(usual, colour)
        guard apart >= Self.leastStep * Self.leastStep * Float(scan.channels) else { continue }
        let limit = Self.likeness * Self.likeness * apart
        let alike = own.count { pixel in
          Self.distance(scan.planes.map { $0[pixel.x, pixel.y] }, colour) <= limit
        }
        guard Double(alike) >= least else { continue }
        var count = Double(alike)
        for _ in 1..<(found ^ drawn).nonzeroBitCount { count *= Self.furtherLayer }
        if around[found, default: 0] < Self.leastNear { count *= Self.far }
        if count > best?.count ?? 0 { best = (count, drawn, found) }
      }
    }
    return best.map { ($0.drawn, $0.found) }
  }

  /// The usual colour of each material of the golden, as far from edges as it goes.
  private func colours(_ depth: Plane) -> [UInt16: [Float]] {
    let places = Dictionary(grouping: materials.values.indices) { materials.values[$0] }
    return places.filter { $0.value.count >= Self.leastKnown }.mapValues { places in
      let deep = [3.5, 2.5, 1.5].lazy
        .map { least in places.filter { depth.samples[$0] >= least } }
        .first { $0.count >= min(30, places.count) }
      return golden.planes.map { plane in
        (deep ?? places).map { plane.samples[$0] }.sorted()[(deep ?? places).count / 2]
      }
    }
  }

  static func commonest(_ codes: [UInt16]) -> UInt16? {
    var counts: [UInt16: Int] = [:]
    for code in codes { counts[code, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  func mean(_ picture: Picture, _ pixels: [Pixel]) -> [Float] {
    picture.planes.map { plane in
      pixels.reduce(0) { $0 + plane[$1.x, $1.y] } / Float(pixels.count)
    }
  }

  static func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The pixels of a box, and how far scan and golden are apart at each and the eight around it: the mean of the squared
  /// difference.
  private func pixels(of box: PixelRect) -> [Pixel] {
    let window = box.expanded(by: 1).intersection(scan.bounds)
    let apart = zip(scan.planes, golden.planes).map { $0.crop(window).less($1.crop(window)) }
    return (box.y..<box.maxY).flatMap { y in
      (box.x..<box.maxX).map { x in
        let (columns, rows) = (
          max(window.x, x - 1)...min(window.maxX - 1, x + 1),
          max(window.y, y - 1)...min(window.maxY - 1, y + 1)
        )
        let count = Float(columns.count * rows.count)
        var sum: Float = 0
        for plane in apart {
          for row in rows {
            for column in columns {
              let value = plane[column - window.x, row - window.y]
              sum += value * value
            }
          }
        }
        return (x, y, sum / count)
      }
    }
  }
}

extension PixelRect {
  /// One pixel.
  fileprivate init(x: Int, y: Int) { self.init(x: x, y: y, width: 1, height: 1) }
}
