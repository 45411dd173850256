/// What a safetensors header says: where each tensor's bytes are, and free text.
struct SafetensorsHeader {
  struct Entry: Equatable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Bytes from the first byte after the header.
    let bytes: Range<Int>
    /// Where the header speaks of it, from the file's first byte.
    let offset: Int
  }

  /// The longest header that is read, bytes; as in the reference implementation.
  static let greatestLength = 100_000_000

  var metadata: [String: String] = [:]
  /// In the order of their bytes.
  var entries: [Entry] = []
  /// Bytes of all tensors.
  var dataLength: Int { entries.last?.bytes.upperBound ?? 0 }

  /// The header from its JSON, which begins at byte 8 of the file.
  init(json: [UInt8]) throws(NetworkError) {
    guard json.first == UInt8(ascii: "{") else {
      throw NetworkError(
        .notSafetensors, offset: 8, "is no safetensors file: its header does not begin with '{'")
    }
    var text = HeaderText(bytes: json, base: 8)
    var names: Set<String> = []
    try text.members { (text: inout HeaderText, name, offset) throws(NetworkError) in
      guard names.insert(name).inserted else {
        throw NetworkError(.damaged, offset: offset, "the header names '\(name)' twice")
      }
      if name == "__metadata__" {
        try Self.readMetadata(&text, into: &metadata)
      } else {
        entries.append(try Self.entry(&text, name: name, offset: offset))
      }
    }
    try text.end()
    try checkPlaces()
  }

  private static func readMetadata(
    _ text: inout HeaderText, into metadata: inout [String: String]
  ) throws(NetworkError) {
    var found: [String: String] = [:]
    try text.members { (text: inout HeaderText, key, offset) throws(NetworkError) in
      guard found.updateValue(try text.string(), forKey: key) == nil else {
        throw NetworkError(.damaged, offset: offset, "the metadata name '\(key)' twice")
      }
    }
    metadata = found
  }

  private static func entry(
    _ text: inout HeaderText, name: String, offset: Int
  ) throws(NetworkError) -> Entry {
    var type: ElementType?
    var shape: [Int]?
    var place: [Int]?
    try text.members { (text: inout HeaderText, key, keyOffset) throws(NetworkError) in
      let isKnownAlready: Bool
      switch key {
      case "dtype":
        isKnownAlready = type != nil
        let word = try text.string()
        type = ElementType(rawValue: word)
        if type == nil {
          throw NetworkError(
            .damaged, offset: keyOffset, "tensor '\(name)' has the unknown dtype '\(word)'")
        }
      case "shape":
        isKnownAlready = shape != nil
        shape = try text.integers()
      case "data_offsets":
        isKnownAlready = place != nil
        place = try text.integers()
      default:
        throw NetworkError(
          .damaged, offset: keyOffset, "tensor '\(name)' has the unknown key '\(key)'")
      }
      if isKnownAlready {
        throw NetworkError(
          .damaged, offset: keyOffset, "tensor '\(name)' has the key '\(key)' twice")
      }
    }
    guard let type, let shape, let place else {
      let missing = type == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
      throw NetworkError(.damaged, offset: offset, "tensor '\(name)' lacks its \(missing)")
    }
    guard place.count == 2, place[0] <= place[1] else {
      throw NetworkError(
        .damaged, offset: offset, "the data_offsets of tensor '\(name)' are no begin and end")
    }
    return Entry(
      name: name, type: type, shape: shape, bytes: place[0]..<place[1], offset: offset)
  }

  /// The tensors must fill the data from its first byte on, without holes and overlaps, each as its shape asks.
  private mutating func checkPlaces() throws(NetworkError) {
    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound, $0.offset)
        < ($1.bytes.lowerBound, $1.bytes.upperBound, $1.offset)
    }
    var next = 0
    for entry in entries {
      guard entry.bytes.lowerBound == next else {
        let what = entry.bytes.lowerBound < next ? "overlaps another" : "leaves a hole before it"
        throw NetworkError(.damaged, offset: entry.offset, "tensor '\(entry.name)' \(what)")
      }
      var size = entry.type.size
      for axis in entry.shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: axis)
        guard !overflow else {
          throw NetworkError(
            .damaged, offset: entry.offset, "tensor '\(entry.name)' has an impossibly large shape")
        }
        size = product
      }
      guard size == entry.bytes.count else {
        throw NetworkError(
          .damaged, offset: entry.offset,
          "tensor '\(entry.name)' takes \(entry.bytes.count) bytes, its shape needs \(size)")
      }
      next = entry.bytes.upperBound
    }
  }
}
