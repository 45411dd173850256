import Classification
import Raster
import Testing

/// What layers tell of places: more of them or fewer, what that joins or parts, and what stands alone.
@Suite struct PlaceKindTests {
  /// Materials: how bright they are, and the layers they are of.
  private enum Material: UInt16 {
    case ground = 0
    case ridge = 1
    case metal = 2
    case metalOnRidge = 3

    var level: Float { [0.2, 0.45, 0.8, 0.7][Int(rawValue)] }
  }

  private func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRect {
    PixelRect(x: x, y: y, width: width, height: height)
  }

  /// Rectangles one over the other on ground: in three colours of which the second and third are the first, faded, and as codes.
  ///
  /// - Parameter rims: whether pixels within two of an edge are darker than any material.
  private func drawing(
    _ parts: [(PixelRect, Material)], side: Int = 96, faded: Float = 1, rims: Bool = false
  ) -> (picture: Picture, codes: Labels) {
    var plane = Plane(width: side, height: side, filling: Material.ground.level)
    var codes = [UInt16](repeating: 0, count: side * side)
    for (rect, material) in parts {
      for y in rect.y..<rect.maxY {
        for x in rect.x..<rect.maxX {
          plane[x, y] = Material.ground.level + faded * (material.level - Material.ground.level)
          codes[y * side + x] = material.rawValue
        }
      }
    }
    let labels = Labels(width: side, height: side, values: codes)
    if rims {
      let depth = labels.nearestOther(reach: 4).distance
      for place in codes.indices where depth.samples[place] < 2 { plane.samples[place] = 0.05 }
    }
    return (
      Picture(planes: [plane, plane.map { 0.8 * $0 }, plane.map { 0.1 + 0.5 * $0 }]), labels
    )
  }

  /// Two ridges, 8 and 5 pixels wide and 12 apart, and a pad of metal above.
  private var drawn: [(PixelRect, Material)] {
    [
      (rect(0, 30, 96, 8), .ridge), (rect(0, 50, 96, 5), .ridge), (rect(20, 4, 60, 20), .metal),
    ]
  }

  private func source(_ golden: Picture, _ scan: Picture, _ codes: Labels?) -> CropSource {
    var difference = scan.planes[0]
    for place in difference.samples.indices {
      difference.samples[place] =
        200 * (difference.samples[place] - golden.planes[0].samples[place])
    }
    return CropSource(
      scan: scan, golden: golden, difference: difference, threshold: 5, materials: codes)
  }

  /// What is told of a change to what is drawn.
  private func kind(
    of change: (PixelRect, Material), to drawn: [(PixelRect, Material)], side: Int = 96,
    faded: Float = 1, rims: Bool = false
  ) -> PlaceKind? {
    let golden = drawing(drawn, side: side, faded: faded, rims: rims)
    let scan = drawing(drawn + [change], side: side, faded: faded, rims: rims)
    return source(golden.picture, scan.picture, golden.codes).kind(of: change.0)
  }

  @Test(arguments: [1, 0.2]) func `a cut has fewer layers and parts a line`(faded: Float) {
    #expect(
      kind(of: (rect(44, 30, 3, 8), .ground), to: drawn, faded: faded) == PlaceKind(.fewer, .line))
  }

  @Test(arguments: [1, 0.2]) func `a bridge has more layers and joins lines`(faded: Float) {
    #expect(
      kind(of: (rect(44, 38, 3, 12), .ridge), to: drawn, faded: faded) == PlaceKind(.more, .line))
  }

  @Test func `a cut looks as the bridge of a slit does, and layers tell them apart`() {
    let slits = [
      (rect(0, 0, 96, 96), Material.ridge), (rect(0, 30, 96, 8), .ground),
      (rect(0, 50, 96, 5), .ground),
    ]
    // What is beside the slit is joined by what parts it.
    #expect(kind(of: (rect(44, 30, 3, 8), .ridge), to: slits) == PlaceKind(.more, .line))
  }

  @Test func `edges with a colour of their own hide neither what is there nor what it connects`() {
    let wide = [(rect(0, 20, 96, 14), Material.ridge), (rect(0, 56, 96, 14), Material.ridge)]
    func kind(_ rect: PixelRect, _ material: Material) -> PlaceKind? {
      self.kind(of: (rect, material), to: wide, rims: true)
    }
    #expect(kind(rect(40, 20, 14, 14), .ground) == PlaceKind(.fewer, .line))
    #expect(kind(rect(40, 20, 14, 9), .ground) == PlaceKind(.fewer))
    #expect(kind(rect(40, 34, 14, 22), .ridge) == PlaceKind(.more, .line))
    #expect(kind(rect(40, 34, 14, 10), .ridge) == PlaceKind(.more))
    // A cut of which nothing but edges is seen is of no material.
    #expect(kind(rect(40, 20, 3, 14), .ground) == PlaceKind(.same, .line))
  }

  @Test func `arms of one piece that are bridged part the gap between them`() {
    let fork = drawn + [(rect(10, 30, 6, 25), Material.ridge)]
    #expect(kind(of: (rect(24, 38, 3, 12), .ridge), to: fork) == PlaceKind(.more, .gap))
  }

  @Test func `what is of a third material joins nothing`() {
    // Metal fills the gap above the cut, so the cut joins no gaps, but parts its line.
    let filled = drawn + [(rect(30, 38, 30, 8), Material.metal)]
    #expect(kind(of: (rect(44, 30, 3, 8), .ground), to: filled) == PlaceKind(.fewer, .line))
  }

  @Test func `bites have fewer layers, bumps more, and neither joins, parts or is alone`() {
    #expect(kind(of: (rect(44, 30, 6, 5), .ground), to: drawn) == PlaceKind(.fewer))
    #expect(kind(of: (rect(44, 38, 6, 7), .ridge), to: drawn) == PlaceKind(.more))
    #expect(kind(of: (rect(40, 24, 8, 4), .metal), to: drawn) == PlaceKind(.more))
  }

  @Test func `holes and islands stand alone, small or large`() {
    #expect(kind(of: (rect(40, 10, 5, 5), .ground), to: drawn) == PlaceKind(.fewer, alone: .small))
    #expect(kind(of: (rect(44, 66, 12, 12), .metal), to: drawn) == PlaceKind(.more, alone: .large))
  }

  @Test func `of materials that look alike that one is meant which differs least`() {
    // Far off lies metal on a ridge that looks like metal: two layers more than ground, where metal is one.
    let parts = drawn + [(rect(60, 60, 36, 8), Material.metal)]
    let golden = drawing(parts)
    var codes = golden.codes
    for y in 60..<68 { for x in 60..<96 { codes.values[y * 96 + x] = 3 } }
    let scan = drawing(parts + [(rect(40, 31, 8, 6), .metal)])
    #expect(
      source(golden.picture, scan.picture, codes).kind(of: rect(40, 31, 8, 6))?.layers == .more)
    // On a ridge of metal's brightness nothing is more than ridge: 1 and 2 are one layer each.
    for place in codes.values.indices where codes.values[place] == 3 { codes.values[place] = 2 }
    #expect(
      source(golden.picture, scan.picture, codes).kind(of: rect(40, 31, 8, 6))?.layers == .same)
  }

  @Test func `what is of no material around has neither more layers nor fewer, and dust is alone`()
  {
    let golden = drawing(drawn)
    var scan = golden.picture
    for y in 66..<74 { for x in 44..<52 { scan.planes[0][x, y] = 0.02 } }
    #expect(
      source(golden.picture, scan, golden.codes).kind(of: rect(44, 66, 8, 8))
        == PlaceKind(.same, alone: .large))
  }

  @Test func `where no layer is known, or nothing differs, nothing is told`() {
    let golden = drawing(drawn)
    let scan = drawing(drawn + [(rect(44, 30, 3, 8), .ground)])
    let box = rect(44, 30, 3, 8)
    #expect(source(golden.picture, scan.picture, nil).kind(of: box) == nil)
    #expect(source(golden.picture, scan.picture, golden.codes).kind(of: rect(0, 60, 9, 9)) == nil)
    #expect(CropSource(scan: scan.picture, golden: golden.picture).kind(of: box) == nil)
  }

  @Test func `of a box that is told where its pictures differ most`() {
    let golden = drawing(drawn)
    let scan = drawing(drawn + [(rect(44, 30, 3, 8), .ground), (rect(60, 66, 8, 8), .metal)])
    let source = source(golden.picture, scan.picture, golden.codes)
    #expect(source.kind(of: rect(40, 26, 12, 16)) == PlaceKind(.fewer, .line))
    #expect(source.kind(of: rect(40, 26, 32, 50)) == PlaceKind(.more, alone: .large))
  }

  @Test(arguments: 0..<8) func `a picture that is turned is told the same`(symmetry: Int) {
    func place(_ x: Int, _ y: Int) -> Int {
      var (x, y) = symmetry & 4 != 0 ? (y, x) : (x, y)
      if symmetry & 1 != 0 { x = 95 - x }
      if symmetry & 2 != 0 { y = 95 - y }
      return y * 96 + x
    }
    func turned(_ picture: Picture) -> Picture {
      var result = picture
      for channel in 0..<3 {
        for y in 0..<96 {
          for x in 0..<96 {
            result.planes[channel][x, y] = picture.planes[channel].samples[place(x, y)]
          }
        }
      }
      return result
    }
    let golden = drawing(drawn)
    let scan = drawing(
      drawn + [(rect(44, 30, 3, 8), .ground), (rect(70, 38, 3, 12), .ridge)])
    var codes = golden.codes
    for y in 0..<96 {
      for x in 0..<96 { codes.values[y * 96 + x] = golden.codes.values[place(x, y)] }
    }
    let source = source(turned(golden.picture), turned(scan.picture), codes)
    func kind(_ box: PixelRect) -> PlaceKind? {
      let inside = (0..<96 * 96).filter { target in
        let source = place(target % 96, target / 96)
        return box.contains(x: source % 96, y: source / 96)
      }
      let turned = inside.reduce(rect(0, 0, 0, 0)) {
        $0.union(rect($1 % 96, $1 / 96, 1, 1))
      }
      return source.kind(of: turned)
    }
    #expect(kind(rect(44, 30, 3, 8)) == PlaceKind(.fewer, .line))
    #expect(kind(rect(70, 38, 3, 12)) == PlaceKind(.more, .line))
  }

  @Test func `nothing is told of what is longer than 512 pixels`() {
    let line = [(rect(0, 100, 640, 8), Material.ridge)]
    func kind(height: Int) -> PlaceKind? {
      self.kind(of: (rect(200, 108, 3, height), .ridge), to: line, side: 640)
    }
    #expect(kind(height: 512) == PlaceKind(.more) && kind(height: 513) == nil)
  }

  @Test func `each kind has a number and words of its own`() {
    var (numbers, words) = (Set<Int>(), Set<String>())
    for layers in PlaceKind.Layers.allCases {
      for connection in PlaceKind.Connection.allCases {
        for alone in PlaceKind.Alone.allCases {
          let kind = PlaceKind(layers, connection, alone: alone)
          numbers.insert(kind.number)
          words.insert(kind.words)
        }
      }
    }
    #expect(numbers == Set(0..<PlaceKind.count) && words.count == PlaceKind.count)
    #expect(PlaceKind(.fewer, .line).words == "fewer layers than drawn, a line is parted")
  }
}

extension CropSource {
  /// What layers tell of a box.
  fileprivate func kind(of box: PixelRect) -> PlaceKind? { measures(of: box)?.kind }
}
