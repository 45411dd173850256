import Raster

/// An instance of a cell in another, or many of them; how it is kept.
struct Placement: Sendable {
  /// Number of the cell that is placed.
  var cell: Int32
  /// Where the first element's origin lies, in database units.
  var x: Int32
  var y: Int32
  /// Numbers in the table of the layout.
  var transform: UInt32
  var lattice: UInt32
}

/// The transforms and lattices that occur in a layout, which placements name by number.
struct ReferenceTable: Sendable {
  private(set) var transforms: [Transform] = []
  private var linears: [Affine] = []
  private var lattices: [Lattice] = [.single]
  private var numbers: [Transform: UInt32] = [:]
  private var last: UInt32 = 0

  init() { _ = add(Transform()) }

  /// The number of a transform; 0 is the one that changes nothing.
  mutating func add(_ transform: Transform) -> UInt32 {
    if !transforms.isEmpty, transforms[Int(last)] == transform { return last }
    if let number = numbers[transform] {
      last = number
    } else {
      last = UInt32(transforms.count)
      numbers[transform] = last
      transforms.append(transform)
      linears.append(transform.linear)
    }
    return last
  }

  /// The number of a lattice; 0 is the one of a single element.
  mutating func add(_ lattice: Lattice) -> UInt32 {
    lattices.append(lattice)
    return UInt32(lattices.count - 1)
  }

  /// Where nothing is magnified, absolute magnifications are plain ones.
  mutating func dropAbsoluteMagnifications() {
    for index in transforms.indices { transforms[index].hasAbsoluteMagnification = false }
  }

  @inline(__always)
  func reference(_ placement: Placement) -> Reference {
    Reference(
      cell: Int(placement.cell), origin: Point(x: Double(placement.x), y: Double(placement.y)),
      transform: transforms[Int(placement.transform)], linear: linears[Int(placement.transform)],
      lattice: lattices[Int(placement.lattice)])
  }
}

/// An instance of a cell in another, or many of them, with all that is known of it.
struct Reference: Sendable {
  /// Number of the cell that is placed.
  var cell: Int
  /// Where the first element's origin lies, in database units.
  var origin: Point
  var transform: Transform
  /// The linear part of `transform`.
  var linear: Affine
  var lattice: Lattice

  /// The map of an element, whose origin lies at `place`, into what `parent` maps the parent to.
  func placed(in parent: Affine, at place: Point) -> Affine {
    let place = parent(place)
    var map = linear.then(transform.isAbsolute ? inherited(from: parent) : parent)
    (map.tx, map.ty) = (place.x, place.y)
    return map
  }

  /// What of the parent's linear part an absolute reference takes over.
  private func inherited(from parent: Affine) -> Affine {
    let size = abs(parent.determinant).squareRoot()
    let mirror: Double = parent.determinant < 0 ? -1 : 1
    var kept = Affine(
      a: parent.a / size, b: parent.b / size, tx: 0, c: parent.c / size, d: parent.d / size, ty: 0)
    if transform.hasAbsoluteAngle { kept = Affine(a: 1, b: 0, tx: 0, c: 0, d: mirror, ty: 0) }
    return transform.hasAbsoluteMagnification ? kept : kept.then(.scale(x: size, y: size))
  }

  /// The box in the parent, relative to an element's origin, of a child's box; apart from absolute sizes.
  func footprint(of child: Extent) -> Extent {
    if child.isEmpty { return child }
    if transform.hasAbsoluteMagnification { return Extent(left: 0, bottom: 0, right: 0, top: 0) }
    if transform.hasAbsoluteAngle {
      return Extent(left: 0, bottom: 0, right: 0, top: 0).expanded(
        by: child.reach * transform.magnification)
    }
    return child.mapped(by: linear)
  }

  /// What an absolute magnification can add on all sides, whatever the parent's is.
  func margin(of child: Extent, margin: Double) -> Double {
    margin
      + (transform.hasAbsoluteMagnification ? child.reach * transform.magnification : 0)
  }

  /// The box in the parent of all elements.
  func extent(of child: Extent) -> Extent {
    let footprint = footprint(of: child)
    if footprint.isEmpty { return footprint }
    let places = lattice.extent
    return Extent(
      left: origin.x + places.left + footprint.left,
      bottom: origin.y + places.bottom + footprint.bottom,
      right: origin.x + places.right + footprint.right, top: origin.y + places.top + footprint.top)
  }

  /// The origins of the elements that show in `window`, and hardly any other.
  func forEachElement(
    of footprint: Extent, in window: Extent, _ body: (Point) throws -> Void
  ) rethrows {
    // An element at lattice place p is seen when p lies in this box.
    let box = Extent(
      left: window.left - footprint.right - origin.x,
      bottom: window.bottom - footprint.top - origin.y,
      right: window.right - footprint.left - origin.x,
      top: window.top - footprint.bottom - origin.y)
    try lattice.forEachPlace(in: box) {
      try body(Point(x: origin.x + $0.x, y: origin.y + $0.y))
    }
  }
}
