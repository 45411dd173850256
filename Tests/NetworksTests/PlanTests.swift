import Foundation
import Networks
import TestSupport
import Testing

struct PlanTests {
  @Test(arguments: Precision.known)
  func `a picture in bands is the same bytes as in one`(precision: Precision) throws {
    let network = Network.unet()
    let input = picture(200, 36, 3, salt: 1)
    func forward(_ purpose: Plan.Purpose) throws -> Tensor {
      try Plan(network, height: 200, width: 36, precision: precision, purpose: purpose)
        .forward(input)
    }
    #expect(try forward(.inference) == forward(.training))
  }

  @Test(arguments: [(true, 72, 20), (false, 72, 20), (true, 8, 6), (false, 2, 2), (true, 100, 34)])
  func `a convolution that enlarges and joins gives what the layers alone give`(
    smallIsFirst: Bool, height: Int, width: Int
  ) throws {
    var network = Network(inputChannels: 5)
    let pooled = network.layer(
      "pooled", .pooling(kind: .average, size: 2, stride: 2), of: [network.input])
    let small = network.convolution("small", of: pooled, outputs: 7)
    let grown = network.layer("grown", .upsampling(kind: .nearest, factor: 2), of: [small])
    let parts = smallIsFirst ? [grown, network.input] : [network.input, grown]
    let joined = network.layer("joined", .concatenation, of: parts)
    let both = network.convolution(
      "both", of: joined, outputs: 8, activation: .relu(slope: 0.125))
    network.convolution("last", of: both, outputs: 2, kernel: 1)
    network.fill()
    let input = picture(height, width, 5, salt: 1)
    // A plan for attribution computes every layer alone.
    let plain = try Plan(network, height: height, width: width, purpose: .attribution)
    let output = plain.forward(input)
    let expected = output.values.map { Double($0) }
    let seed = picture(output.height, output.width, 2, salt: 9)
    var wanted = network.parameters.values
    plain.backward(seed, into: &wanted)
    for (precision, tolerance) in [(Precision.float32, 1e-5), (.bfloat16, 3e-2)]
    where Precision.known.contains(precision) {
      let plan = try Plan(network, height: height, width: width, precision: precision)
      let found = plan.forward(input)
      #expect(difference(found.values, expected) < tolerance)
      let training = try Plan(
        network, height: height, width: width, precision: precision, purpose: .training)
      #expect(training.forward(input) == found)
      var gradient = wanted
      training.backward(seed, into: &gradient)
      for slot in network.parameters.slots {
        let apart = difference(
          Array(gradient[slot.range]), wanted[slot.range].map { Double($0) })
        #expect(apart < 4 * tolerance, "\(slot.name): \(apart)")
      }
    }
  }

  @Test(arguments: Precision.known)
  func `a tile is the same bytes as its part of a larger picture`(precision: Precision) throws {
    let network = Network.unet()
    let whole = picture(96, 80, 3, salt: 1)
    var tile = Tensor(height: 48, width: 40, channels: 3)
    for y in 0..<48 {
      for x in 0..<40 { for c in 0..<3 { tile[y, x, c] = whole[y + 20, x + 16, c] } }
    }
    func forward(_ input: Tensor) throws -> Tensor {
      try Plan(network, height: input.height, width: input.width, precision: precision)
        .forward(input)
    }
    let (expected, found) = (try forward(whole), try forward(tile))
    // oneDNN's loops for AVX2 add in an order that hangs on a pixel's place in its row; wider ones don't.
    let tolerance: Float = Precision.bfloat16.isFast ? 0 : 2e-6
    // Ten pixels and a bit are what the kernels reach.
    for y in 12..<36 {
      for x in 12..<28 {
        for c in 0..<3 {
          #expect(abs(found[y, x, c] - expected[y + 20, x + 16, c]) <= tolerance)
        }
      }
    }
  }

  @Test(arguments: Precision.known)
  func `any number of workers gives the same gradient`(precision: Precision) throws {
    let network = Network.unet()
    let target = picture(24, 20, 3, salt: 50)
    func gradient(_ workers: Int) throws -> (losses: [Double], sum: [Float]) {
      let replicas = try Replicas(
        network, height: 24, width: 20, precision: precision, workers: workers)
      var sum = network.parameters.values
      let losses = replicas.gradient(samples: 7, into: &sum) { sample, plan in
        let output = plan.forward(picture(24, 20, 3, salt: sample + 1))
        var seed = output
        for place in seed.values.indices { seed.values[place] -= target.values[place] }
        let loss = seed.values.reduce(0) { $0 + Double($1 * $1) } / 2
        return (loss, [network.output: seed])
      }
      return (losses, sum)
    }
    let alone = try gradient(1)
    for workers in [2, 3, 9] {
      let together = try gradient(workers)
      #expect(together.losses == alone.losses && together.sum == alone.sum)
    }
    // The sum is that of the samples.
    let plan = try Plan(
      network, height: 24, width: 20, precision: precision, purpose: .training)
    var (sum, one) = (network.parameters.values, network.parameters.values)
    for place in sum.indices { sum[place] = 0 }
    for sample in 0..<7 {
      var seed = plan.forward(picture(24, 20, 3, salt: sample + 1))
      for place in seed.values.indices { seed.values[place] -= target.values[place] }
      plan.backward(seed, into: &one)
      for place in sum.indices { sum[place] += one[place] }
    }
    #expect(sum == alone.sum)
  }

  @Test func `a sample without seeds adds nothing`() throws {
    let network = Network.unet()
    let replicas = try Replicas(network, height: 8, width: 8, workers: 2)
    var sum = network.parameters.values
    let losses = replicas.gradient(samples: 3, into: &sum) { sample, _ in (Double(sample), [:]) }
    #expect(losses == [0, 1, 2])
    #expect(sum.allSatisfy { $0 == 0 })
  }

  @Test func `loaded parameters are used from then on`() throws {
    var network = Network.unet()
    let plan = try Plan(network, height: 16, width: 16)
    let before = plan.forward(picture(16, 16, 3, salt: 1))
    for place in network.parameters.values.indices { network.parameters.values[place] *= 0.5 }
    plan.load(network.parameters)
    let after = plan.forward(picture(16, 16, 3, salt: 1))
    #expect(before != after)
    #expect(try Plan(network, height: 16, width: 16).forward(picture(16, 16, 3, salt: 1)) == after)
  }
}

extension Precision {
  /// What this machine computes in: not all have bfloat16.
  static let known = allCases.filter(\.isFast)
}
