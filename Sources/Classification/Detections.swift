internal import Foundation
public import Networks
public import Raster

/// A defect that a classifier found by itself.
public struct Detection: Sendable, Equatable {
  /// Where it is, in pixels of the picture.
  public var box: PixelRect
  /// The number of its class.
  public var label: Int
  /// The probability of its class at its best place, 0…1.
  public var confidence: Double

  /// A detection.
  public init(box: PixelRect, label: Int, confidence: Double) {
    (self.box, self.label, self.confidence) = (box, label, confidence)
  }
}

extension PixelRect {
  /// Pixels in both over pixels in either, 0…1.
  func overlap(_ other: PixelRect) -> Double {
    let both = intersection(other).area
    return both == 0 ? 0 : Double(both) / Double(area + other.area - both)
  }
}

extension Classifier {
  /// The probability of every class at a place of the output.
  func probabilities(_ output: Tensor, place: Int) -> [Double] {
    let first = place * output.channels
    let scores = output.values[first..<first + card.classes.count]
      .map { Double($0) / card.temperature }
    let most = scores.max() ?? 0
    let powers = scores.map { exp($0 - most) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The defects that an output tells of, the surest first.
  ///
  /// Each place whose defect class is more probable than at its neighbours tells of one; of two that overlap, the surer
  /// one stays. Of a long defect each end may tell: two of one class that overlap less, and are about as sure, are one.
  ///
  /// - Parameters:
  ///   - output: what the network gave for a picture.
  ///   - size: the picture's, pixels; boxes are cut off there.
  ///   - least: detections less probable are left out. The default is 0.05.
  ///   - overlap: boxes whose intersection is more than this share of their union are one. The default is 0.3.
  public func detections(
    _ output: Tensor, size: (width: Int, height: Int), least: Double = 0.05,
    overlap: Double = 0.3
  ) -> [Detection] {
    let (rows, columns, channels) = (output.height, output.width, output.channels)
    let classes = card.classes.count
    var sureness = [Float](repeating: 0, count: rows * columns)
    // A cheap bound first: most places show no defect.
    let bound = Float(log(least / (1 - least)) * card.temperature)
    output.values.withUnsafeBufferPointer { values in
      for place in sureness.indices {
        let row = place * channels
        var best = -Float.infinity
        for index in 1..<classes { best = max(best, values[row + index]) }
        guard best - values[row] > bound else { continue }
        sureness[place] = Float(probabilities(output, place: place).dropFirst().max() ?? 0)
      }
    }
    var found: [Detection] = []
    for y in 0..<rows {
      for x in 0..<columns {
        let place = y * columns + x
        let own = sureness[place]
        guard own >= Float(least) else { continue }
        var isPeak = true
        for j in max(0, y - 1)...min(rows - 1, y + 1) {
          for i in max(0, x - 1)...min(columns - 1, x + 1) {
            let other = sureness[j * columns + i]
            if other > own || other == own && j * columns + i < place { isPeak = false }
          }
        }
        guard isPeak else { continue }
        let probabilities = probabilities(output, place: place)
        let label = (1..<classes).max { probabilities[$0] < probabilities[$1] } ?? 1
        found.append(
          Detection(
            box: box(output, x: x, y: y, size: size), label: label,
            confidence: probabilities[label]))
      }
    }
    found.sort { $0.confidence > $1.confidence }
    var kept: [Detection] = []
    for detection in found
    where !detection.box.isEmpty
      && kept.allSatisfy({ $0.box.overlap(detection.box) <= overlap })
    { kept.append(detection) }
    var whole: [Detection] = []
    for detection in kept {
      let part = whole.indices.first {
        whole[$0].label == detection.label
          && whole[$0].box.intersection(detection.box).area * 10
            > min(whole[$0].box.area, detection.box.area)
      }
      if let part {
        if detection.confidence > whole[part].confidence / 3 {
          whole[part].box = whole[part].box.union(detection.box)
        }
      } else {
        whole.append(detection)
      }
    }
    return whole
  }

  /// The box that a place tells of.
  private func box(
    _ output: Tensor, x: Int, y: Int, size: (width: Int, height: Int)
  ) -> PixelRect {
    let first = (y * output.width + x) * output.channels + card.classes.count
    let sides = (0..<4).map { Double(output.values[first + $0] * Classifier.reachPx) }
    let centreX = (Double(x) + 0.5) * Double(stride)
    let centreY = (Double(y) + 0.5) * Double(stride)
    func held(_ value: Double, _ end: Int) -> Int {
      Int(min(max(value, 0), Double(end)).rounded())
    }
    let (left, top) = (held(centreX - sides[0], size.width), held(centreY - sides[1], size.height))
    let (right, bottom) = (
      held(centreX + sides[2], size.width), held(centreY + sides[3], size.height)
    )
    return PixelRect(x: left, y: top, width: max(0, right - left), height: max(0, bottom - top))
  }
}
