import Golden
import Networks
import Raster
import TestSupport
import Testing

/// A generator of two layers whose golden is 0.2 + 0.5 of the first layer, less 0.1 of the second.
@Suite struct LayerRelevanceTests {
  private func golden(_ polygons: [[[Point]]]) throws -> GeneratorGolden {
    var random = Seeded(state: 1)
    let inputs = GeneratorInputs(
      layers: ["layer 1", "layer 2"], densityScales: [], sizeReferenceUm: nil)
    var generator = Generator(
      card: .init(
        architecture: .reference, inputs: inputs, outputs: 1, pixelSizesUm: 1...1, roundingUm: 0,
        objective: "l1", seed: 5), using: &random)
    generator.network = Network(inputChannels: 2)
    generator.network.convolution("colour", of: generator.network.input, outputs: 1, kernel: 1)
    generator.network.parameters.values = [0.5, -0.1, 0.2]
    return try GeneratorGolden(
      stack: try LayerStack(drawing: polygons), generator: generator)
  }

  private func square(_ x: Double, _ y: Double, _ side: Double) -> [Point] {
    rectangle(x: x, y: y, width: side, height: side)
  }

  @Test func `tells what each layer and the bare wafer had in the brightness of a place`() throws {
    // Both layers cover the place: 16 × 16 pixels of 0.5 − 0.1 + 0.2.
    let relevance = try LayerRelevance(golden([[square(0, 0, 200)], [square(0, 0, 200)]]))
    let box = PixelRect(x: 90, y: 90, width: 16, height: 16)
    let shares = try relevance.shares(
      at: box, toScan: .identity, mesh: .still(box)
    ) { _, _ in -2 }
    #expect(shares.layers.map(\.name) == ["layer 1", "layer 2"])
    let expected: [Double] = [-2 * 256 * 0.5, 2 * 256 * 0.1]
    for (layer, value) in zip(shares.layers, expected) {
      #expect(abs(layer.relevance - value) < 0.01)
    }
    #expect(abs(shares.absorbed + 2 * 256 * 0.2) < 0.01)
  }

  @Test func `a layer that is drawn elsewhere has no part`() throws {
    let relevance = try LayerRelevance(golden([[square(0, 0, 200)], [square(150, 150, 20)]]))
    let box = PixelRect(x: 60, y: 60, width: 8, height: 8)
    let shares = try relevance.shares(
      at: box, toScan: .identity, mesh: .still(box)
    ) { x, _ in x < 64 ? 1 : 0 }
    #expect(abs(shares.layers[0].relevance - 32 * 0.5) < 0.01)
    #expect(shares.layers[1].relevance == 0)
  }
}
