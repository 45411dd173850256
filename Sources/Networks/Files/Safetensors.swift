/// A safetensors file: named tensors, and text about them.
///
/// The file is an 8-byte little-endian header length, the header (JSON: dtype, shape and place of each tensor, and under
/// `__metadata__` a map from text to text), then the tensors' bytes without holes. Source: the format's description at
/// github.com/huggingface/safetensors.
public struct Safetensors: Sendable {
  /// What the file says of one tensor.
  public struct Entry: Sendable, Equatable {
    /// What it is found by.
    public let name: String
    /// The kind of its values.
    public let type: ElementType
    /// The length of each axis, slowest first; empty for a single value.
    public let shape: [Int]
    /// Its bytes in the file.
    public let bytes: Range<Int>
  }

  /// The path that was read.
  public let path: String
  /// Free text: the architecture, names, normalisation.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes.
  public let entries: [Entry]
  private let places: [String: Int]
  private let data: [UInt8]
  private let dataStart: Int

  /// Reads a file whole; what is no safetensors file is refused after its first bytes.
  ///
  /// - Throws: `NetworkError`: `noSuchFile`, `cannotRead`, `notSafetensors` (the header is absent, too long for the
  ///   format or no such JSON), `damaged` (overlaps, holes, sizes that contradict shapes, names given twice, bytes
  ///   after the last tensor) or `truncated`, with the byte where one is known.
  public init(path: String) throws(NetworkError) {
    let file = try WeightsFile(path: path)
    do throws(NetworkError) {
      try self.init(path: path, size: file.size) { (count) throws(NetworkError) in
        try file.read(count)
      }
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads bytes as if they were the file's.
  ///
  /// - Throws: as for a file.
  public init(bytes: [UInt8], path: String) throws(NetworkError) {
    var place = 0
    do throws(NetworkError) {
      try self.init(path: path, size: bytes.count) { count in
        defer { place += count }
        return Array(bytes[place..<place + count])
      }
    } catch {
      throw error.inFile(path)
    }
  }

  private init(
    path: String, size: Int, next: (Int) throws(NetworkError) -> [UInt8]
  ) throws(NetworkError) {
    guard size >= 8 else {
      throw NetworkError(
        size == 0 ? .notSafetensors : .truncated, offset: size,
        size == 0 ? "is empty" : "ends within the length of the header")
    }
    let length = try next(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafetensorsHeader.greatestLength) else {
      throw NetworkError(
        .notSafetensors, offset: 0,
        "is no safetensors file: it would have a header of \(length) bytes")
    }
    dataStart = 8 + Int(length)
    guard dataStart <= size else {
      throw NetworkError(
        .truncated, offset: size, "ends within its header of \(length) bytes")
    }
    let header = try SafetensorsHeader(json: try next(Int(length)))
    let (start, count) = (dataStart, size - dataStart)
    guard header.dataLength <= count else {
      throw NetworkError(
        .truncated, offset: size,
        "ends after \(count) bytes of tensors, where \(header.dataLength) are announced")
    }
    guard header.dataLength == count else {
      throw NetworkError(
        .damaged, offset: start + header.dataLength,
        "goes on for \(count - header.dataLength) bytes after its last tensor")
    }
    data = try next(count)
    self.path = path
    metadata = header.metadata
    entries = header.entries.map {
      Entry(
        name: $0.name, type: $0.type, shape: $0.shape,
        bytes: start + $0.bytes.lowerBound..<start + $0.bytes.upperBound)
    }
    places = Dictionary(
      header.entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What the file says of a tensor; nil where it has none of that name.
  public subscript(name: String) -> Entry? { places[name].map { entries[$0] } }

  /// The bytes of a tensor, little-endian, row-major.
  ///
  /// - Throws: `NetworkError.Code.missingTensor`.
  public func bytes(of name: String) throws(NetworkError) -> [UInt8] {
    Array(data[try range(of: name).bytes])
  }

  /// A tensor of floating values.
  ///
  /// - Parameters:
  ///   - name: what it is found by.
  ///   - shape: what it must be; nil takes any.
  /// - Throws: `NetworkError`: `missingTensor`, `wrongType` for whole numbers, `wrongShape`.
  public func tensor(
    _ name: String, shape: [Int]? = nil
  ) throws(NetworkError) -> NamedTensor {
    let (entry, bytes) = try range(of: name)
    guard entry.type.isFloat else {
      throw NetworkError(
        .wrongType, path: path, offset: entry.bytes.lowerBound,
        "tensor '\(name)' holds \(entry.type.rawValue), where floating values are needed")
    }
    let values = data.withUnsafeBytes { entry.type.floats(.init(rebasing: $0[bytes])) }
    let tensor = NamedTensor(name: name, shape: entry.shape, values: values)
    if let shape { try tensor.requireShape(shape, path: path) }
    return tensor
  }

  /// All tensors of floating values, in the order of their bytes.
  public func tensors() throws(NetworkError) -> [NamedTensor] {
    var all: [NamedTensor] = []
    for entry in entries where entry.type.isFloat { all.append(try tensor(entry.name)) }
    return all
  }

  /// Refuses a file in which a floating value is infinite or not a number.
  ///
  /// - Throws: `NetworkError.Code.notFinite`, naming the tensor, the value's index and its byte.
  public func requireFinite() throws(NetworkError) {
    for entry in entries where entry.type.isFloat {
      let values = try tensor(entry.name).values
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw NetworkError(
        .notFinite, path: path, offset: entry.bytes.lowerBound + index * entry.type.size,
        "value \(index) of tensor '\(entry.name)' is \(values[index].isNaN ? "not a number" : "infinite")"
      )
    }
  }

  /// An entry of the metadata.
  ///
  /// - Throws: `NetworkError.Code.missingTensor` where the file has none of that name.
  public func text(_ key: String) throws(NetworkError) -> String {
    guard let text = metadata[key] else {
      throw NetworkError(.missingTensor, path: path, "the metadata lack '\(key)'")
    }
    return text
  }

  private func range(
    of name: String
  ) throws(NetworkError) -> (entry: Entry, bytes: Range<Int>) {
    guard let entry = self[name] else {
      throw NetworkError(.missingTensor, path: path, "there is no tensor '\(name)'")
    }
    return (entry, entry.bytes.lowerBound - dataStart..<entry.bytes.upperBound - dataStart)
  }
}
