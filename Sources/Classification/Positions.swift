internal import Networks
internal import Raster

/// The eight positions that a picture can be turned and mirrored into, numbered as `CropSource.planes` has it: bit 0 mirrors
/// columns, bit 1 rows, and bit 2 then swaps both.
enum Positions {
  static let all = 0..<8

  /// Tells for each pixel of a turned picture which pixel of the upright one it shows.
  ///
  /// - Parameters:
  ///   - width, height: of the upright picture.
  ///   - body: told both pixels, counted row by row in either.
  static func each(
    _ position: Int, width: Int, height: Int, _ body: (_ turned: Int, _ upright: Int) -> Void
  ) {
    let swaps = position & 4 != 0
    let (rows, columns) = swaps ? (width, height) : (height, width)
    for row in 0..<rows {
      for column in 0..<columns {
        var (x, y) = swaps ? (row, column) : (column, row)
        if position & 1 != 0 { x = width - 1 - x }
        if position & 2 != 0 { y = height - 1 - y }
        body(row * columns + column, y * width + x)
      }
    }
  }
}

extension PixelRect {
  /// The same part of a turned picture.
  ///
  /// - Parameters:
  ///   - width, height: of the upright picture.
  func turned(_ position: Int, width: Int, height: Int) -> PixelRect {
    var box = self
    if position & 1 != 0 { box.x = width - maxX }
    if position & 2 != 0 { box.y = height - maxY }
    return position & 4 == 0
      ? box : PixelRect(x: box.y, y: box.x, width: box.height, height: box.width)
  }
}

extension Tensor {
  /// The planes of a turned picture.
  func turned(_ position: Int) -> Tensor {
    guard position != 0 else { return self }
    let swaps = position & 4 != 0
    var result = Tensor(
      height: swaps ? width : height, width: swaps ? height : width, channels: channels)
    let channels = channels
    result.values.withUnsafeMutableBufferPointer { target in
      values.withUnsafeBufferPointer { source in
        Positions.each(position, width: width, height: height) { turned, upright in
          for channel in 0..<channels {
            target[turned &* channels &+ channel] = source[upright &* channels &+ channel]
          }
        }
      }
    }
    return result
  }
}

extension Classifier {
  /// What the network gave for a turned picture, as it would lie if the picture were not turned.
  func upright(_ output: Tensor, position: Int) -> Tensor {
    let swaps = position & 4 != 0
    let (width, height) = swaps ? (output.height, output.width) : (output.width, output.height)
    let (channels, classes) = (output.channels, card.classes.count)
    // Which side of the turned picture was the left, top, right and bottom one.
    var sides = swaps ? [1, 0, 3, 2] : [0, 1, 2, 3]
    if position & 1 != 0 { sides.swapAt(0, 2) }
    if position & 2 != 0 { sides.swapAt(1, 3) }
    let sources = Array(0..<classes) + sides.map { classes + $0 }
    var result = Tensor(height: height, width: width, channels: channels)
    Positions.each(position, width: width, height: height) { turned, upright in
      for (index, source) in sources.enumerated() {
        result.values[upright * channels + index] = output.values[turned * channels + source]
      }
    }
    return result
  }
}
