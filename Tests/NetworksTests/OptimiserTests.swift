import Foundation
import Networks
import TestSupport
import Testing

/// What PyTorch gives; `make_optimisers.py` says for what.
struct Reference: Decodable {
  let adam, adamw, muonWide, muonHigh, oneCycle, oneCycleWide, cosine, cosineAfterWarmUp: [Double]
  let norm, clippedFirst: Double

  static func load() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: Fixture.folder.appending(path: "optimisers.json")))
  }
}

@Suite struct OptimiserTests {
  static let count = 11

  static var start: [Float] { (0..<count).map { Float(sin(Double($0 + 1))) } }

  static func gradient(_ step: Int) -> [Float] {
    (0..<count).map { Float(cos(0.7 * Double(step) + Double($0)) / Double(1 + $0)) }
  }

  static var decaying: Adam.Settings {
    var settings = Adam.Settings()
    (settings.beta1, settings.beta2) = (0.8, 0.95)
    (settings.epsilon, settings.weightDecay) = (1e-6, 0.1)
    return settings
  }

  @Test(arguments: [false, true]) func `steps as PyTorch does`(decays: Bool) throws {
    let reference = try Reference.load()
    let settings = decays ? Self.decaying : Adam.Settings()
    var adam = Adam([.init(name: "w", count: Self.count)], settings: settings)
    var weights = [Self.start]
    for step in 0..<40 {
      adam.step(&weights, gradients: [Self.gradient(step)], rate: decays ? 0.02 : 0.01)
    }
    for (ours, theirs) in zip(weights[0], decays ? reference.adamw : reference.adam) {
      #expect(abs(Double(ours) - theirs) < 1e-6)
    }
  }

  @Test(arguments: [(3, 5), (5, 3)])
  func `steps kernels with their singular values made alike`(rows: Int, columns: Int) throws {
    let reference = try Reference.load()
    // Between two numbers that are none of the matrix's.
    let count = rows * columns
    var muon = Muon([.init(name: "w", range: 1..<1 + count, rows: rows)])
    var weights: [Float] = [7] + (0..<count).map { Float(sin(Double($0 + 1))) } + [8]
    for step in 0..<5 {
      let slopes = (0..<count).map {
        2 * Float(cos(0.7 * Double(step) + Double($0)) / Double(1 + $0))
      }
      let gradient: [Float] = [9] + slopes + [9]
      weights.withUnsafeMutableBufferPointer { weights in
        gradient.withUnsafeBufferPointer {
          muon.step(weights, gradient: $0, rate: 0.01, scale: 0.5)
        }
      }
    }
    let theirs = rows < columns ? reference.muonWide : reference.muonHigh
    #expect([weights[0], weights[count + 1]] == [7, 8])
    for (ours, theirs) in zip(weights.dropFirst(), theirs) {
      #expect(abs(Double(ours) - theirs) < 1e-5)
    }
  }

  @Test func `steps by the rate at first, whatever the gradient's size`() {
    var adam = Adam([.init(name: "w", count: 2)])
    var weights: [[Float]] = [[1, 1]]
    adam.step(&weights, gradients: [[1000, -0.01]], rate: 0.125)
    #expect(abs(weights[0][0] - 0.875) < 1e-5)
    #expect(abs(weights[0][1] - 1.125) < 1e-5)
  }

  @Test func `decays only what decays`() {
    var adam = Adam(
      [.init(name: "w", count: 1), .init(name: "b", count: 1, decays: false)],
      settings: Self.decaying)
    var weights: [[Float]] = [[2], [2]]
    adam.step(&weights, gradients: [[0], [0]], rate: 0.5)
    #expect(weights == [[1.9], [2]])
  }

  @Test func `multiplies gradients by the scale`() {
    var (one, other) = (Adam([.init(name: "w", count: 11)]), Adam([.init(name: "w", count: 11)]))
    var (weights, twin) = ([Self.start], [Self.start])
    for step in 0..<3 {
      let gradient = Self.gradient(step)
      one.step(&weights, gradients: [gradient], rate: 0.01, scale: 0.25)
      other.step(&twin, gradients: [gradient.map { $0 * 0.25 }], rate: 0.01)
    }
    #expect(weights == twin)
    #expect(one == other)
  }

  @Test func `goes on from a checkpoint byte for byte`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "checkpoint.safetensors").path
      var adam = Adam([.init(name: "w", count: Self.count)], settings: Self.decaying)
      var average = WeightAverage(.exponential(decay: 0.99), counts: [Self.count])
      var weights = [Self.start]
      func walk(_ steps: Range<Int>) {
        for step in steps {
          adam.step(&weights, gradients: [Self.gradient(step)], rate: 0.02)
          average.add(weights)
        }
      }
      walk(0..<5)
      try (adam.checkpoint + average.checkpoint(names: ["w"])).write(to: path)
      let kept = weights
      walk(5..<9)
      let (through, final) = (adam, weights)
      let throughAverage = average
      adam = Adam(adam.parameters, settings: Self.decaying)
      average = WeightAverage(.exponential(decay: 0.99), counts: [Self.count])
      weights = kept
      let file = try Safetensors(path: path)
      try adam.restore(from: file)
      try average.restore(from: file, names: ["w"])
      walk(5..<9)
      #expect(weights == final)
      #expect(adam == through)
      #expect(average == throughAverage)
    }
  }

  @Test func `stays as it was where a checkpoint is another's`() throws {
    let other = Adam([.init(name: "w", count: 3)]).checkpoint
    let bytes = Safetensors.encode(other.tensors, metadata: ["adam.steps": "2"])
    let file = try Safetensors(bytes: bytes, path: "c")
    var adam = Adam([.init(name: "w", count: Self.count)])
    let before = adam
    #expect(message { try adam.restore(from: file) }.contains("shape [3], where [11]"))
    var named = Adam([.init(name: "v", count: 3)])
    #expect(message { try named.restore(from: file) } == "c: there is no tensor 'adam.mean.v'")
    let bad = Safetensors.encode(other.tensors, metadata: ["adam.steps": "-2"])
    let badFile = try Safetensors(bytes: bad, path: "c")
    #expect(message { try adam.restore(from: badFile) }.contains("no count: '-2'"))
    #expect(adam == before)
  }

  @Test func `bounds the norm as PyTorch does`() throws {
    let reference = try Reference.load()
    let gradient = (0..<101).map { Float(cos(Double($0))) }
    let norm = GradientNorm.norm(of: [Array(gradient[..<40]), Array(gradient[40...])])
    #expect(abs(norm - reference.norm) < 1e-6)
    let scale = try #require(GradientNorm.scale(for: norm, greatest: 2))
    #expect(abs(Double(gradient[0] * scale) - reference.clippedFirst) < 1e-6)
    #expect(GradientNorm.scale(for: 1, greatest: 2) == 1)
    #expect(GradientNorm.scale(for: GradientNorm.norm(of: [[1, .nan]]), greatest: 2) == nil)
  }
}

@Suite struct RateScheduleTests {
  static let cases: [(RateSchedule, any KeyPath<Reference, [Double]> & Sendable)] = [
    (.oneCycle(), \.oneCycle),
    (.oneCycle(rise: 0.45, startDivisor: 10, endDivisor: 100), \.oneCycleWide),
    (.cosine(), \.cosine), (.cosine(warmUp: 5, floor: 0.1), \.cosineAfterWarmUp),
  ]

  @Test(arguments: cases.indices) func `goes as PyTorch's`(index: Int) throws {
    let (schedule, path) = Self.cases[index]
    let theirs = try Reference.load()[keyPath: path]
    for (step, rate) in theirs.enumerated() {
      let ours = schedule.rate(at: step, of: theirs.count, peak: 1)
      #expect(abs(ours - rate) < 1e-6, "step \(step): \(ours), \(rate)")
    }
  }

  @Test func `stays where it is constant, and at the end`() {
    #expect(RateSchedule.constant.rate(at: 7, of: 10, peak: 0.5) == 0.5)
    let cycle = RateSchedule.oneCycle()
    #expect(cycle.rate(at: 99, of: 10, peak: 1) == cycle.rate(at: 9, of: 10, peak: 1))
  }

  @Test(arguments: 1...5) func `is finite for the shortest trainings`(total: Int) {
    for schedule in [RateSchedule.oneCycle(), .cosine(), .cosine(warmUp: 9), .constant] {
      for step in 0..<total {
        let rate = schedule.rate(at: step, of: total, peak: 2)
        #expect(rate > 0 && rate <= 2)
      }
    }
  }

  @Test func `is kept as JSON`() throws {
    let schedule = RateSchedule.cosine(warmUp: 3, floor: 0.5)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(RateSchedule.self, from: data) == schedule)
  }
}

@Suite struct WeightAverageTests {
  @Test func `is the mean`() {
    var average = WeightAverage(.mean, counts: [2])
    for weights in [[1, 8], [2, 0], [6, 1]] as [[Float]] { average.add([weights]) }
    #expect(average.values == [[3, 3]])
    #expect(average.count == 3)
  }

  @Test func `forgets faster at the beginning`() {
    var average = WeightAverage(.exponential(decay: 0.5), counts: [1])
    average.add([[11]])
    #expect(average.values == [[11]])
    average.add([[0]])
    // 2/11 of it stays.
    #expect(abs(average.values[0][0] - 2) < 1e-6)
    for _ in 0..<20 { average.add([[8]]) }
    let before = average.values[0][0]
    average.add([[0]])
    #expect(average.values[0][0] == before / 2)
  }
}
