public import Raster

/// A photograph that a golden is learnt from, and where it lies in the layout.
public struct TrainingScan: Sendable {
  /// What reports call it: its file name.
  public var name: String
  /// The die, or the field of a design, that it shows; scans of one die are never parted by a split.
  public var die: String
  /// The field, brightness 0…1, grey or colour.
  public var photograph: Picture
  /// Where the photograph lies in the scan, scan pixels.
  public var field: PixelRect
  /// The pixels to learn from, scan pixels, inside the field.
  public var area: PixelRect
  /// Layout µm to scan pixels.
  public var toScan: Affine
  /// How the scan departs from that map.
  public var mesh: DisplacementMesh
  /// µm a pixel.
  public var pixelSizeUm: Double

  /// A registered photograph.
  public init(
    name: String, die: String, photograph: Picture, field: PixelRect, area: PixelRect,
    toScan: Affine, mesh: DisplacementMesh, pixelSizeUm: Double
  ) {
    precondition(
      photograph.width == field.width && photograph.height == field.height,
      "a photograph has the size of its field")
    (self.name, self.die, self.photograph, self.field) = (name, die, photograph, field)
    (self.area, self.toScan, self.mesh, self.pixelSizeUm) = (area, toScan, mesh, pixelSizeUm)
  }

  /// The same photograph as at a lower magnification: each pixel the mean of a square of them.
  ///
  /// - Parameter factor: pixels along the square's side; 1 changes nothing.
  package func reduced(by factor: Int) -> TrainingScan {
    guard factor > 1 else { return self }
    let share = 1 / Double(factor)
    func reduced(_ rect: PixelRect) -> PixelRect {
      // Only whole squares: the first that begins inside up to the last that ends inside.
      let (x, y) = (rect.x - field.x, rect.y - field.y)
      let (left, top) = ((x + factor - 1) / factor, (y + factor - 1) / factor)
      return PixelRect(
        x: left, y: top, width: (x + rect.width) / factor - left,
        height: (y + rect.height) / factor - top)
    }
    let photograph = photograph.mapPlanes { $0.reduced(by: factor) }
    return TrainingScan(
      name: name, die: die, photograph: photograph,
      field: PixelRect(x: 0, y: 0, width: photograph.width, height: photograph.height),
      area: reduced(area),
      toScan: toScan.then(.translation(x: -Double(field.x), y: -Double(field.y)))
        .then(.scale(x: share, y: share)),
      mesh: mesh.scaled(by: share, onto: reduced(mesh.field)),
      pixelSizeUm: pixelSizeUm * Double(factor))
  }

  /// The magnifications at which it can teach a generator of several: halved as long as others are as coarse and it is
  /// large enough to take patches from.
  ///
  /// - Parameter greatestUm: the coarsest pixel size that is to be painted, µm.
  package func reductions(upTo greatestUm: Double) -> [Int] {
    let halvings = (1...5).prefix {
      let factor = 1 << $0
      return toScan.pixelSizeUm * Double(factor) < greatestUm * 1.1
        && min(area.width, area.height) / factor >= 192
    }
    return [1] + halvings.map { 1 << $0 }
  }
}
