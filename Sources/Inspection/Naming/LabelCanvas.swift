internal import Classification
internal import Raster

/// The class of each pixel of a field while places are marked on it.
struct LabelCanvas {
  /// The field, scan pixels.
  let field: PixelRect
  /// Places with the name of their class, in pixels of the field.
  private(set) var boxes: [NamingData.Place] = []
  /// Each pixel's class: 1 and the place of its name in `names`.
  private(set) var labels: [UInt8]
  /// Names of classes in the order in which they came.
  private(set) var names: [String] = []

  init(_ field: PixelRect) {
    self.field = field
    labels = [UInt8](repeating: 0, count: field.area)
  }

  /// Marks a place; what is marked later lies above.
  ///
  /// - Parameters:
  ///   - box: of the place, pixels of the field.
  ///   - spans: its pixels.
  ///   - name: its class; nil where it is not known, so that nothing is learnt from it.
  ///   - found: the box of the finding by which an inspection shows it, pixels of the field; nil where none does.
  mutating func mark(
    _ box: PixelRect, spans: [(y: Int, columns: Range<Int>)], _ name: String?,
    found: PixelRect?
  ) {
    let inside = box.intersection(
      PixelRect(x: 0, y: 0, width: field.width, height: field.height))
    guard !inside.isEmpty else { return }
    var label = LabelledCrop.unknown
    if let name {
      if !names.contains(name), names.count < 249 { names.append(name) }
      label = UInt8((names.firstIndex(of: name) ?? 0) + 1)
      boxes.append(NamingData.Place(box: inside, name: name, found: found))
    }
    for (y, columns) in spans where y >= 0 && y < field.height {
      for x in max(0, columns.lowerBound)..<max(0, min(field.width, columns.upperBound)) {
        labels[y * field.width + x] = label
      }
    }
  }

  /// The pixels of each label of a picture, row by row.
  static func spans(of labels: [UInt8], width: Int) -> [UInt8: [(y: Int, columns: Range<Int>)]] {
    var result: [UInt8: [(y: Int, columns: Range<Int>)]] = [:]
    for (place, label) in labels.enumerated() where label != 0 {
      result[label, default: []].append((place / width, place % width..<place % width + 1))
    }
    return result
  }
}
