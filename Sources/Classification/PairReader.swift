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
    var mean = try output(source, rect, symmetry: 0)
    for symmetry in 1..<max(1, views) {
      let other = classifier.upright(
        try output(source, rect, symmetry: symmetry), symmetry: symmetry)
      for index in mean.values.indices { mean.values[index] += other.values[index] }
    }
    for index in mean.values.indices { mean.values[index] /= Float(views) }
    return classifier.detections(mean, size: (source.width, source.height))
  }

  private func output(_ source: CropSource, _ rect: PixelRect, symmetry: Int) throws -> Tensor {
    let planes = source.planes(rect, symmetry: symmetry)
    let size = [planes.height, planes.width]
    let plan =
      try plans[size]
      ?? Plan(
        classifier.network, height: planes.height, width: planes.width, precision: precision)
    plans[size] = plan
    return plan.forward(planes)
  }
}

extension Classifier {
  /// What the network gave for a turned picture, as it would lie if the picture were not turned.
  ///
  /// - Parameter symmetry: as `CropSource.planes` has it.
  func upright(_ output: Tensor, symmetry: Int) -> Tensor {
    let swaps = symmetry & 4 != 0
    let (rows, columns) = swaps ? (output.width, output.height) : (output.height, output.width)
    let (channels, classes) = (output.channels, card.classes.count)
    // Which side of the turned picture was the left, top, right and bottom one.
    var sides = swaps ? [1, 0, 3, 2] : [0, 1, 2, 3]
    if symmetry & 1 != 0 { sides.swapAt(0, 2) }
    if symmetry & 2 != 0 { sides.swapAt(1, 3) }
    var result = Tensor(height: rows, width: columns, channels: channels)
    for row in 0..<output.height {
      for column in 0..<output.width {
        var (x, y) = swaps ? (row, column) : (column, row)
        if symmetry & 1 != 0 { x = columns - 1 - x }
        if symmetry & 2 != 0 { y = rows - 1 - y }
        let from = (row * output.width + column) * channels
        let to = (y * columns + x) * channels
        for index in 0..<classes { result.values[to + index] = output.values[from + index] }
        for (side, turned) in sides.enumerated() {
          result.values[to + classes + side] = output.values[from + classes + turned]
        }
      }
    }
    return result
  }
}
