extension Safetensors {
  /// How floating values are stored.
  public enum Precision: Sendable {
    /// As they are.
    case float32
    /// Rounded to the nearest value of 8 significant bits.
    case brainFloat16

    var type: ElementType { self == .float32 ? .float32 : .brainFloat16 }
  }

  /// Writes a file that appears whole, in place of the one before, or not at all.
  ///
  /// Tensors and metadata stand in it sorted by name, so that the same content gives the same bytes.
  ///
  /// - Parameters:
  ///   - tensors: each name once, and none of them `__metadata__`.
  ///   - metadata: text to keep with them.
  ///   - precision: how the values are stored. The default is `float32`.
  ///   - path: where; its folder exists.
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays, and nothing lies beside it.
  public static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], precision: Precision = .float32,
    to path: String
  ) throws(NetworkError) {
    try AtomicFile.write(
      parts(tensors, metadata: metadata, precision: precision), to: path)
  }

  /// The bytes of such a file.
  public static func encode(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], precision: Precision = .float32
  ) -> [UInt8] {
    Array(parts(tensors, metadata: metadata, precision: precision).joined())
  }

  private static func parts(
    _ tensors: [NamedTensor], metadata: [String: String], precision: Precision
  ) -> [[UInt8]] {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (one, next) in zip(sorted, sorted.dropFirst()) {
      precondition(one.name != next.name, "a file holds each name once")
    }
    precondition(!sorted.contains { $0.name == "__metadata__" }, "__metadata__ is no tensor's name")
    var header = header(sorted, metadata: metadata, type: precision.type)
    while header.utf8.count % 8 != 0 { header += " " }
    precondition(
      header.utf8.count <= SafetensorsHeader.greatestLength, "a header has at most 100 MB")
    var parts: [[UInt8]] = [littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)]
    for tensor in sorted {
      switch precision {
      case .float32: parts.append(encode(tensor.values) { $0.bitPattern })
      case .brainFloat16: parts.append(encode(tensor.values) { $0.brainBits })
      }
    }
    return parts
  }

  private static func header(
    _ tensors: [NamedTensor], metadata: [String: String], type: ElementType
  ) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var place = 0
    for tensor in tensors {
      let end = place + tensor.values.count * type.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(place),\(end)]}")
      place = end
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func encode<Bits: FixedWidthInteger>(
    _ values: [Float], _ bits: (Float) -> Bits
  ) -> [UInt8] {
    let size = MemoryLayout<Bits>.size
    return [UInt8](unsafeUninitializedCapacity: values.count * size) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for (index, value) in values.enumerated() {
        raw.storeBytes(of: bits(value).littleEndian, toByteOffset: index * size, as: Bits.self)
      }
      count = values.count * size
    }
  }

  private static func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
