/// A closed box of whole database units that may be empty, in sixteen bytes.
///
/// The upper sides are kept as complements, so that joining two boxes is one minimum and meeting one comparison.
struct GridBox: Equatable, Sendable {
  /// Left, bottom, and the complements of right and top.
  private(set) var sides: SIMD4<Int32>

  /// The box that holds nothing.
  static let empty = GridBox(sides: SIMD4(repeating: .max))

  private init(sides: SIMD4<Int32>) { self.sides = sides }

  @inline(__always)
  init(left: Int32, bottom: Int32, right: Int32, top: Int32) {
    sides = SIMD4(left, bottom, ~right, ~top)
  }

  /// The smallest box of whole numbers around an extent, its sides held within 32 bits.
  init(around extent: Extent) {
    if extent.isEmpty {
      self = .empty
    } else {
      self.init(
        left: Self.held(extent.left.rounded(.down)),
        bottom: Self.held(extent.bottom.rounded(.down)),
        right: Self.held(extent.right.rounded(.up)), top: Self.held(extent.top.rounded(.up)))
    }
  }

  /// What a whole box must meet to meet a window, whose sides are held within 32 bits.
  init(meeting window: Extent) {
    if window.isEmpty {
      // Nothing lies left of the least number and right of the greatest.
      self.init(left: .max, bottom: .max, right: .min, top: .min)
    } else {
      self.init(
        left: Self.held(window.left.rounded(.up)), bottom: Self.held(window.bottom.rounded(.up)),
        right: Self.held(window.right.rounded(.down)), top: Self.held(window.top.rounded(.down)))
    }
  }

  private static func held(_ value: Double) -> Int32 {
    if value.isNaN { return 0 }
    return Int32(min(max(value, Double(Int32.min)), Double(Int32.max)))
  }

  var left: Int32 { sides.x }
  var bottom: Int32 { sides.y }
  var right: Int32 { ~sides.z }
  var top: Int32 { ~sides.w }

  var isEmpty: Bool { left > right || bottom > top }

  /// The box as an extent.
  var extent: Extent {
    isEmpty
      ? .empty
      : Extent(
        left: Double(left), bottom: Double(bottom), right: Double(right), top: Double(top))
  }

  @inline(__always)
  func intersects(_ other: GridBox) -> Bool {
    let theirs = ~SIMD4(other.sides.z, other.sides.w, other.sides.x, other.sides.y)
    return all(sides .<= theirs)
  }

  @inline(__always)
  mutating func include(_ other: GridBox) {
    sides = pointwiseMin(sides, other.sides)
  }
}
