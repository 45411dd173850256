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
    let margin = TrainingSettings.margin
    var inputs = Tensor(height: side, width: side, channels: window.inputs.channels)
    let channels = inputs.channels
    for row in 0..<side {
      for column in 0..<side {
        let (u, v) = symmetry.source(column, row, side: side)
        let from = ((y + v) * window.inputs.width + x + u) * channels
        let to = (row * side + column) * channels
        for channel in 0..<channels {
          inputs.values[to + channel] = window.inputs.values[from + channel]
        }
      }
    }
    self.inputs = inputs
    let inner = side - 2 * margin
    func taken(_ plane: Plane) -> Plane {
      var result = Plane(width: inner, height: inner)
      for row in 0..<inner {
        for column in 0..<inner {
          let (u, v) = symmetry.source(column + margin, row + margin, side: side)
          result[column, row] = plane[x + u, y + v]
        }
      }
      return result
    }
    target = window.photograph.mapPlanes(taken)
    weight = taken(window.weight)
  }
}

/// One of the eight ways to lay a square on itself.
public struct Symmetry: Sendable, Equatable, Codable {
  /// Whether columns and rows are exchanged first, and then which are counted from the far end.
  public var isTransposed = false
  public var mirrorsX = false
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
