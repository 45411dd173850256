internal import Networks
internal import Raster

/// What an objective says of what was painted for a patch.
struct Judgement {
  /// The objective's value.
  let loss: Double
  /// Its terms, unweighted.
  let terms: [Objective.Term: Double]
  /// Its gradient by the network's output, 0 along the border that is not judged.
  let gradient: Tensor
  /// How badly the critic did, and what it learns from that; nil without a critic.
  let lesson: (error: Double, gradient: [Float])?

  /// - Parameter critic: with a plan of its own; for objectives that need it.
  init(
    _ output: Tensor, _ patch: Patch, _ objective: Objective,
    critic: (critic: Critic, plan: Plan)? = nil
  ) {
    let painted = Judgement.inner(output)
    var slopes = painted.mapPlanes { Plane(width: $0.width, height: $0.height) }
    var (loss, terms) = objective.addValue(
      prediction: painted, target: patch.target, weight: patch.weight, to: &slopes)
    let opinion = critic.map {
      $0.critic.opinion(
        of: painted, photograph: patch.target, weight: patch.weight, layout: patch.inputs,
        on: $0.plan)
    }
    if let opinion {
      loss += opinion.loss
      terms.merge(opinion.terms) { $1 }
      for channel in slopes.planes.indices {
        let more = opinion.gradient.planes[channel].samples
        for index in more.indices { slopes.planes[channel].samples[index] += more[index] }
      }
    }
    (self.loss, self.terms) = (loss, terms)
    lesson = opinion.map { ($0.error, $0.lesson) }
    let margin = TrainingSettings.margin
    var gradient = Tensor(height: output.height, width: output.width, channels: output.channels)
    let (side, channels) = (painted.width, output.channels)
    for (channel, plane) in slopes.planes.enumerated() {
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
