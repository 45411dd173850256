import Foundation
import Golden
import Raster
import Testing

/// What PyTorch gives; `make_objectives.py` says for what, and the formulas here say it again.
struct ReferenceObjectives: Decodable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let width, height, channels: Int
    let weighted: Bool
    let term: Objective.Term
    let loss, absolute: Double
    let slopes: [Double]

    var testDescription: String {
      "\(term.rawValue) \(width)×\(height)\(weighted ? " weighted" : "")"
    }

    func picture(_ value: (Double, Double, Double) -> Double) -> Picture {
      Picture(
        planes: (0..<channels).map { channel in
          Plane(
            width: width, height: height,
            samples: (0..<width * height).map {
              Float(value(Double($0 % width), Double($0 / width), Double(channel)))
            })
        })
    }

    static func target(_ x: Double, _ y: Double, _ c: Double) -> Double {
      0.5 + 0.2 * sin(0.37 * x + 0.21 * y * (c + 1)) + 0.15 * cos(0.05 * x * y + c)
    }

    static func prediction(_ x: Double, _ y: Double, _ c: Double) -> Double {
      target(x, y, c) + 0.04 * sin(1.3 * x - 0.7 * y + c) + 0.03 * cos(0.11 * x + 0.09 * y)
    }
  }

  let cases: [Case]

  static let all: [Case] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/objectives.json")
    do {
      return try JSONDecoder().decode(ReferenceObjectives.self, from: Data(contentsOf: file)).cases
    } catch {
      preconditionFailure("the fixture can't be read: \(error)")
    }
  }()
}

@Suite struct ObjectiveReferenceTests {
  @Test(arguments: ReferenceObjectives.all) func `agrees with PyTorch`(
    reference: ReferenceObjectives.Case
  ) {
    let weight = reference.picture { x, y, _ in
      (7 * x + 3 * y).truncatingRemainder(dividingBy: 11) / 10
    }.planes[0]
    let value = Objective([reference.term: 1]).value(
      prediction: reference.picture(ReferenceObjectives.Case.prediction),
      target: reference.picture(ReferenceObjectives.Case.target),
      weight: reference.weighted ? weight : nil)
    #expect(abs(value.loss - reference.loss) < 1e-5 * reference.loss)
    let all = value.gradient.planes.flatMap(\.samples)
    let absolute = all.reduce(0) { $0 + abs(Double($1)) }
    #expect(abs(absolute - reference.absolute) < 1e-4 * reference.absolute)
    let greatest = reference.slopes.map(abs).max() ?? 0
    for (index, slope) in reference.slopes.enumerated() {
      let ours = Double(all[index * (reference.width < 90 ? 37 : 997)]) * Double(all.count)
      #expect(abs(ours - slope) < 1e-4 * greatest, "\(index): \(ours), \(slope)")
    }
  }
}
