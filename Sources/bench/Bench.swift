internal import Foundation
internal import Golden
internal import Networks
internal import Raster

/// Times this project's networks: `bench inference|fast|training|convolutions|peak float32|bfloat16 [runs]`, and explanations:
/// `bench relevance|reports down3|up0 [runs]`.
///
/// Prints one line of JSON with the seconds of every run after two that warm up; `peers/compare.py` runs it beside others.
/// `bench deeppcb FOLDER BOARDS MODEL [steps] [relevance-drop] [views]` teaches a classifier and judges its detections on boards that it
/// never saw; BOARDS are numbers joined by commas.
@main
struct Bench {
  static func main() throws {
    FreedMemory.keep()
    let arguments = CommandLine.arguments
    if arguments.dropFirst().first == "layout" {
      return try LayoutBench.main(Array(arguments[2...]))
    }
    if arguments.dropFirst().first == "image" { return try ImageBench.main(Array(arguments[2...])) }
    if arguments.dropFirst().first == "matching" {
      return try MatchingBench.main(Array(arguments[2...]))
    }
    if try RelevanceBench.run(arguments) || DeepPCBTrial.run(arguments) { return }
    guard arguments.count >= 3, let precision = Precision(rawValue: arguments[2]),
      let runs = arguments.count > 3 ? Int(arguments[3]) : 6, runs > 0
    else {
      print("usage: bench inference|fast|training|convolutions|peak float32|bfloat16 [runs]")
      print("       bench relevance|reports down3|up0 [runs]")
      print("       bench matching stages [SIDE] [runs] | scan FOLDER SIDE")
      print("       bench deeppcb FOLDER BOARDS MODEL [steps] [relevance-drop] [views]")
      exit(64)
    }
    switch arguments[1] {
    case "inference": try inference(precision, runs)
    case "fast":
      try inference(network(.fast), precision, runs)
    case "training": try training(precision, runs)
    case "convolutions": try convolutions(precision, runs)
    case "peak": try peak(precision, runs)
    case let other:
      print("bench: there is no benchmark '\(other)'")
      exit(64)
    }
  }

  /// A generator of 6 layers and 3 colours, with weights drawn by chance.
  private static func network(_ architecture: GeneratorArchitecture) -> Network {
    var network = architecture.network(inputs: 6, outputs: 3)
    var random = SystemRandomNumberGenerator()
    network.parameters.initialise(using: &random)
    return network
  }

  private static func seconds(_ body: () -> Void) -> Double {
    ContinuousClock().measure(body) / .seconds(1)
  }

  /// Prints the seconds of each run, and how much of something each of them did.
  private static func report(_ seconds: [Double], _ amount: Double, _ unit: String) {
    print(#"{"seconds": \#(seconds), "amount": \#(amount), "unit": "\#(unit)"}"#)
  }

  private static func input(_ side: Int, _ channels: Int) -> Tensor {
    Tensor(
      height: side, width: side, channels: channels,
      values: (0..<side * side * channels).map { Float($0 % 251) / 251 })
  }

  private static func inference(_ precision: Precision, _ runs: Int) throws {
    try inference(network(.reference), precision, runs)
  }

  private static func inference(_ network: Network, _ precision: Precision, _ runs: Int) throws {
    let plan = try Plan(network, height: 1024, width: 1024, precision: precision)
    let input = input(1024, 6)
    for _ in 0..<2 { _ = plan.forward(input) }
    report((0..<runs).map { _ in seconds { _ = plan.forward(input) } }, 1.048576, "Mpx")
  }

  /// The convolutions of an inference alone, with the multiplications that they really do.
  private static func convolutions(_ precision: Precision, _ runs: Int) throws {
    let plan = try Plan(network(.reference), height: 1024, width: 1024, precision: precision)
    let input = input(1024, 6)
    for _ in 0..<2 { _ = plan.forward(input) }
    let times = (0..<runs).map { _ in
      plan.profile(input).filter { $0.multiplications > 0 }.reduce(0) { $0 + $1.seconds }
    }
    let count = plan.profile(input).reduce(0) { $0 + $1.multiplications }
    report(times, 2e-9 * Double(count), "GFLOP")
  }

  /// One convolution of many channels on a small picture: as fast as this machine convolves.
  private static func peak(_ precision: Precision, _ runs: Int) throws {
    var network = Network(inputChannels: 256)
    network.convolution("wide", of: network.input, outputs: 256)
    network.layer("shut", .pooling(kind: .max, size: 0, stride: 1), of: ["wide"])
    let plan = try Plan(network, height: 128, width: 128, precision: precision)
    let input = input(128, 256)
    for _ in 0..<2 { _ = plan.forward(input) }
    let times = (0..<runs).map { _ in plan.profile(input)[0].seconds }
    report(times, 2e-9 * 128 * 128 * 256 * 256 * 9, "GFLOP")
  }

  /// A step on 8 × 128²: forward, Charbonnier's loss, backward and Adam.
  private static func training(_ precision: Precision, _ runs: Int) throws {
    let network = Self.network(.reference)
    let replicas = try Replicas(network, height: 128, width: 128, precision: precision)
    let (input, target) = (input(128, 6), input(128, 3))
    var parameters = network.parameters
    let count = parameters.values.count
    var optimiser = Adam([.init(name: "all", count: count)])
    var gradient = [Float](repeating: 0, count: count)
    func step() {
      _ = replicas.gradient(samples: 8, into: &gradient) { _, plan in
        var output = plan.forward(input)
        let loss = charbonnier(&output, target, samples: 8)
        return (loss, [network.output: output])
      }
      optimiser.beginStep()
      parameters.values.withUnsafeMutableBufferPointer { values in
        gradient.withUnsafeBufferPointer {
          optimiser.update(0, values, gradient: $0, rate: 1e-3)
        }
      }
      replicas.load(parameters)
    }
    for _ in 0..<2 { step() }
    report((0..<runs).map { _ in seconds(step) }, 8 * 0.016384, "Mpx")
  }

  /// The mean of √(d² + 10⁻⁶); the output becomes its gradient.
  private static func charbonnier(
    _ output: inout Tensor, _ target: Tensor, samples: Int
  ) -> Double {
    let share = 1 / Float(output.values.count * samples)
    return output.values.withUnsafeMutableBufferPointer { output in
      target.values.withUnsafeBufferPointer { target in
        var sum = 0.0
        for place in output.indices {
          let apart = output[place] - target[place]
          let root = (apart * apart + 1e-6).squareRoot()
          sum += Double(root * share)
          output[place] = apart / root * share
        }
        return sum
      }
    }
  }
}
