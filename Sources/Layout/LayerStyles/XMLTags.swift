/// Goes through the tags of an XML file and the text between them; attributes and comments are passed over.
struct XMLTags {
  enum Tag: Equatable {
    case start(String)
    /// With the byte where it stands.
    case end(String, Int)
    case text(String)
  }

  /// How deep tags may be nested.
  private static let maximumDepth = 64

  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0
  /// The end of a tag that closes itself.
  private var waiting: Tag?

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next tag or text; nil at the end, where every tag must be closed.
  mutating func next() throws -> Tag? {
    if let tag = waiting {
      waiting = nil
      depth -= 1
      return tag
    }
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") { return .text(try text()) }
      if starts(with: "<?") {
        try skip(past: "?>")
      } else if starts(with: "<!--") {
        try skip(past: "-->")
      } else if starts(with: "<!") {
        try skip(past: ">")
      } else {
        return try tag()
      }
    }
    guard depth == 0 else { throw failure("the file ends before its tags do") }
    return nil
  }

  private mutating func tag() throws -> Tag {
    let start = position
    let isEnd = starts(with: "</")
    position += isEnd ? 2 : 1
    let nameStart = position
    while position < bytes.count, !Self.endsName(bytes[position]) { position += 1 }
    let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
    guard !name.isEmpty else { throw failure("a tag has no name") }
    var quote: UInt8?
    var last: UInt8 = 0
    while true {
      guard position < bytes.count else { throw failure("a tag does not end") }
      let byte = bytes[position]
      position += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        break
      }
      last = byte
    }
    if isEnd {
      depth -= 1
      guard depth >= 0 else { throw failure("</\(name)> closes no tag") }
      return .end(name, start)
    }
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw failure("tags are nested more than \(Self.maximumDepth) deep")
    }
    if last == UInt8(ascii: "/") { waiting = .end(name, start) }
    return .start(name)
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
  }

  private mutating func text() throws -> String {
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
      if bytes[position] == UInt8(ascii: "&") {
        text += try entity()
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func entity() throws -> [UInt8] {
    let end = (position..<min(position + 12, bytes.count)).first { bytes[$0] == UInt8(ascii: ";") }
    guard let end else { throw failure("an entity does not end") }
    let name = String(decoding: bytes[position + 1..<end], as: UTF8.self)
    let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    var found = known[name]
    if name.hasPrefix("#") {
      let digits = name.dropFirst()
      let number =
        digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      found = number.flatMap { Unicode.Scalar($0) }.map { String($0) }
    }
    guard let found else { throw failure("there is no entity &\(name);") }
    position = end + 1
    return Array(found.utf8)
  }

  private func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
  }

  private mutating func skip(past end: StaticString) throws {
    let start = position
    while position < bytes.count {
      if starts(with: end) {
        position += end.utf8CodeUnitCount
        return
      }
      position += 1
    }
    position = start
    throw failure("a comment or declaration does not end")
  }

  private func failure(_ detail: String) -> LayoutError {
    LayoutError(.notLayerStyles, at: position, detail)
  }
}
