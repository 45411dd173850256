import Foundation
import Golden
import Layout
import Networks
import Raster
import TestSupport
import Testing

@Suite struct GeneratorTrainingTests {
  private let field = PixelRect(x: 0, y: 0, width: 112, height: 104)

  private func stack() throws -> LayerStack {
    var random = Seeded(state: 51)
    func polygons(_ count: Int) -> [[Point]] {
      (0..<count).map { _ in
        rectangle(
          x: .random(in: -20...430, using: &random), y: .random(in: -20...100, using: &random),
          width: .random(in: 6...40, using: &random), height: .random(in: 6...40, using: &random))
      }
    }
    return try LayerStack(drawing: [polygons(36), polygons(24)])
  }

  /// A photograph of a stack from a column on, in which the first layer throws a shadow that no table can tell.
  private func scan(
    _ stack: LayerStack, _ name: String, from column: Int = 0
  ) throws -> TrainingScan {
    var toScan = upright(height: 104)
    toScan.tx = -Double(column)
    let planes = try stack.coverage(toGrid: toScan, rect: field.expanded(by: 40))
    var random = Seeded(state: UInt64(name.utf8.first ?? 0))
    let photograph = Plane(field) { x, y in
      let (u, v) = (x + 40, y + 40)
      return 0.4 + 0.2 * planes[0][u, v] + 0.15 * planes[1][u, v] - 0.25 * planes[0][u - 6, v - 4]
        + Float.random(in: -0.01...0.01, using: &random)
    }
    return TrainingScan(
      name: name, die: name, photograph: Picture(planes: [photograph]), field: field, area: field,
      toScan: toScan, mesh: .still(field), pixelSizeUm: 1)
  }

  private func tiny(_ objective: String, steps: Int = 10) throws -> TrainingSettings {
    var settings = TrainingSettings(objective: try Objective(text: objective))
    (settings.steps, settings.batch, settings.patch, settings.checks) = (steps, 3, 64, 5)
    (settings.refinements, settings.leftOut, settings.densityScales) = ([0.2, 0.6], 0.02, [8])
    return settings
  }

  /// Moves a photograph by the golden, in a way that shows whether golden and place are right.
  private static func refined(
    _ scan: TrainingScan, _ golden: Picture
  ) -> DisplacementMesh {
    let sum = golden.planes[0].samples.reduce(0, +) / Float(golden.planes[0].samples.count)
    let light = 0.5 * (sum - 0.4)
    let shift = scan.mesh.nodes[0].x == 0 ? 0.3 : 0.1
    return DisplacementMesh(
      field: scan.field, columns: 2, rows: 1,
      nodes: [Point(x: shift, y: Double(light)), Point(x: -shift / 3, y: 0.2)])
  }

  private func training(
    _ settings: TrainingSettings, resuming path: String? = nil
  ) throws -> GeneratorTraining {
    let stack = try stack()
    return try GeneratorTraining(
      stack, taught: [try scan(stack, "a"), try scan(stack, "c")], heldOut: [try scan(stack, "b")],
      roundingUm: 0, settings: settings, resuming: path
    ) { Self.refined($0, $1) }
  }

  private func expect(
    _ left: GeneratorTraining.Outcome, is right: GeneratorTraining.Outcome
  ) {
    let (a, b) = (left.generator.network.parameters, right.generator.network.parameters)
    #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern))
    #expect(left.points == right.points)
    #expect(left.taught.map(\.mesh) == right.taught.map(\.mesh))
  }

  private static let objectives = [
    "charbonnier", "charbonnier + 0.01*adversarial + 0.1*features", "features",
  ]

  @Test(arguments: objectives)
  func `the same seed gives the same bytes with one worker and two`(objective: String) throws {
    var settings = try tiny(objective, steps: 4)
    settings.refinements = []
    var one = try training(settings)
    var two = try training(settings)
    let outcome = try one.run(workers: 1)
    expect(try two.run(workers: 2), is: outcome)
    let terms = Set(settings.objective.weights.map(\.term.rawValue))
    #expect(
      Set(try #require(outcome.points.last).terms.keys)
        == terms.union(settings.objective.needsNetwork ? ["critic"] : []))
    settings.seed = 2
    var other = try training(settings)
    #expect(try other.run().generator.network != outcome.generator.network)
  }

  @Test(arguments: objectives.prefix(2))
  func `a training that was stopped goes on byte for byte`(objective: String) throws {
    let settings = try tiny(objective)
    var whole = try training(settings)
    let outcome = try whole.run()
    #expect(outcome.ending == .finished)
    #expect(outcome.points.count == 5)
    // Before, between and after refinements, at a check and between two.
    for stop in [1, 5, 8] {
      try withTemporaryFolder { try resume(settings, after: stop, to: outcome, in: $0) }
    }
  }

  private func resume(
    _ settings: TrainingSettings, after stop: Int, to outcome: GeneratorTraining.Outcome,
    in folder: URL
  ) throws {
    let path = folder.appending(path: "a.checkpoint").path
    var first = try training(settings)
    let part = try first.run(checkpoint: path) { $0.step == stop ? .stop : .goOn }
    #expect(part.ending == .stopped)
    var second = try training(settings, resuming: path)
    expect(try second.run(checkpoint: path), is: outcome)
    _ = try Generator(contentsOf: URL(filePath: path))
    var others = settings
    others.rate = 0.001
    #expect(throws: NetworkError.self) { try training(others, resuming: path) }
  }

  @Test(arguments: ["charbonnier", "charbonnier + 0.002*adversarial + 0.05*features"])
  func `a generator learns what a table can't tell`(objective: String) throws {
    var settings = try tiny(objective, steps: 250)
    (settings.refinements, settings.leftOut, settings.symmetries) = ([], 0, .none)
    let stack = try stack()
    let scans = try [0, 110, 220].map { try scan(stack, "a", from: $0) }
    let heldOut = try scan(stack, "b", from: 330)
    var training = try GeneratorTraining(
      stack, taught: scans, heldOut: [heldOut], roundingUm: 0, settings: settings)
    let outcome = try training.run()
    #expect(outcome.generator.card.symmetries == [.identity])
    let shown = try scans.map {
      try StackRegion(stack, rect: $0.area, toScan: $0.toScan, mesh: $0.mesh, rounding: 0)
    }.reduce(into: Set<UInt16>()) { codes, region in
      for (code, distance) in zip(region.materials.values, region.edgeDistance.samples)
      where distance > 3 { codes.insert(code) }
    }
    #expect(
      outcome.generator.card.materials.map { shown.isSuperset(of: $0) && $0.contains(0) } == true)
    func residual(_ golden: some GoldenSource) throws -> Double {
      let picture = try golden.region(field, toScan: heldOut.toScan, mesh: heldOut.mesh).picture
      let pairs = zip(picture.planes[0].samples, heldOut.photograph.planes[0].samples)
      return pairs.reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(field.area)
    }
    let table = try residual(TableGolden(learning: TrainingSet(stack, scans)))
    let taught = try residual(GeneratorGolden(stack: stack, generator: outcome.generator))
    #expect(taught < 0.6 * table)
  }
}
