/// One channel of samples, row by row from the top left.
public struct Plane: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height × width` samples, row-major; brightness is 0…1, coverage is 0…1.
  public var samples: [Float]

  /// A plane filled with one value.
  public init(width: Int, height: Int, filling value: Float = 0) {
    precondition(width >= 0 && height >= 0, "a plane has no negative size")
    self = .unfilled(width: width, height: height)
    fill(value)
  }

  /// A plane whose samples may be anything, for who writes all of them.
  package static func unfilled(width: Int, height: Int) -> Plane {
    precondition(width >= 0 && height >= 0, "a plane has no negative size")
    let count = width * height
    let samples = [Float](unsafeUninitializedCapacity: count) { $1 = count }
    return Plane(width: width, height: height, samples: samples)
  }

  /// Gives all samples a value, on all cores where there are many.
  private mutating func fill(_ value: Float) {
    samples.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer  // Each part writes its own samples.
      let parts = max(1, buffer.count >> 18)
      inParallel(parts) { part in
        let range = part * buffer.count / parts..<(part + 1) * buffer.count / parts
        buffer[range].update(repeating: value)
      }
    }
  }

  /// A plane of given samples, `height × width`, row-major.
  public init(width: Int, height: Int, samples: [Float]) {
    precondition(samples.count == width * height, "a plane needs width × height samples")
    (self.width, self.height, self.samples) = (width, height, samples)
  }

  /// A plane whose storage `body` fills through a row-major pointer to `height × width` samples.
  public init(
    width: Int, height: Int, unsafeInitialize body: (UnsafeMutablePointer<Float>) throws -> Void
  ) rethrows {
    let count = width * height
    (self.width, self.height) = (width, height)
    samples = try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress, count > 0 {
        try body(base)
      }
      initialized = count
    }
  }

  /// The sample at a column and row inside the plane.
  public subscript(x: Int, y: Int) -> Float {
    get { samples[y * width + x] }
    set { samples[y * width + x] = newValue }
  }

  /// The rectangle of all pixels.
  public var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// The samples of a rectangle inside the plane.
  public func crop(_ rect: PixelRect) -> Plane {
    precondition(bounds.contains(rect), "the crop must lie inside the plane")
    guard rect != bounds else { return self }
    return Plane(width: rect.width, height: rect.height) { target in
      samples.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        for row in 0..<rect.height {
          (target + row * rect.width).update(
            from: base + (rect.y + row) * width + rect.x, count: rect.width)
        }
      }
    }
  }

  /// The plane less another of its size.
  package func less(_ other: Plane) -> Plane {
    precondition(width == other.width && height == other.height, "the planes have one size")
    return Plane(width: width, height: height) { target in
      samples.withUnsafeBufferPointer { own in
        other.samples.withUnsafeBufferPointer { other in
          for index in 0..<own.count { target[index] = own[index] - other[index] }
        }
      }
    }
  }

  /// The greatest sample, at least 0.
  package var greatest: Float {
    samples.withUnsafeBytes { bytes in
      let step = 16
      var lanes = SIMD16<Float>(repeating: 0)
      var index = 0
      while index + step <= samples.count {
        let next = bytes.loadUnaligned(
          fromByteOffset: MemoryLayout<Float>.stride * index, as: SIMD16<Float>.self)
        lanes.replace(with: next, where: next .> lanes)
        index += step
      }
      return samples[index...].reduce(lanes.max()) { max($0, $1) }
    }
  }

  /// Each sample through `transform`.
  @inlinable
  public func map(_ transform: (Float) -> Float) -> Plane {
    Plane(width: width, height: height, samples: samples.map(transform))
  }
}
