internal import Foundation
internal import Networks
internal import Raster

/// How wrong a classifier's output is for a crop, and by which gradient it gets better.
///
/// The classes' loss is the focal one over all places whose label is known, the sides' is the absolute distance over the
/// places that show a defect. Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017; Tian et al., "FCOS", ICCV
/// 2019, for places that tell their distance to the sides.
struct ClassifierLoss {
  var classes: Int
  var stride: Int
  var focus: Float
  var sideShare: Float

  /// Places that show a defect in a usual crop; a fixed number keeps crops' weights alike.
  private static let usualPlaces: Float = 32

  /// The label of each place: the most frequent defect of its pixels, else unknown if any is, else no defect.
  func labels(of crop: LabelledCrop) -> [UInt8] {
    let (height, width) = (crop.planes.height / stride, crop.planes.width / stride)
    if stride == 1 { return crop.labels }
    var result = [UInt8](repeating: 0, count: height * width)
    var counts = [Int](repeating: 0, count: 256)
    crop.labels.withUnsafeBufferPointer { labels in
      for y in 0..<height {
        for x in 0..<width {
          var seen: UInt8 = 0
          for j in 0..<stride {
            for i in 0..<stride {
              let label = labels[(y * stride + j) * crop.planes.width + x * stride + i]
              guard label != 0 else { continue }
              counts[Int(label)] += 1
              if seen == 0 || seen == LabelledCrop.unknown
                || label != LabelledCrop.unknown && counts[Int(label)] > counts[Int(seen)]
              {
                seen = label
              }
            }
          }
          if seen != 0 {
            for index in counts.indices where counts[index] != 0 { counts[index] = 0 }
          }
          result[y * width + x] = seen
        }
      }
    }
    return result
  }

  /// The loss; the output becomes its gradient.
  func callAsFunction(_ output: inout Tensor, _ crop: LabelledCrop) -> Double {
    let labels = labels(of: crop)
    let sides = sideTargets(of: crop, labels: labels, width: output.width)
    let (channels, scale) = (output.channels, 1 / ClassifierLoss.usualPlaces)
    var loss = 0.0
    output.values.withUnsafeMutableBufferPointer { values in
      for place in labels.indices {
        guard let row = values.baseAddress.map({ $0 + place * channels }) else { return }
        if labels[place] == LabelledCrop.unknown {
          for index in 0..<channels { row[index] = 0 }
          continue
        }
        loss += Double(focal(row, Int(labels[place])) * scale)
        for index in 0..<classes { row[index] *= scale }
        let target = sides[place]
        for side in 0..<4 {
          let place = row + classes + side
          guard let target else {
            place.pointee = 0
            continue
          }
          let apart = place.pointee - target[side]
          loss += Double(abs(apart) * sideShare * scale)
          place.pointee = apart == 0 ? 0 : (apart > 0 ? sideShare : -sideShare) * scale
        }
      }
    }
    return loss
  }

  /// −(1 − p)^focus · log p of the right class; the scores become its gradient.
  private func focal(_ scores: UnsafeMutablePointer<Float>, _ label: Int) -> Float {
    var most = scores[0]
    for index in 1..<classes { most = max(most, scores[index]) }
    var sum: Float = 0
    for index in 0..<classes {
      scores[index] = exp(scores[index] - most)
      sum += scores[index]
    }
    let p = max(scores[label] / sum, 1e-12)
    let (rest, logarithm) = (max(1 - p, 1e-6), log(p))
    let weight = focus == 2 ? rest * rest : pow(rest, focus)
    let slope = focus * p * weight / rest * logarithm - weight
    for index in 0..<classes {
      scores[index] = slope * ((index == label ? 1 : 0) - scores[index] / sum)
    }
    return -weight * logarithm
  }

  /// The distances to the sides of the smallest box of its class around each place that shows a defect.
  private func sideTargets(
    of crop: LabelledCrop, labels: [UInt8], width: Int
  ) -> [Int: SIMD4<Float>] {
    var result: [Int: SIMD4<Float>] = [:]
    var areas: [Int: Int] = [:]
    let height = labels.count / width
    for labelled in crop.boxes {
      let box = labelled.box
      for y in max(0, box.y / stride)..<max(0, min(height, box.maxY / stride + 1)) {
        for x in max(0, box.x / stride)..<max(0, min(width, box.maxX / stride + 1)) {
          let place = y * width + x
          guard Int(labels[place]) == labelled.label, areas[place, default: .max] > box.area
          else { continue }
          areas[place] = box.area
          let (centreX, centreY) = (
            (Float(x) + 0.5) * Float(stride), (Float(y) + 0.5) * Float(stride)
          )
          result[place] =
            SIMD4(
              centreX - Float(box.x), centreY - Float(box.y), Float(box.maxX) - centreX,
              Float(box.maxY) - centreY) / Classifier.reachPx
        }
      }
    }
    return result
  }
}
