internal import CKernels
internal import Foundation

/// The discrete Fourier transform of complex fields of one size.
///
/// Source: the self-sorting (Stockham) form of Cooley and Tukey's algorithm, factors 2, 3, 4 and 5.
public struct Fourier: Sendable {
  /// Columns, 2^a 3^b 5^c.
  public let width: Int
  /// Rows, 2^a 3^b 5^c.
  public let height: Int
  private let rowRoots: [Float]
  private let columnRoots: [Float]

  /// A transform of `height × width` points, each at least as asked and of the form 2^a 3^b 5^c.
  public init(atLeastWidth width: Int, height: Int) {
    self.width = Fourier.smoothSize(atLeast: width)
    self.height = Fourier.smoothSize(atLeast: height)
    rowRoots = Fourier.roots(self.width)
    columnRoots = Fourier.roots(self.height)
  }

  /// A field of `height × width` complex samples, interleaved re, im, row-major.
  public struct Field: Sendable {
    /// 2 × height × width floats.
    public var samples: [Float]
  }

  /// An edge field, padded with nothing to the transform's size.
  public func field(_ edges: EdgeField) -> Field {
    precondition(edges.width <= width && edges.height <= height, "the field exceeds the transform")
    var samples = [Float](repeating: 0, count: 2 * width * height)
    samples.withUnsafeMutableBufferPointer { samples in
      guard let base = samples.baseAddress else { return }
      [edges.re, edges.im].withUnsafeRows { planes in
        for y in 0..<edges.height {
          let (re, im, target) = (planes[0].row(y), planes[1].row(y), base + 2 * y * width)
          for x in 0..<edges.width {
            target[2 &* x] = re[x]
            target[2 &* x &+ 1] = im[x]
          }
        }
      }
    }
    return Field(samples: samples)
  }

  /// Replaces a field by its transform.
  public func forward(_ field: inout Field) { transform(&field, sign: -1) }

  /// Replaces a transform by its field, times height × width.
  public func backward(_ field: inout Field) { transform(&field, sign: 1) }

  private func transform(_ field: inout Field, sign: Int32) {
    let (width, height) = (width, height)
    field.samples.withUnsafeMutableBufferPointer { samples in
      guard let data = samples.baseAddress else { return }
      // Each part transforms its own rows, and then its own columns.
      nonisolated(unsafe) let field = data
      // Eight lines go side by side: what is done to one is done to all, and each cache line fetched is used whole.
      let together = 8
      inParallel((height + together - 1) / together) { group in
        let first = together * group
        let count = min(together, height - first)
        withUnsafeTemporaryAllocation(of: SIMD2<Float>.self, capacity: 2 * together * width) {
          room in
          guard let lines = room.baseAddress else { return }
          for k in 0..<count {
            let row = UnsafeRawPointer(field + 2 * (first + k) * width)
            for x in 0..<width {
              lines[x &* count &+ k] = row.loadUnaligned(fromByteOffset: 8 &* x, as: SIMD2.self)
            }
          }
          Self.transform(lines, width, count, sign, rowRoots)
          for k in 0..<count {
            let row = UnsafeMutableRawPointer(field + 2 * (first + k) * width)
            for x in 0..<width {
              row.storeBytes(of: lines[x &* count &+ k], toByteOffset: 8 &* x, as: SIMD2.self)
            }
          }
        }
      }
      inParallel((width + together - 1) / together) { group in
        let first = together * group
        let count = min(together, width - first)
        withUnsafeTemporaryAllocation(of: SIMD2<Float>.self, capacity: 2 * together * height) {
          room in
          guard let lines = room.baseAddress else { return }
          for y in 0..<height {
            memcpy(lines + y * count, field + 2 * (y * width + first), 8 * count)
          }
          Self.transform(lines, height, count, sign, columnRoots)
          for y in 0..<height {
            memcpy(field + 2 * (y * width + first), lines + y * count, 8 * count)
          }
        }
      }
    }
  }

  /// Transforms `count` lines of `length` points that lie side by side; as much room is needed behind them.
  private static func transform(
    _ lines: UnsafeMutablePointer<SIMD2<Float>>, _ length: Int, _ count: Int, _ sign: Int32,
    _ roots: [Float]
  ) {
    let numbers = 2 * length * count
    lines.withMemoryRebound(to: Float.self, capacity: 2 * numbers) {
      gd_fft($0, length, count, sign, roots, $0 + numbers)
    }
  }

  /// The smallest 2^a 3^b 5^c that is not below `size`.
  static func smoothSize(atLeast size: Int) -> Int {
    var candidate = max(1, size)
    while true {
      var rest = candidate
      for factor in [2, 3, 5] { while rest % factor == 0 { rest /= factor } }
      if rest == 1 { return candidate }
      candidate += 1
    }
  }

  private static func roots(_ count: Int) -> [Float] {
    (0..<count).flatMap { index -> [Float] in
      let angle = -2 * Double.pi * Double(index) / Double(count)
      return [Float(cos(angle)), Float(sin(angle))]
    }
  }
}
