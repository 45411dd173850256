internal import Foundation

/// The numbers that a network has learnt: named tensors, one after the other in one array.
public struct Parameters: Sendable, Equatable {
  /// One tensor's name, shape in PyTorch's order, and place in `values`.
  public struct Slot: Sendable, Equatable {
    /// The name, such as `encoder.1.weight`.
    public let name: String
    /// The shape, such as (outputs, inputs, rows, columns).
    public let shape: [Int]
    /// Where its numbers lie in `values`.
    public let range: Range<Int>
    /// Whether training changes it; running statistics are not trained.
    public let isTrained: Bool
  }

  /// The tensors, in the order of their layers.
  public private(set) var slots: [Slot] = []
  /// All numbers.
  public var values: [Float] = []
  private var numbers: [String: Int] = [:]

  init() {}

  /// The slot of a name, if there is one.
  public func slot(_ name: String) -> Slot? { numbers[name].map { slots[$0] } }

  /// The numbers of a tensor.
  public subscript(name: String) -> ArraySlice<Float>? { slot(name).map { values[$0.range] } }

  mutating func add(_ name: String, _ shape: [Int], isTrained: Bool = true, _ fill: Float = 0) {
    let count = shape.reduce(1, *)
    numbers[name] = slots.count
    slots.append(
      Slot(
        name: name, shape: shape, range: values.count..<values.count + count, isTrained: isTrained))
    values.append(contentsOf: repeatElement(fill, count: count))
  }

  /// Draws weights for layers that (leaky) ReLUs follow; biases become 0.
  ///
  /// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, eq. 10, by the count of inputs.
  public mutating func initialise(using generator: inout some RandomNumberGenerator) {
    for slot in slots where slot.isTrained {
      guard slot.shape.count > 1 else { continue }
      let inputs = slot.shape.dropFirst().reduce(1, *)
      let scale = (2 / Double(inputs)).squareRoot()
      for index in slot.range {
        // Box and Muller's transform of two uniform numbers to a normal one.
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
        let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
        values[index] = Float(scale * radius * cos(angle))
      }
    }
  }
}
