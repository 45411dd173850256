internal import Foundation
public import Networks
public import Raster

/// The name of a finding, and how sure it is.
public struct Naming: Sendable, Equatable, Codable {
  /// What a finding can be.
  public enum Verdict: String, Sendable, Codable {
    /// A defect of a class.
    case defect
    /// Of a class that is no defect, or like what shows none: kept, marked and not counted.
    case nuisance
    /// Like nothing that was learnt.
    case unknown
  }

  /// The verdict.
  public var verdict: Verdict
  /// The number of the most probable class; 0 is no defect.
  public var label: Int
  /// Its name.
  public var name: String
  /// Its probability, 0…1.
  public var confidence: Double
  /// The probability of every class, in their order.
  public var probabilities: [Double]
}

extension Classifier {
  /// Names what is in a box.
  ///
  /// A finding's probabilities are those of the places in its box that look most like a defect, a quarter of them and one at
  /// least, on average.
  ///
  /// - Parameters:
  ///   - output: what the network gave for the crop.
  ///   - box: in pixels of the crop.
  public func name(_ output: Tensor, box: PixelRect) -> Naming {
    name(scores: findingScores(output, box: box))
  }

  /// The name that a finding's scores and its place give.
  ///
  /// - Parameters:
  ///   - scores: of every class, before temperature.
  ///   - place: what is measured there; nil where that is nothing.
  public func name(scores: [Double], place: PlaceMeasures? = nil) -> Naming {
    let probabilities = Calibration.probabilities(
      scores, temperature: card.temperature,
      added: place.flatMap { card.placeEvidence?.logarithms($0) })
    let label = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    let confidence = probabilities[label]
    let isNuisance = label == 0 || card.nuisances.contains(card.classes[label])
    return Naming(
      verdict: confidence < card.leastConfidence ? .unknown : isNuisance ? .nuisance : .defect,
      label: label, name: card.classes[label], confidence: confidence,
      probabilities: probabilities)
  }

  /// The scores of a finding's classes before temperature: the mean of those places that look most like a defect.
  public func findingScores(_ output: Tensor, box: PixelRect) -> [Double] {
    let classes = card.classes.count
    let columns = range(box.x, box.maxX, output.width)
    var rows: [(defect: Float, place: Int)] = []
    for y in range(box.y, box.maxY, output.height) {
      for x in columns {
        let place = y * output.width + x
        let first = place * output.channels
        var best = -Float.infinity
        for index in 1..<classes { best = max(best, output.values[first + index]) }
        rows.append((best - output.values[first], place))
      }
    }
    rows.sort { $0.defect == $1.defect ? $0.place < $1.place : $0.defect > $1.defect }
    let kept = rows.prefix(max(1, rows.count / 4))
    return (0..<classes).map { index in
      kept.reduce(0) { $0 + Double(output.values[$1.place * output.channels + index]) }
        / Double(max(1, kept.count))
    }
  }

  /// The places of the output whose middle is in a range of pixels; one at least.
  private func range(_ from: Int, _ to: Int, _ count: Int) -> Range<Int> {
    let low = min(max((from + stride / 2) / stride, 0), count - 1)
    return low..<max(low + 1, min(count, (to + stride / 2) / stride))
  }
}
