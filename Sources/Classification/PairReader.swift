public import Networks
internal import Raster

/// Finds defects in whole pairs with a classifier.
///
/// A pair may be looked at in all eight positions that turn and mirror it: the mean of what the network gives for them, each
/// turned back, is surer than one, and takes eight times as long.
public final class PairReader {
  /// The classifier.
  public let classifier: Classifier
  /// Positions that a pair is looked at in, 1…8.
  public let views: Int
  private let precision: Precision
  private var plans: [[Int]: Plan] = [:]

  /// A reader for one thread.
  ///
  /// - Parameter views: positions that a pair is looked at in, 1…8; the first is as it lies. The default is 1.
  public init(_ classifier: Classifier, views: Int = 1, precision: Precision = .float32) {
    precondition((1...8).contains(views), "there are 1 to 8 positions")
    (self.classifier, self.views, self.precision) = (classifier, views, precision)
  }

  /// The defects that a pair shows, the surest first.
  ///
  /// - Throws: `NetworkError` when the machine can't run the network.
  public func detections(in source: CropSource) throws -> [Detection] {
    func whole(_ side: Int) -> Int {
      (side + classifier.multiple - 1) / classifier.multiple * classifier.multiple
    }
    let rect = PixelRect(x: 0, y: 0, width: whole(source.width), height: whole(source.height))
    let planes = source.planes(rect)
    var mean = try output(planes)
    for position in Positions.all.dropFirst().prefix(views - 1) {
      let other = classifier.upright(try output(planes.turned(position)), position: position)
      for index in mean.values.indices { mean.values[index] += other.values[index] }
    }
    for index in mean.values.indices { mean.values[index] /= Float(views) }
    return classifier.detections(mean, size: (source.width, source.height))
  }

  private func output(_ planes: Tensor) throws -> Tensor {
    let size = [planes.height, planes.width]
    let plan =
      try plans[size]
      ?? Plan(
        classifier.network, height: planes.height, width: planes.width, precision: precision)
    plans[size] = plan
    return plan.forward(planes)
  }
}
