internal import Foundation
public import Raster

/// Several registered photographs made ready to learn from: on one scale of brightness, each with what the layout says
/// of its pixels.
public struct TrainingSet: Sendable {
  /// The layers.
  public let stack: LayerStack
  /// Typical size of their pixels, µm; what is said in pixels is in these.
  public let pixelSizeUm: Double
  /// Standard deviation of the process blur that the photographs show, pixels of `pixelSizeUm`.
  public let rounding: Double
  /// The photographs' scales of brightness.
  public let scale: CommonScale
  /// The photographs on the common scale, in the order of the scans.
  public let lessons: [Lesson]
  /// The scans they were made from.
  public let scans: [TrainingScan]

  /// A photograph to learn from and the stack of the same pixels.
  public struct Lesson: Sendable {
    /// Brightness on the common scale.
    public var photograph: Picture
    /// The stack of the same pixels.
    public var stack: StackRegion
    /// The pixels to learn from, inside both.
    public var area: PixelRect
    /// Size of a pixel here over the size that distances are told in.
    public var relativePixelSize: Float

    /// A lesson; the default is a photograph whose pixels distances are told in.
    public init(
      photograph: Picture, stack: StackRegion, area: PixelRect, relativePixelSize: Float = 1
    ) {
      (self.photograph, self.stack, self.area) = (photograph, stack, area)
      self.relativePixelSize = relativePixelSize
    }
  }

  /// Makes photographs ready.
  ///
  /// - Parameters:
  ///   - stack: the layers they show.
  ///   - scans: one at least, all grey or all in colour.
  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  public init(_ stack: LayerStack, _ scans: [TrainingScan]) throws {
    precondition(!scans.isEmpty, "there is a photograph to learn from")
    let channels = scans[0].photograph.channels
    precondition(
      scans.allSatisfy { $0.photograph.channels == channels },
      "photographs to learn from are all grey or all in colour")
    let sizes = scans.map(\.toScan.pixelSizeUm).sorted()
    let pixelSizeUm = sizes[(sizes.count - 1) / 2]
    let rounding = try ProcessBlur.rounding(of: stack, in: scans, pixelSizeUm: pixelSizeUm)
    let lessons = try scans.map { scan in
      let relative = scan.toScan.pixelSizeUm / pixelSizeUm
      return Lesson(
        photograph: scan.photograph,
        stack: try StackRegion(
          stack, rect: scan.field, toScan: scan.toScan, mesh: scan.mesh,
          rounding: rounding / relative),
        area: PixelRect(
          x: scan.area.x - scan.field.x, y: scan.area.y - scan.field.y, width: scan.area.width,
          height: scan.area.height),
        relativePixelSize: Float(relative))
    }
    let scale =
      lessons.count > 1
      ? CommonScale(seen: GoldenTable.sights(lessons)) : CommonScale(channels: channels)
    (self.stack, self.pixelSizeUm, self.rounding) = (stack, pixelSizeUm, rounding)
    (self.scale, self.scans) = (scale, scans)
    self.lessons = lessons.enumerated().map { index, lesson in
      var lesson = lesson
      lesson.photograph = scale.common(lesson.photograph, index: index)
      return lesson
    }
  }
}

extension Affine {
  /// µm a pixel, for a map from layout µm to pixels.
  var pixelSizeUm: Double { 1 / abs(determinant).squareRoot() }
}
