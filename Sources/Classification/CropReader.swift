public import Networks
public import Raster

extension Classifier {
  /// Sides of the crops that findings are named by, pixels.
  public static let cropSides = [128, 256, 512]

  /// The square around a finding that it is named by: as much as leaves room beside it, up to the greatest of `cropSides`.
  public static func crop(around box: PixelRect) -> PixelRect {
    let longest = max(box.width, box.height)
    let side = cropSides.first { longest <= $0 * 3 / 4 } ?? cropSides[cropSides.count - 1]
    return PixelRect(
      x: box.x + box.width / 2 - side / 2, y: box.y + box.height / 2 - side / 2, width: side,
      height: side)
  }
}

/// Names findings with a classifier, crop by crop.
///
/// A crop is looked at in all eight positions that turn and mirror it, and named by the mean of its scores: a defect has the
/// same name whichever way it lies.
public final class CropReader {
  /// The classifier.
  public let classifier: Classifier
  private let precision: Precision
  private var plans: [Int: Plan] = [:]

  /// A reader for one thread.
  public init(_ classifier: Classifier, precision: Precision = .float32) {
    (self.classifier, self.precision) = (classifier, precision)
  }

  /// Names what is in a box of a source.
  ///
  /// - Throws: `NetworkError` when the machine can't run the network.
  public func name(_ box: PixelRect, in source: CropSource) throws -> Naming {
    classifier.name(scores: try scores(box, in: source), place: source.measures(of: box))
  }

  /// The scores of what is in a box, before temperature.
  func scores(_ box: PixelRect, in source: CropSource) throws -> [Double] {
    let rect = Classifier.crop(around: box)
    var own = box
    (own.x, own.y) = (box.x - rect.x, box.y - rect.y)
    return try scores(own, of: source.planes(rect))
  }

  /// The scores of what is in a box of a square crop that was read before, before temperature.
  ///
  /// - Throws: `NetworkError` when the machine can't run the network.
  public func scores(_ box: PixelRect, of crop: Tensor) throws -> [Double] {
    precondition(crop.width == crop.height, "a crop is a square")
    let side = crop.width
    let plan =
      try plans[side]
      ?? Plan(classifier.network, height: side, width: side, precision: precision)
    plans[side] = plan
    var mean = [Double](repeating: 0, count: classifier.card.classes.count)
    for position in Positions.all {
      let scores = classifier.findingScores(
        plan.forward(crop.turned(position)),
        box: box.turned(position, width: side, height: side))
      for index in mean.indices { mean[index] += scores[index] / Double(Positions.all.count) }
    }
    return mean
  }
}
