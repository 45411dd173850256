internal import CKernels
internal import Foundation

/// Memory that holds what a layer gives: (height, width, channels), channels fastest.
///
/// `@unchecked Sendable`: it is handed to the cores of one loop, whose calls write disjoint rows.
struct Buffer: @unchecked Sendable {
  var base: UnsafeMutableRawPointer
  var shape: Shape
  var precision: Precision

  /// 1 when the elements are bfloat16, as the kernels in C are told.
  var isBF16: Int32 { precision == .bfloat16 ? 1 : 0 }
  var rowBytes: Int { shape.width * shape.channels * precision.bytes }
  var bytes: Int { shape.count * precision.bytes }
  func row(_ y: Int) -> UnsafeMutableRawPointer { base + y * rowBytes }

  func clear() { memset(base, 0, bytes) }

  /// Takes over what a buffer of the same shape and precision holds.
  func copy(_ other: Buffer) { memcpy(base, other.base, bytes) }

  /// Takes over numbers in single precision.
  func write(_ values: [Float]) {
    values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      switch precision {
      case .float32: memcpy(base, source, bytes)
      case .bfloat16:
        gd_to_bf16(source, base.assumingMemoryBound(to: UInt16.self), shape.count)
      }
    }
  }
}

extension Tensor {
  /// What a buffer holds, in single precision.
  init(_ buffer: Buffer) {
    let values = [Float](unsafeUninitializedCapacity: buffer.shape.count) { values, count in
      if let target = values.baseAddress {
        switch buffer.precision {
        case .float32: memcpy(target, buffer.base, buffer.bytes)
        case .bfloat16:
          gd_from_bf16(
            buffer.base.assumingMemoryBound(to: UInt16.self), target, buffer.shape.count)
        }
      }
      count = buffer.shape.count
    }
    self.init(
      height: buffer.shape.height, width: buffer.shape.width, channels: buffer.shape.channels,
      values: values)
  }
}
