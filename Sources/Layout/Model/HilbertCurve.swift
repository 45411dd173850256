/// A Hilbert curve through a square of 2¹² × 2¹² or 2¹⁶ × 2¹⁶ cells.
///
/// Source: Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", Math. Annalen 1891; four steps at
/// once are looked up.
struct HilbertCurve {
  /// For each state and four bits of x and y: eight bits of the place, and the next state times 256.
  private static let table: [UInt16] = {
    var table: [UInt16] = []
    for state in 0..<4 {
      for cell in 0..<256 {
        var (place, isSwapped, isInverted) = (0, state & 1 == 1, state & 2 == 2)
        for bit in stride(from: 3, through: 0, by: -1) {
          let (x, y) = (cell >> (4 + bit) & 1 == 1, cell >> bit & 1 == 1)
          let right = (isSwapped ? y : x) != isInverted
          let upper = (isSwapped ? x : y) != isInverted
          place = place << 2 | (right ? (upper ? 2 : 3) : (upper ? 1 : 0))
          if !upper {
            if right { isInverted.toggle() }
            isSwapped.toggle()
          }
        }
        let next = (isSwapped ? 1 : 0) + (isInverted ? 2 : 0)
        table.append(UInt16(place | next << 8))
      }
    }
    return table
  }()

  /// Bits of a coordinate.
  let bits: Int
  private let table: [UInt16]

  init(fine: Bool) { (bits, table) = (fine ? 16 : 12, Self.table) }

  /// How far along the curve a cell lies.
  @inline(__always)
  func place(_ x: UInt32, _ y: UInt32) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var (place, state) = (UInt32(0), UInt32(0))
      var shift = UInt32(bits)
      while shift > 0 {
        shift -= 4
        let cell: UInt32 = (x >> shift & 15) << 4 | (y >> shift & 15)
        let found = table[Int(state << 8 | cell)]
        place = place << 8 | UInt32(found & 255)
        state = UInt32(found >> 8)
      }
      return place
    }
  }
}
