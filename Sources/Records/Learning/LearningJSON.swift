import Foundation

/// Reads and writes the records of learning, with keys such as `held_out`.
enum LearningJSON {
  private struct Header: Decodable { let format: String }

  static func data(_ record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return try encoder.encode(record) + Data("\n".utf8)
    } catch EncodingError.invalidValue(let value, let context) {
      throw RecordError(.notFinite, "\(path(context.codingPath)) is \(value)")
    }
  }

  static func record<Record: Decodable>(
    _ type: Record.Type, _ expected: String, _ json: Data
  ) throws -> Record {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      let format = try decoder.decode(Header.self, from: json).format
      guard format == expected else {
        throw RecordError(.unknownFormat, "the format is \(format), expected \(expected)")
      }
      return try decoder.decode(type, from: json)
    } catch let error as DecodingError {
      throw RecordError(.badJSON, sentence(error))
    }
  }

  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context): "\(path(context.codingPath)) is no \(type)"
    case .valueNotFound(let type, let context):
      "\(path(context.codingPath)) is null, expected \(type)"
    case .dataCorrupted(let context): "\(path(context.codingPath)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the record" : keys.map(\.stringValue).joined(separator: ".")
  }
}
