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
    classifier.name(scores: try scores(box, in: source))
  }

  /// The scores of what is in a box, before temperature.
  public func scores(_ box: PixelRect, in source: CropSource) throws -> [Double] {
    let rect = Classifier.crop(around: box)
    let plan: Plan
    if let known = plans[rect.width] {
      plan = known
    } else {
      plan = try Plan(
        classifier.network, height: rect.height, width: rect.width, precision: precision)
      plans[rect.width] = plan
    }
    var own = box
    (own.x, own.y) = (box.x - rect.x, box.y - rect.y)
    return classifier.findingScores(plan.forward(source.planes(rect)), box: own)
  }
}
