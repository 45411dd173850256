import Golden
import Networks
import Raster
import TestSupport
import Testing

@Suite struct CriticTests {
  private let rect = PixelRect(x: 0, y: 0, width: 24, height: 24)

  private func noise(_ seed: UInt64, _ planes: Int, around level: Float) -> [Plane] {
    var random = Seeded(state: seed)
    return (0..<planes).map { _ in
      Plane(rect) { _, _ in level + Float.random(in: -0.4...0.4, using: &random) }
    }
  }

  private func layout(margin: Int) -> Tensor {
    var random = Seeded(state: 3)
    let side = rect.width + 2 * margin
    return Tensor(
      height: side, width: side, channels: 2,
      values: (0..<side * side * 2).map { _ in Float.random(in: 0...1, using: &random) })
  }

  /// A critic, and what it says of a picture with some pixels left out.
  private func opinion(
    _ critic: Critic, of painted: [Plane], margin: Int = 0
  ) throws -> Critic.Opinion {
    let weight = Plane(rect) { x, y in x < 5 && y < 7 ? 0 : y == 9 ? 0.5 : 1 }
    let replicas = try critic.replicas(side: rect.width, workers: 1)
    replicas.load(critic.network.parameters)
    return critic.opinion(
      of: Picture(planes: painted), photograph: Picture(planes: noise(2, 3, around: 0.6)),
      weight: weight, layout: layout(margin: margin), on: replicas[0])
  }

  private static let objectives = [
    "adversarial", "adversarial-hinge", "features", "0.3*adversarial + 2*features",
    "l1 + 0.3*features + 0.5*adversarial-hinge",
  ]

  private func critic(_ objective: String) throws -> Critic {
    Critic(inputs: 2, outputs: 3, objective: try Objective(text: objective), seed: 9)
  }

  @Test(arguments: objectives)
  func `its gradient by the picture agrees with finite differences`(text: String) throws {
    let critic = try critic(text)
    let painted = noise(1, 3, around: 0.4)
    let found = try opinion(critic, of: painted)
    let slopes = found.gradient.planes
    let square = slopes.reduce(0.0) { $1.samples.reduce($0) { $0 + Double($1) * Double($1) } }
    // Along the gradient itself, so that every pixel counts.
    let step = 0.01 / square.squareRoot()
    func loss(_ sign: Double) throws -> Double {
      let moved = zip(painted, slopes).map { plane, slope in
        Plane(rect) { plane[$0, $1] + Float(sign * step) * slope[$0, $1] }
      }
      return try opinion(critic, of: moved).loss
    }
    let slope = (try loss(1) - loss(-1)) / (2 * step)
    #expect(abs(slope - square) < 0.02 * square, "\(slope) for \(square)")
    #expect(slopes.allSatisfy { $0[2, 3] == 0 && $0[12, 12] != 0 })
  }

  @Test(arguments: objectives)
  func `what it learns agrees with finite differences`(text: String) throws {
    var critic = try critic(text)
    let painted = noise(1, 3, around: 0.4)
    let lesson = try opinion(critic, of: painted).lesson
    let square = lesson.reduce(0.0) { $0 + Double($1) * Double($1) }
    let step = 0.005 / square.squareRoot()
    let weights = critic.network.parameters.values
    func error(_ sign: Double) throws -> Double {
      critic.network.parameters.values = zip(weights, lesson).map { $0 + Float(sign * step) * $1 }
      return try opinion(critic, of: painted).error
    }
    let slope = (try error(1) - error(-1)) / (2 * step)
    #expect(abs(slope - square) < 0.02 * square, "\(slope) for \(square)")
  }

  @Test func `the sum is of its terms, and a border around the layout does not matter`() throws {
    let critic = try critic("0.3*adversarial + 2*features")
    let painted = noise(1, 3, around: 0.4)
    let found = try opinion(critic, of: painted)
    #expect(Set(found.terms.keys) == [.adversarial, .features])
    let (adversarial, features) = (found.terms[.adversarial], found.terms[.features])
    #expect(abs(try #require(adversarial) * 0.3 + #require(features) * 2 - found.loss) < 1e-9)
    let photograph = try opinion(critic, of: noise(2, 3, around: 0.6))
    #expect(photograph.terms[.features] == 0)
    #expect(photograph.gradient.planes[0].samples.contains { $0 != 0 })
    // Another layout, and so another verdict.
    #expect(try opinion(critic, of: painted, margin: 4).loss != found.loss)
  }

  @Test(arguments: ["adversarial", "adversarial-hinge", "features"])
  func `it learns to tell photographs from paintings`(text: String) throws {
    var critic = try critic(text)
    let painted = noise(1, 3, around: 0.4)
    let before = try opinion(critic, of: painted).error
    for _ in 0..<40 { critic.learn([try opinion(critic, of: painted).lesson]) }
    #expect(try opinion(critic, of: painted).error < 0.3 * before)
  }

  @Test func `a critic goes on from a checkpoint byte for byte`() throws {
    let painted = noise(1, 3, around: 0.4)
    var critic = try critic("adversarial")
    for _ in 0..<3 { critic.learn([try opinion(critic, of: painted).lesson]) }
    var other = Critic(inputs: 2, outputs: 3, objective: Objective([.adversarial: 1]), seed: 10)
    let saved = critic.checkpoint
    #expect(saved.tensors.allSatisfy { $0.name.hasPrefix("critic.") })
    try other.restore(
      from: Safetensors(
        bytes: Safetensors.encode(saved.tensors, metadata: saved.metadata), path: "memory"))
    for _ in 0..<2 {
      critic.learn([try opinion(critic, of: painted).lesson])
      other.learn([try opinion(other, of: painted).lesson])
    }
    #expect(other.network == critic.network)
    #expect(throws: NetworkError.self) {
      try other.restore(from: Safetensors(bytes: Safetensors.encode([]), path: "memory"))
    }
  }
}
