internal import CKernels
internal import Raster

/// Kinds of places that have a noise of their own: each material at each of a few distances from the nearest edge, once
/// where other dies tell what is usual at a place, and once where none does.
struct Strata: Sendable {
  /// Distances at which kinds part, pixels.
  static let borders: [Float] = [1, 2, 3, 5, 8, 14]
  static let bins = borders.count + 1

  /// Material to its number; 0 stands for all that were not learnt.
  private let numbers: [UInt16]
  /// Kinds with other dies; as many again without.
  let half: Int
  var count: Int { 2 * half }

  /// Kinds of the given materials.
  init(materials: [UInt16]) {
    var numbers = [UInt16](repeating: 0, count: 1 << 16)
    for (index, material) in materials.enumerated() { numbers[Int(material)] = UInt16(index + 1) }
    self.numbers = numbers
    half = (materials.count + 1) * Self.bins
  }

  /// The kind of each pixel.
  ///
  /// - Parameter alone: above ½ where no other die tells; nil when none does anywhere.
  func labels(_ materials: Labels, edgeDistance: Plane, alone: Plane?) -> Labels {
    let (width, height) = (materials.width, materials.height)
    // Where none tells anywhere, the numbers are those of the second half.
    let numbers = alone == nil ? numbers.map { $0 + UInt16(half / Self.bins) } : numbers
    let values = [UInt16](unsafeUninitializedCapacity: width * height) { buffer, count in
      count = width * height
      guard let base = buffer.baseAddress, count > 0 else { return }
      nonisolated(unsafe) let target = base  // Bands write their own rows.
      materials.withUnsafeRows { materials in
        Rows.reading([edgeDistance] + (alone.map { [$0] } ?? [])) { planes in
          RowBands(height: height).inParallel { band in
            for y in band {
              planes.row(y) {
                gd_strata_row(
                  materials.row(y), $0[0], numbers, Self.borders, Self.bins,
                  alone == nil ? nil : $0[1], UInt16(half), target + y * width, width)
              }
            }
          }
        }
      }
    }
    return Labels(width: width, height: height, values: values)
  }
}
