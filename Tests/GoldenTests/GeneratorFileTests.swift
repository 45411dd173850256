import Foundation
import Golden
import Networks
import TestSupport
import Testing

/// Generators that went from PyTorch to here and the other way; `make_generator.py` says how.
@Suite struct GeneratorFileTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let side, step: Int
      let sum, largest: Double
      let values: [Double]
      let file, sha256: String?
    }
    let cases: [String: Case]
    let tolerance: Double
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private func fixture() throws -> Fixture {
    try JSONDecoder().decode(
      Fixture.self,
      from: Data(contentsOf: Self.folder.appending(path: "Fixtures/generators.json")))
  }

  private func expect(_ file: URL, paints told: Fixture.Case, tolerance: Double) throws {
    let network = try Generator(contentsOf: file).network
    let plan = try Plan(network, height: told.side, width: told.side)
    let channels = network.channels(of: network.input)
    let painted = plan.forward(
      Tensor(
        height: told.side, width: told.side, channels: channels,
        values: numbers(told.side * told.side * channels, salt: 7)))
    let picked = stride(from: 0, to: painted.values.count, by: told.step).map { painted.values[$0] }
    #expect(picked.count == told.values.count)
    for (ours, theirs) in zip(picked, told.values) {
      #expect(abs(Double(ours) - theirs) < tolerance * told.largest)
    }
    let sum = painted.values.reduce(0) { $0 + Double($1) }
    #expect(abs(sum - told.sum) < tolerance * told.largest * Double(painted.values.count))
  }

  @Test func `a generator that PyTorch wrote paints what it paints there`() throws {
    let fixture = try fixture()
    try expect(
      Self.folder.appending(path: "Fixtures/generator.safetensors"),
      paints: #require(fixture.cases["own"]), tolerance: fixture.tolerance)
  }

  @Test func `the shipped generator paints in PyTorch what it paints here`() throws {
    let fixture = try fixture()
    let told = try #require(fixture.cases["taught"])
    let models = Self.folder.appending(path: "../../Models")
    try expect(
      models.appending(path: #require(told.file)), paints: told, tolerance: fixture.tolerance)
  }
}
