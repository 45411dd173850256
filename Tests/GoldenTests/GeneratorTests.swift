import Foundation
import Golden
import Layout
import Networks
import Raster
import TestSupport
import Testing

/// Generators as they are kept, and what they paint.
@Suite struct GeneratorTests {
  private func generator(
    _ architecture: GeneratorArchitecture = .fast, densityScales: [Double] = []
  ) -> Generator {
    var random = Seeded(state: 5)
    let inputs = GeneratorInputs(
      layers: ["layer 1", "layer 2"], densityScales: densityScales, sizeReferenceUm: nil)
    return Generator(
      card: .init(
        architecture: architecture, inputs: inputs, outputs: 1, pixelSizesUm: 1...1, roundingUm: 0,
        objective: "l1", seed: 5), using: &random)
  }

  private func stack() throws -> LayerStack {
    var random = Seeded(state: 6)
    func polygons(_ count: Int) -> [[Point]] {
      (0..<count).map { _ in
        rectangle(
          x: .random(in: 700...1300, using: &random), y: .random(in: 700...1300, using: &random),
          width: .random(in: 5...90, using: &random), height: .random(in: 5...90, using: &random))
      }
    }
    return try LayerStack(drawing: [polygons(60), polygons(40)])
  }

  @Test(arguments: [(GeneratorArchitecture.fast, [24.0]), (.reference, [])])
  func `a pixel is the same in whatever region it is painted`(
    architecture: GeneratorArchitecture, densityScales: [Double]
  ) throws {
    let golden = try GeneratorGolden(
      stack: stack(), generator: generator(architecture, densityScales: densityScales))
    let toScan = Affine(a: 1.01, b: 0.004, tx: 3.2, c: 0.003, d: -0.99, ty: 2040)
    // Four tiles meet inside.
    let whole = PixelRect(x: 971, y: 983, width: 101, height: 89)
    let mesh = DisplacementMesh(
      field: whole, columns: 2, rows: 1, nodes: [Point(x: 0.4, y: -0.3), Point(x: -0.2, y: 0.5)])
    let picture = try golden.picture(whole, toScan: toScan, mesh: mesh)
    #expect(Set(picture.planes[0].samples).count > 100)
    for part in [
      PixelRect(x: 1000, y: 1001, width: 51, height: 44),
      PixelRect(x: 1024, y: 983, width: 1, height: 89),
    ] {
      let painted = try golden.picture(part, toScan: toScan, mesh: mesh)
      let local = PixelRect(
        x: part.x - whole.x, y: part.y - whole.y, width: part.width, height: part.height)
      #expect(painted == picture.crop(local))
    }
  }

  @Test func `what is kept for a layout is what is painted for a scan`() throws {
    let golden = try GeneratorGolden(stack: stack(), generator: generator())
    // On this map a scan's pixels are those of the layout's own frame, moved by what the network's strides divide.
    let toScan = Affine(a: 1, b: 0, tx: -496, c: 0, d: -1, ty: 1600)
    let rect = PixelRect(x: 301, y: 283, width: 130, height: 120)
    let still = try golden.picture(rect, toScan: toScan, mesh: .still(rect))
    let hardlyBent = DisplacementMesh(
      field: rect, columns: 2, rows: 1, nodes: [Point(x: 1e-5, y: 0), Point(x: 0, y: 0)])
    for _ in 1...2 {
      let bent = try golden.picture(rect, toScan: toScan, mesh: hardlyBent)
      #expect(bent.planes[0].distance(to: still.planes[0]) < 2e-5)
    }
  }

  @Test func `what it was never shown it does not pretend to know`() throws {
    let toScan = Affine(a: 1, b: 0, tx: -700, c: 0, d: -1, ty: 1300)
    let rect = PixelRect(x: 0, y: 0, width: 500, height: 420)
    func region(shown: [UInt16]?) throws -> GoldenRegion {
      var generator = generator()
      generator.card.materials = shown
      return try GeneratorGolden(stack: stack(), generator: generator)
        .region(rect, toScan: toScan, mesh: .still(rect))
    }
    #expect(try region(shown: nil).trust == nil)
    #expect(try region(shown: [0, 1, 2, 3]).trust == nil)
    let told = try region(shown: [0, 2, 3])
    let trust = try #require(told.trust)
    let wide = Set(
      trust.samples.indices.filter {
        told.materials.values[$0] == 1 && told.edgeDistance.samples[$0] > 3
      })
    #expect(wide.count > 1000 && wide.allSatisfy { trust.samples[$0] == 0 })
    // Around it nothing is known either, and further off all is.
    let known = Labels(
      width: rect.width, height: rect.height,
      values: trust.samples.indices.map {
        wide.contains($0) ? 1 : 0
      }
    ).nearestOther(reach: 20).distance
    #expect(
      trust.samples.indices.allSatisfy { index in
        wide.contains(index) || trust.samples[index] == (known.samples[index] > 11 ? 1 : 0)
          || (5...11).contains(known.samples[index])
      })
  }

  @Test func `a tile sees as far as the network`() throws {
    // What lies further off than the network's reach changes nothing; what lies nearer does.
    let network = generator().network
    let (side, reach) = (256, network.reach)
    let plan = try Plan(network, height: side, width: side)
    let plain = plan.forward(Tensor(height: side, width: side, channels: 2))
    var touched = Tensor(height: side, width: side, channels: 2)
    touched[120, 20, 0] = 1
    let other = plan.forward(touched)
    let changed = (0..<side).filter { plain[120, $0, 0] != other[120, $0, 0] }
    #expect((changed.last ?? 0) <= 20 + reach)
    #expect((changed.last ?? 0) > 20 + reach / 2)
  }

  @Test func `a generator is read as it was written`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "g.safetensors")
      let generator = generator(.reference, densityScales: [8, 24])
      try generator.write(to: file)
      #expect(try Generator(contentsOf: file) == generator)
    }
  }

  @Test func `a damaged generator is refused and named`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "g.safetensors")
      var generator = generator()
      generator.network.parameters.values[77] = .nan
      try generator.write(to: file)
      #expect { try Generator(contentsOf: file) } throws: {
        ($0 as? NetworkError)?.code == .notFinite && "\($0)".contains("g.safetensors")
      }
      let bytes = try Data(contentsOf: file)
      try bytes.prefix(bytes.count / 2).write(to: file)
      #expect { try Generator(contentsOf: file) } throws: {
        ($0 as? NetworkError)?.code == .truncated
      }
      try Safetensors.write([], metadata: ["format": "pt"], to: file.path)
      #expect { try Generator(contentsOf: file) } throws: {
        "\($0)".contains("is no generator")
      }
    }
  }
}
