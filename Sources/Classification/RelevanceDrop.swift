internal import Networks
internal import Raster

/// Hides the place that a network goes by most, so that it learns to go by others too.
///
/// Source: Gururaj et al., "Relevance-driven Input Dropout", 2025; here by gradient times input, one block within a labelled
/// defect, no larger than a quarter of it.
struct RelevanceDrop {
  var classes: Int

  /// Hides a block of the crop.
  ///
  /// - Parameters:
  ///   - result: what the plan's last forward pass gave for the crop.
  ///   - plan: made for attribution.
  func hide(in crop: inout LabelledCrop, _ result: Tensor, _ plan: Plan, output: String) {
    guard
      let labelled = crop.boxes.max(by: { $0.box.area < $1.box.area }),
      labelled.label < classes
    else { return }
    let whole = PixelRect(x: 0, y: 0, width: crop.planes.width, height: crop.planes.height)
    let box = labelled.box.intersection(whole)
    let side = max(2, min(box.width, box.height) / 2)
    guard box.width > side, box.height > side else { return }
    let stride = crop.planes.width / result.width
    var seed = Tensor(height: result.height, width: result.width, channels: result.channels)
    for y in box.y / stride...(box.maxY - 1) / stride {
      for x in box.x / stride...(box.maxX - 1) / stride { seed[y, x, labelled.label] = 1 }
    }
    let gradient = plan.inputGradient([output: seed])
    let planes = crop.planes.channels
    func relevance(_ x: Int, _ y: Int) -> Float {
      let first = (y * whole.width + x) * planes
      return (0..<planes).reduce(0) {
        $0 + gradient.values[first + $1] * crop.planes.values[first + $1]
      }
    }
    var best = (x: box.x, y: box.y, sum: -Float.infinity)
    let step = max(1, side / 2)
    for y in Swift.stride(from: box.y, through: box.maxY - side, by: step) {
      for x in Swift.stride(from: box.x, through: box.maxX - side, by: step) {
        var sum: Float = 0
        for j in 0..<side { for i in 0..<side { sum += relevance(x + i, y + j) } }
        if sum > best.sum { best = (x, y, sum) }
      }
    }
    for y in best.y..<best.y + side {
      for x in best.x..<best.x + side {
        for plane in 0..<planes { crop.planes[y, x, plane] = 0 }
      }
    }
  }
}
