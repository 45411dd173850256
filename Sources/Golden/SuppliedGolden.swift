public import Raster

/// A golden picture: a photograph of a good die, a template, or what several photographs have in common.
public struct SuppliedGolden: GoldenSource {
  /// The picture; its pixels are the reference coordinates.
  public let picture: Picture
  /// The share of a difference that counts at each pixel, 0…1; nil where all of it does.
  private let trust: Plane?
  /// The picture as a spline; nil where it is moved by the means of pixels.
  private let coefficients: Picture?
  /// Colours that stand in for materials; nil where brightness does.
  private let colours: ColourClasses?

  /// A golden from a picture.
  public init(picture: Picture) {
    (self.picture, trust, coefficients, colours) = (picture, nil, nil, nil)
  }

  /// A golden from a picture that is moved by a spline, so that what it shows stays as sharp as it is.
  ///
  /// - Parameters:
  ///   - picture: at least 4 pixels a side.
  ///   - trust: the share of a difference that counts at each pixel, 0…1, less where good dies differ; nil for all of it.
  public init(sharp picture: Picture, trust: Plane? = nil) {
    (self.picture, self.trust) = (picture, trust)
    coefficients = picture.mapPlanes { $0.splineCoefficients() }
    colours = ColourClasses(of: picture)
  }

  /// Classes of brightness that stand in for materials.
  private static let classes = 4

  /// The golden of a region, sampled from the picture; outside it the border goes on.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    let toSource = toScan.inverse
    let halo = GoldenRegion.reach + 4
    let wide = rect.expanded(by: halo)
    let sampled =
      coefficients?.splineResampled(rect: wide, toSource: toSource, mesh: mesh)
      ?? picture.resampled(rect: wide, toSource: toSource, mesh: mesh)
    let classes = colours?.labels(of: sampled) ?? Self.brightnesses(of: sampled)
    let distance = classes.nearestOther(reach: GoldenRegion.reach).distance
    let inner = PixelRect(x: halo, y: halo, width: rect.width, height: rect.height)
    return GoldenRegion(
      picture: sampled.crop(inner), materials: classes.crop(inner),
      edgeDistance: distance.crop(inner),
      looseness: Plane(width: rect.width, height: rect.height), edgesAreDrawn: false,
      trust: trust?.resampled(rect: rect, toSource: toSource, mesh: mesh))
  }

  private static func brightnesses(of picture: Picture) -> Labels {
    let smooth = picture.luminance.smoothed(sigma: 1)
    let values = smooth.samples.map {
      UInt16(min(max($0 * Float(Self.classes), 0), Float(Self.classes - 1)))
    }
    return Labels(width: picture.width, height: picture.height, values: values)
  }

  /// The part of a rectangle that the picture shows, not only continues beyond its border.
  ///
  /// - Parameters:
  ///   - rect: scan pixels.
  ///   - toScan: pixels of the picture to scan pixels.
  ///   - mesh: how the scan departs from that map.
  /// - Returns: a rectangle whose pixels lie two pixels and more inside the picture. The scan is turned by less than 45°.
  public func shown(in rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) -> PixelRect {
    let toSource = toScan.inverse
    let margin = 2.0
    func place(_ x: Int, _ y: Int) -> Point {
      let pixel = Point(x: Double(x) + 0.5, y: Double(y) + 0.5)
      let moved = mesh(pixel)
      return toSource(Point(x: pixel.x - moved.x, y: pixel.y - moved.y))
    }
    func along(_ low: Int, _ high: Int) -> [Int] {
      Array(stride(from: low, to: high, by: 4)) + [max(low, high - 1)]
    }
    var (left, top, right, bottom) = (rect.x, rect.y, rect.maxX, rect.maxY)
    let (width, height) = (Double(picture.width) - margin, Double(picture.height) - margin)
    let rows = along(top, bottom)
    while left < right, rows.contains(where: { place(left, $0).x < margin }) { left += 1 }
    while left < right, rows.contains(where: { place(right - 1, $0).x > width }) { right -= 1 }
    let columns = along(left, right)
    while top < bottom, columns.contains(where: { place($0, top).y < margin }) { top += 1 }
    while top < bottom, columns.contains(where: { place($0, bottom - 1).y > height }) {
      bottom -= 1
    }
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }
}
