internal import CKernels

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
    var distance = Plane(width: width, height: height, filling: Float(reach))
    var other = values
    guard width > 0, height > 0 else { return (distance, self) }
    var rows = [Int16](repeating: Int16(reach), count: width * height)
    var found = values
    values.withUnsafeBufferPointer { labels in
      rows.withUnsafeMutableBufferPointer { rows in
        found.withUnsafeMutableBufferPointer { found in
          guard let labels = labels.baseAddress, let rows = rows.baseAddress,
            let found = found.baseAddress
          else { return }
          for downward in [true, false] {
            var steps = [Int16](repeating: Int16(reach), count: width)
            var carried = [UInt16](repeating: 0, count: width)
            for step in 1..<max(1, height) {
              let y = downward ? step : height - 1 - step
              let before = downward ? y - 1 : y + 1
              gd_column_step(
                labels + y * width, labels + before * width, &steps, &carried, rows + y * width,
                found + y * width, width)
            }
          }
          other.withUnsafeMutableBufferPointer { other in
            guard let base = other.baseAddress else { return }
            distance.withUnsafeMutableRows { target in
              let shared = NearestRows(labels: labels, rows: rows, found: found, other: base)
              RowBands(height: height).inParallel { band in
                for y in band {
                  let start = y * width
                  gd_nearest_row(
                    shared.labels + start, shared.rows + start, shared.found + start, target.row(y),
                    shared.other + start, width, reach)
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

/// What the bands share.
///
/// Sendable is right: three are only read, and each band writes its own rows of `other`.
private struct NearestRows: @unchecked Sendable {
  let labels: UnsafePointer<UInt16>
  let rows: UnsafePointer<Int16>
  let found: UnsafePointer<UInt16>
  let other: UnsafeMutablePointer<UInt16>
}

extension Labels {
  /// The labels of a rectangle inside.
  public func crop(_ rect: PixelRect) -> Labels {
    let bounds = PixelRect(x: 0, y: 0, width: width, height: height)
    precondition(bounds.contains(rect), "the crop must lie inside the labels")
    guard rect != bounds else { return self }
    var cropped: [UInt16] = []
    cropped.reserveCapacity(rect.area)
    for y in rect.y..<rect.maxY {
      cropped.append(contentsOf: values[y * width + rect.x..<y * width + rect.maxX])
    }
    return Labels(width: rect.width, height: rect.height, values: cropped)
  }
}

extension Labels {
  /// How many connected places of one label there are, neighbours along edges only, those under 4 pixels left out.
  public var islandCount: Int {
    var parents = [Int32](0..<Int32(values.count))
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[Int(parents[index])]
        index = Int(parents[index])
      }
      return index
    }
    func join(_ a: Int, _ b: Int) {
      let (first, second) = (root(a), root(b))
      if first != second { parents[max(first, second)] = Int32(min(first, second)) }
    }
    for y in 0..<height {
      for x in 0..<width {
        let index = y &* width &+ x
        if x > 0, values[index] == values[index &- 1] { join(index, index &- 1) }
        if y > 0, values[index] == values[index &- width] { join(index, index &- width) }
      }
    }
    var sizes = [Int32](repeating: 0, count: values.count)
    for index in values.indices { sizes[root(index)] &+= 1 }
    return sizes.count { $0 >= 4 }
  }
}
