import Foundation
import Networks
import Testing

/// One network of `layers.json`, and what PyTorch gives for it.
struct LayerCase: Decodable, CustomTestStringConvertible, Sendable {
  /// A tensor by its sum, its largest number and every `step`th of its numbers.
  struct Told: Decodable, Sendable {
    let sum, largest: Double
    let step: Int
    let values: [Double]

    /// How far off the numbers are: the greatest difference by the largest number.
    func worst(_ found: [Float]) -> Double {
      let picked = picked(found)
      guard picked.count == values.count else { return .infinity }
      let sumApart =
        abs(found.reduce(0) { $0 + Double($1) } - sum) / Double(found.count).squareRoot()
      let apart = zip(picked, values).map { abs($0 - $1) } + [sumApart]
      return apart.contains { $0.isNaN } ? .infinity : (apart.max() ?? 0) / max(largest, 1e-3)
    }

    /// How far off they are on the whole: a ReLU that bfloat16 opens where it should be shut changes single ones.
    func overall(_ found: [Float]) -> Double {
      let picked = picked(found)
      guard picked.count == values.count else { return .infinity }
      let apart = zip(picked, values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let size = values.reduce(1e-9) { $0 + $1 * $1 }
      return apart.isNaN ? .infinity : (apart / size).squareRoot()
    }

    private func picked(_ found: [Float]) -> [Double] {
      stride(from: 0, to: found.count, by: step).map { Double(found[$0]) }
    }
  }

  let name: String
  let height, width: Int
  let layers: [Layer]
  let seeds: [String]
  /// How far off PyTorch is in bfloat16, as `Told.overall` tells it, in the worst tensor.
  let bfloat16: Double
  let output, inputGradient: Told
  let gradients: [String: Told]

  var testDescription: String { name }

  static let all: [LayerCase] = {
    struct File: Decodable { let cases: [LayerCase] }
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/layers.json")
    do {
      return try JSONDecoder().decode(File.self, from: Data(contentsOf: path)).cases
    } catch {
      preconditionFailure("the fixture can't be read: \(error)")
    }
  }()

  /// Whether numbers are as close to PyTorch's in double precision as they must be.
  func holds(_ found: [Float], to told: Told, _ precision: Precision) -> Bool {
    switch precision {
    case .float32: told.worst(found) < 2e-5
    case .bfloat16: told.overall(found) < max(1e-2, 2 * bfloat16)
    }
  }

  func network() throws -> Network {
    var network = try Network(layers: layers)
    network.fill()
    return network
  }

  var input: Tensor {
    guard case .input(let channels) = layers[0].operation else { fatalError("no input") }
    return picture(height, width, channels, salt: 1)
  }

  /// The gradients that are given, of the values of the last forward pass.
  func seeds(_ plan: Plan) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (number, name) in seeds.enumerated() {
      let value = plan.value(of: name)
      result[name] = picture(value.height, value.width, value.channels, salt: 100 + number)
    }
    return result
  }
}

struct LayersTests {
  @Test(arguments: LayerCase.all, Precision.known)
  func `gives what PyTorch gives, forward and backward`(
    layers: LayerCase, precision: Precision
  ) throws {
    let network = try layers.network()
    let plan = try Plan(
      network, height: layers.height, width: layers.width, precision: precision,
      purpose: .attribution)
    let output = plan.forward(layers.input)
    #expect(layers.holds(output.values, to: layers.output, precision))
    var gradient = network.parameters.values
    plan.backward(layers.seeds(plan), into: &gradient)
    #expect(layers.holds(plan.lastInputGradient.values, to: layers.inputGradient, precision))
    for slot in network.parameters.slots {
      guard let told = layers.gradients[slot.name] else {
        #expect(gradient[slot.range].allSatisfy { $0 == 0 }, "\(slot.name)")
        continue
      }
      let found = Array(gradient[slot.range])
      #expect(layers.holds(found, to: told, precision), "\(slot.name): \(told.overall(found))")
    }
  }

  @Test(arguments: LayerCase.all)
  func `gives what the definition says`(layers: LayerCase) throws {
    let network = try layers.network()
    let plan = try Plan(network, height: layers.height, width: layers.width)
    let found = plan.forward(layers.input)
    let parameters = network.parameters.values.map { Double($0) }
    let all = NaiveNetwork(network: network).run(NaivePicture(layers.input), parameters)
    let expected = try #require(all[network.output])
    #expect(found.height == expected.height && found.width == expected.width)
    #expect(difference(found.values, expected.values) < 1e-5)
  }

  @Test(arguments: LayerCase.all)
  func `the gradient is the limit of differences`(layers: LayerCase) throws {
    let network = try layers.network()
    let plan = try Plan(
      network, height: layers.height, width: layers.width, purpose: .attribution)
    _ = plan.forward(layers.input)
    var gradient = network.parameters.values
    let seeds = layers.seeds(plan)
    plan.backward(seeds, into: &gradient)
    let twin = NaiveNetwork(network: network)
    let parameters = network.parameters.values.map { Double($0) }
    func loss(_ input: NaivePicture, _ parameters: [Double]) -> Double {
      let values = twin.run(input, parameters)
      return seeds.reduce(0) { sum, seed in
        zip(values[seed.key]?.values ?? [], seed.value.values).reduce(sum) {
          $0 + $1.0 * Double($1.1)
        }
      }
    }
    // A step that crosses no kink: the numbers drawn are multiples of 2⁻¹⁶, sums of their products mostly far from 0.
    let step = 1e-7
    func slope(_ change: (Double) -> Double) -> Double {
      (change(step) - change(-step)) / (2 * step)
    }
    let input = NaivePicture(layers.input)
    let inputGradient = plan.lastInputGradient.values
    let largest = inputGradient.reduce(1e-3) { max($0, abs(Double($1))) }
    for place in stride(from: 0, to: input.values.count, by: input.values.count / 3 + 1) {
      let expected = slope { change in
        var moved = input
        moved.values[place] += change
        return loss(moved, parameters)
      }
      #expect(abs(expected - Double(inputGradient[place])) < 1e-4 * largest)
    }
    for slot in network.parameters.slots where slot.isTrained {
      let largest = gradient[slot.range].reduce(1e-3) { max($0, abs(Double($1))) }
      let place = slot.range.lowerBound + slot.range.count / 2
      let expected = slope { change in
        var moved = parameters
        moved[place] += change
        return loss(input, moved)
      }
      #expect(abs(expected - Double(gradient[place])) < 1e-4 * largest, "\(slot.name)")
    }
  }

  @Test(arguments: LayerCase.all, Precision.known)
  func `a plan gives the same bytes for inference, training and twice`(
    layers: LayerCase, precision: Precision
  ) throws {
    let network = try layers.network()
    func plan(_ purpose: Plan.Purpose) throws -> Plan {
      try Plan(
        network, height: layers.height, width: layers.width, precision: precision, purpose: purpose)
    }
    let inference = try plan(.inference)
    let first = inference.forward(layers.input)
    #expect(inference.forward(layers.input) == first)
    let training = try plan(.training)
    #expect(training.forward(layers.input) == first)
    var (once, twice) = (network.parameters.values, network.parameters.values)
    training.backward(layers.seeds(training), into: &once)
    training.backward(layers.seeds(training), into: &twice)
    #expect(once == twice)
  }
}
