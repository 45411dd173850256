internal import Networks

@main
struct Bench {
  static func main() throws {
    for precision in Precision.allCases {
      let network = reference()
      let plan = try Plan(network, height: 1024, width: 1024, precision: precision)
      let input = Tensor(height: 1024, width: 1024, channels: 6)
      var best = Duration.seconds(100)
      for _ in 0..<6 {
        best = min(best, ContinuousClock().measure { _ = plan.forward(input) })
      }
      let s = Double(best.components.attoseconds) / 1e18 + Double(best.components.seconds)
      print(precision, 1.048576 / s, "Mpx/s")
    }
  }
  static func reference() -> Network {
    var n = Network(inputChannels: 6)
    let widths = [16, 32, 64, 96]
    var skips: [String] = []
    var x = n.input
    func block(_ name: String, _ x: String, _ c: Int) -> String {
      let a = n.convolution(name + ".1", of: x, outputs: c, activation: .relu(slope: 0))
      return n.convolution(name + ".2", of: a, outputs: c, activation: .relu(slope: 0))
    }
    for (i, c) in widths.enumerated() {
      if i > 0 { x = n.layer("pool\(i)", .pooling(kind: .max, size: 2, stride: 2), of: [x]) }
      x = block("down\(i)", x, c)
      skips.append(x)
    }
    for i in [2, 1, 0] {
      let up = n.layer("grow\(i)", .upsampling(kind: .nearest, factor: 2), of: [x])
      x = n.layer("join\(i)", .concatenation, of: [up, skips[i]])
      x = block("up\(i)", x, widths[i])
    }
    n.convolution("colour", of: x, outputs: 3, kernel: 1)
    return n
  }
}
