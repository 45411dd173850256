internal import Networks
internal import Raster

/// A square of a window that a step learns from.
struct Patch: Sendable {
  /// The generator's inputs.
  let inputs: Tensor
  /// What the photograph shows, and how much each pixel counts, without the border that is not judged.
  let target: Picture
  let weight: Plane

  /// A patch, turned or mirrored.
  init(_ window: TrainingWindow, x: Int, y: Int, side: Int, symmetry: Symmetry) {
    inputs = Patch.taken(window.inputs, x: x, y: y, side: side, symmetry: symmetry)
    let margin = TrainingSettings.margin
    let inner = side - 2 * margin
    // A square laid on itself takes its middle along.
    let (left, top) = (x + margin, y + margin)
    target = window.photograph.mapPlanes {
      Patch.taken($0, x: left, y: top, side: inner, symmetry: symmetry)
    }
    weight = Patch.taken(window.weight, x: left, y: top, side: inner, symmetry: symmetry)
  }

  private static func taken(
    _ tensor: Tensor, x: Int, y: Int, side: Int, symmetry: Symmetry
  ) -> Tensor {
    let (channels, width) = (tensor.channels, tensor.width)
    let values = [Float](unsafeUninitializedCapacity: side * side * channels) { target, count in
      tensor.values.withUnsafeBufferPointer { source in
        for row in 0..<side {
          for column in 0..<side {
            let (u, v) = symmetry.source(column, row, side: side)
            let from = ((y &+ v) &* width &+ x &+ u) &* channels
            let to = (row &* side &+ column) &* channels
            for channel in 0..<channels { target[to &+ channel] = source[from &+ channel] }
          }
        }
      }
      count = side * side * channels
    }
    return Tensor(height: side, width: side, channels: channels, values: values)
  }

  private static func taken(
    _ plane: Plane, x: Int, y: Int, side: Int, symmetry: Symmetry
  ) -> Plane {
    var result = Plane(width: side, height: side)
    result.samples.withUnsafeMutableBufferPointer { target in
      plane.samples.withUnsafeBufferPointer { source in
        for row in 0..<side {
          for column in 0..<side {
            let (u, v) = symmetry.source(column, row, side: side)
            target[row &* side &+ column] = source[(y &+ v) &* plane.width &+ x &+ u]
          }
        }
      }
    }
    return result
  }
}

/// One of the eight ways to lay a square on itself.
public struct Symmetry: Sendable, Equatable, Codable {
  /// Whether columns and rows are exchanged, before anything else.
  public var isTransposed = false
  /// Whether columns are counted from the far end.
  public var mirrorsX = false
  /// Whether rows are counted from the far end.
  public var mirrorsY = false

  /// The square as it is.
  public static let identity = Symmetry()

  /// Where a pixel of the turned square comes from.
  @inline(__always)
  func source(_ x: Int, _ y: Int, side: Int) -> (x: Int, y: Int) {
    let (u, v) = isTransposed ? (y, x) : (x, y)
    return (mirrorsX ? side - 1 - u : u, mirrorsY ? side - 1 - v : v)
  }

  /// All eight.
  public static let all: [Symmetry] = [false, true].flatMap { transposed in
    [false, true].flatMap { x in
      [false, true].map { Symmetry(isTransposed: transposed, mirrorsX: x, mirrorsY: $0) }
    }
  }
}
