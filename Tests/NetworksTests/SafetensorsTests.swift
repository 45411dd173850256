import Foundation
import Networks
import TestSupport
import Testing

enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func ramp(_ count: Int, from start: Float = 0, step: Float = 0.25) -> [Float] {
    (0..<count).map { start + Float($0) * step }
  }

  /// What `weights.safetensors` holds.
  static let weights = [
    NamedTensor(name: "stem.weight", shape: [1, 3, 2, 2], values: ramp(12, from: -1)),
    NamedTensor(name: "stem.bias", shape: [3], values: ramp(3)),
    NamedTensor(name: "head.weight", shape: [1], values: [7]),
  ]
  static let metadata = ["network": "{\"layers\": [\"stem\", \"head\"]}\n\t\\ µm \u{1}"]
}

@Suite struct SafetensorsTests {
  /// What `mixed.safetensors` holds, less its whole numbers.
  static let mixed = [
    NamedTensor(name: "single", shape: [2, 3, 4], values: Fixture.ramp(24)),
    NamedTensor(name: "half", shape: [2, 3], values: Fixture.ramp(6, from: -0.5)),
    NamedTensor(name: "half.odd", shape: [4], values: [0x1p-24, -0x1p-14, 65504, -.infinity]),
    NamedTensor(name: "brain", shape: [4], values: Fixture.ramp(4, from: -0.5)),
    NamedTensor(name: "double", shape: [5], values: Fixture.ramp(5, from: 1)),
    NamedTensor(name: "scalar", shape: [], values: [3.5]),
    NamedTensor(name: "empty", shape: [0, 4], values: []),
  ]

  @Test(arguments: mixed) func `reads what Python wrote`(expected: NamedTensor) throws {
    let file = try Safetensors(path: Fixture.path("mixed.safetensors"))
    #expect(try file.tensor(expected.name) == expected)
    #expect(try file.tensors().contains(expected))
  }

  @Test func `keeps whole numbers as bytes`() throws {
    let file = try Safetensors(path: Fixture.path("mixed.safetensors"))
    let eight: [UInt8] = [0, 0, 0, 0, 0, 0, 0]
    #expect(try file.bytes(of: "whole") == [0] + eight + [1] + eight + [2] + eight)
    #expect(file["whole"]?.type == .signed64)
    #expect(throws: NetworkError.self) { try file.tensor("whole") }
    #expect(try file.tensors().count == 7)
  }

  @Test func `writes what Python writes`() throws {
    let bytes = Safetensors.encode(Fixture.weights, metadata: Fixture.metadata)
    #expect(bytes == (try Fixture.bytes("weights.safetensors")))
    let file = try Safetensors(path: Fixture.path("weights.safetensors"))
    #expect(file.metadata == Fixture.metadata)
    let names = file.entries.map(\.name)
    #expect(names == ["head.weight", "stem.bias", "stem.weight"])
  }

  @Test func `rounds to bfloat16 as PyTorch does`() throws {
    let values =
      Fixture.ramp(64, from: 1, step: 7 * 0x1p-10) + [
        1.9990234375, -3, .infinity, 0x1p-130,
      ]
    let tensor = NamedTensor(name: "value", shape: [68], values: values)
    let bytes = Safetensors.encode([tensor], precision: .brainFloat16)
    #expect(bytes == (try Fixture.bytes("brain.safetensors")))
    let odd = NamedTensor(
      name: "n", shape: [1], values: [Float(nan: 1, signaling: false)])
    let back = try Safetensors(
      bytes: Safetensors.encode([odd], precision: .brainFloat16), path: "n")
    #expect(try back.tensor("n").values[0].isNaN)
  }

  @Test func `gets back what was written, in place of the file before`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "weights.safetensors").path
      try Safetensors.write([], to: path)
      #expect(try Safetensors(path: path).entries.isEmpty)
      try Safetensors.write(Fixture.weights, metadata: Fixture.metadata, to: path)
      let file = try Safetensors(path: path)
      for tensor in Fixture.weights {
        #expect(try file.tensor(tensor.name, shape: tensor.shape) == tensor)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
  }

  @Test func `says what is missing, of another shape or not finite`() throws {
    let tensor = NamedTensor(name: "w", shape: [2, 2], values: [1, 2, .nan, .infinity])
    let bytes = Safetensors.encode([tensor])
    let file = try Safetensors(bytes: bytes, path: "m.safetensors")
    #expect(message { try file.tensor("v") } == "m.safetensors: there is no tensor 'v'")
    #expect(message { try file.text("k") } == "m.safetensors: the metadata lack 'k'")
    #expect(
      message { try file.tensor("w", shape: [4]) }
        == "m.safetensors: tensor 'w' has the shape [2, 2], where [4] is needed")
    #expect(
      message { try file.requireFinite() }
        == "m.safetensors: value 2 of tensor 'w' is not a number (at byte \(bytes.count - 8))")
    #expect(message { try tensor.requireFinite() } == "value 2 of tensor 'w' is not a number")
    try Safetensors(path: Fixture.path("weights.safetensors")).requireFinite()
  }
}

/// The words of the error that `body` throws.
func message<Result>(_ body: () throws -> Result) -> String {
  do {
    _ = try body()
    return "no error"
  } catch {
    return String(describing: error)
  }
}
