/// A small whole number for each pixel: a stack code, a component.
public struct Labels: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height × width` labels, row-major.
  public var values: [UInt16]

  /// Labels of given values, `height × width`, row-major.
  public init(width: Int, height: Int, values: [UInt16]) {
    precondition(values.count == width * height, "labels need width × height values")
    (self.width, self.height, self.values) = (width, height, values)
  }

  /// The label at a column and row inside.
  public subscript(x: Int, y: Int) -> UInt16 { values[y * width + x] }

  /// Labels that say which of the planes are at least ½, plane k in bit k.
  ///
  /// - Parameter coverage: 1 to 16 planes of one size.
  public init(stackOf coverage: [Plane]) {
    precondition((1...16).contains(coverage.count), "a stack code has 1 to 16 layers")
    var values = [UInt16](repeating: 0, count: coverage[0].samples.count)
    for (bit, plane) in coverage.enumerated() {
      let flag = UInt16(1) << UInt16(bit)
      plane.samples.withUnsafeBufferPointer { samples in
        for index in values.indices where samples[index] >= 0.5 { values[index] |= flag }
      }
    }
    self.init(width: coverage[0].width, height: coverage[0].height, values: values)
  }

  /// For each pixel the distance to the nearest pixel of another label, and that label.
  ///
  /// - Parameter reach: the greatest distance looked for, pixels; where nothing else is that near, the distance is `reach`
  ///   and the label the pixel's own.
  /// - Returns: distances between pixel centres less ½, so that a pixel at the border has ½; and the other labels.
  public func nearestOther(reach: Int) -> (distance: Plane, other: Labels) {
    let (width, height) = (width, height)
    // Along columns: rows to the nearest other label above or below, and that label.
    var rows = [Int16](repeating: Int16(reach), count: width * height)
    var above = values
    for x in 0..<width {
      var last = -reach
      for y in 1..<max(1, height) {
        let index = y &* width &+ x
        if values[index] != values[index &- width] { last = y }
        if y &- last &+ 1 < reach, last > 0 {
          rows[index] = Int16(y &- last &+ 1)
          above[index] = values[(last &- 1) &* width &+ x]
        }
      }
      last = height + reach
      for y in stride(from: height - 2, through: 0, by: -1) {
        let index = y &* width &+ x
        if values[index] != values[index &+ width] { last = y }
        if last &- y &+ 1 < Int(rows[index]) {
          rows[index] = Int16(last &- y &+ 1)
          above[index] = values[(last &+ 1) &* width &+ x]
        }
      }
    }
    var distance = Plane(width: width, height: height, filling: Float(reach))
    var other = values
    let columnRows = rows
    let columnOther = above
    other.withUnsafeMutableBufferPointer { otherBuffer in
      nonisolated(unsafe) let otherTarget = otherBuffer  // Each band writes its own rows.
      distance.withUnsafeMutableRows { target in
        RowBands(height: height).inParallel { band in
          columnRows.withUnsafeBufferPointer { rows in
            values.withUnsafeBufferPointer { values in
              for y in band {
                for x in 0..<width {
                  let index = y &* width &+ x
                  let own = values[index]
                  var best = Int(rows[index]) &* Int(rows[index])
                  var label = columnOther[index]
                  var step = 1
                  while step &* step < best {
                    for neighbour in [x &- step, x &+ step] where neighbour >= 0 && neighbour < width {
                      let place = y &* width &+ neighbour
                      if values[place] != own {
                        best = step &* step
                        label = values[place]
                        break
                      }
                      let square = step &* step &+ Int(rows[place]) &* Int(rows[place])
                      if square < best {
                        best = square
                        label = columnOther[place]
                      }
                    }
                    step &+= 1
                  }
                  if best < reach &* reach {
                    target.row(y)[x] = Float(best).squareRoot() - 0.5
                    otherTarget[index] = label
                  }
                }
              }
            }
          }
        }
      }
    }
    return (distance, Labels(width: width, height: height, values: other))
  }
}

extension Labels {
  /// The labels of a rectangle inside.
  public func crop(_ rect: PixelRect) -> Labels {
    let bounds = PixelRect(x: 0, y: 0, width: width, height: height)
    precondition(bounds.contains(rect), "the crop must lie inside the labels")
    var cropped: [UInt16] = []
    cropped.reserveCapacity(rect.area)
    for y in rect.y..<rect.maxY {
      cropped.append(contentsOf: values[y * width + rect.x..<y * width + rect.maxX])
    }
    return Labels(width: rect.width, height: rect.height, values: cropped)
  }
}
