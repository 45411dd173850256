internal import Networks
internal import Raster

/// What an objective says of what was painted for a patch.
struct Judgement {
  /// The objective's value.
  let loss: Double
  /// Its gradient by the network's output, 0 along the border that is not judged.
  let gradient: Tensor

  init(_ output: Tensor, _ patch: Patch, _ objective: Objective) {
    let painted = Judgement.inner(output)
    let judged = objective.value(prediction: painted, target: patch.target, weight: patch.weight)
    loss = judged.loss
    let margin = TrainingSettings.margin
    var gradient = Tensor(height: output.height, width: output.width, channels: output.channels)
    let (side, channels) = (painted.width, output.channels)
    for (channel, plane) in judged.gradient.planes.enumerated() {
      plane.samples.withUnsafeBufferPointer { source in
        gradient.values.withUnsafeMutableBufferPointer { target in
          for y in 0..<side {
            let row = ((y &+ margin) &* output.width &+ margin) &* channels &+ channel
            for x in 0..<side { target[row &+ x &* channels] = source[y &* side &+ x] }
          }
        }
      }
    }
    self.gradient = gradient
  }

  /// The mean residual, each channel less its mean, where pixels count.
  static func residual(_ output: Tensor, _ patch: Patch) -> Double {
    let painted = inner(output)
    let count = Double(patch.weight.samples.count)
    var sum = 0.0
    for (plane, target) in zip(painted.planes, patch.target.planes) {
      let differences = zip(plane.samples, target.samples).map { $0 - $1 }
      let mean = Float(differences.reduce(0) { $0 + Double($1) } / count)
      sum += differences.reduce(0) { $0 + Double(abs($1 - mean)) } / count
    }
    return sum / Double(painted.channels)
  }

  private static func inner(_ output: Tensor) -> Picture {
    let margin = TrainingSettings.margin
    return output.picture(
      PixelRect(
        x: margin, y: margin, width: output.width - 2 * margin, height: output.height - 2 * margin))
  }
}
