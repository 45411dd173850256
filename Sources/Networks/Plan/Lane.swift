/// Where the gradients of a plan's steps lie in a lane.
struct LaneLayout {
  /// The place of each step's gradient, where it is wanted.
  var offsets: [Int?]
  var shapes: [Shape]
  var precisions: [Precision]
  var bytes: Int
  var spareBytes = 64
  var scratchBytes = 0
}

/// The memory of one pass backward; passes in lanes of their own may run side by side.
///
/// `@unchecked Sendable`: one thread at a time uses a lane.
final class Lane: @unchecked Sendable {
  /// The gradient of each step, where it is wanted.
  let gradients: [Buffer?]
  private let memory: Memory
  /// Where a second contribution to a gradient is put before it is added.
  let spare: Memory
  /// What rules work in.
  let scratch: Memory

  init(_ layout: LaneLayout) {
    let memory = Memory(bytes: layout.bytes)
    self.memory = memory
    (spare, scratch) = (Memory(bytes: layout.spareBytes), Memory(bytes: layout.scratchBytes))
    gradients = layout.offsets.enumerated().map { number, offset in
      offset.map {
        Buffer(
          base: memory.base + $0, shape: layout.shapes[number],
          precision: layout.precisions[number])
      }
    }
  }
}
