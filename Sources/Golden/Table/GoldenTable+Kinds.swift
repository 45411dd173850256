internal import Raster

extension GoldenTable {
  /// The kinds of places that regions hold, numbered: every pair of materials that meet, at every distance.
  struct Kinds {
    /// The stack codes that occur, and each one's number.
    private let materials: [UInt16]
    private let numbers: [Int]
    /// The pairs that occur, as material number × materials + number across; and each one's number.
    private let pairs: [Int]
    private let pairNumbers: [Int32]
    static let distances = GoldenRegion.reach + 1

    init(_ stacks: [StackRegion]) {
      var numbers = [Int](repeating: -1, count: 1 << 16)
      for stack in stacks {
        for value in stack.materials.values { numbers[Int(value)] = 0 }
        // What lies across an edge may itself lie outside the region.
        for value in stack.across.values { numbers[Int(value)] = 0 }
      }
      materials = numbers.indices.filter { numbers[$0] == 0 }.map { UInt16($0) }
      for (number, material) in materials.enumerated() { numbers[Int(material)] = number }
      self.numbers = numbers
      var pairs: [Int] = []
      var pairNumbers = [Int32](repeating: -1, count: materials.count * materials.count)
      for stack in stacks {
        for index in stack.materials.values.indices {
          let pair =
            numbers[Int(stack.materials.values[index])] &* materials.count
            &+ numbers[Int(stack.across.values[index])]
          if pairNumbers[pair] < 0 {
            pairNumbers[pair] = Int32(pairs.count)
            pairs.append(pair)
          }
        }
      }
      (self.pairs, self.pairNumbers) = (pairs, pairNumbers)
    }

    var count: Int { pairs.count * Kinds.distances }

    @inline(__always)
    func slot(_ stack: StackRegion, _ index: Int, relativePixelSize: Float) -> Int {
      let material = numbers[Int(stack.materials.values[index])]
      let across = numbers[Int(stack.across.values[index])]
      let (distance, reach) = (stack.edgeDistance.samples[index], Float(GoldenRegion.reach))
      // Far is far, however large the pixels.
      let told =
        distance < reach ? Int(min(distance * relativePixelSize, reach)) : Kinds.distances &- 1
      let pair = Int(pairNumbers[material &* materials.count &+ across])
      return pair &* Kinds.distances &+ told
    }

    func kind(_ slot: Int) -> Kind {
      let pair = pairs[slot / Kinds.distances]
      return Kind(
        material: materials[pair / materials.count], across: materials[pair % materials.count],
        distance: slot % Kinds.distances)
    }
  }
}
