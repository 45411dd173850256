import Foundation
import Networks
import TestSupport
import Testing

@Suite struct SafetensorsDamageTests {
  static func file(_ header: String, data: Int = 0) -> [UInt8] {
    let length = header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static func entry(
    _ name: String = "a", type: String = "F32", shape: String = "[1]", place: String = "[0,4]"
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(place)}"
  }

  static let cases: [(String, Int, NetworkError.Code, String)] = [
    ("{\(entry())}", 3, .truncated, "announced"),
    ("{\(entry())}", 5, .damaged, "1 bytes after its last tensor"),
    ("{\(entry()),\(entry("b", place: "[2,6]"))}", 6, .damaged, "'b' overlaps"),
    ("{\(entry()),\(entry("b"))}", 4, .damaged, "'b' overlaps"),
    ("{\(entry()),\(entry("b", place: "[8,12]"))}", 12, .damaged, "'b' leaves a hole"),
    ("{\(entry(place: "[4,8]"))}", 8, .damaged, "'a' leaves a hole"),
    ("{\(entry()),\(entry(place: "[4,8]"))}", 8, .damaged, "names 'a' twice"),
    ("{\(entry(place: "[4,0]"))}", 4, .damaged, "no begin and end"),
    ("{\(entry(place: "[0]"))}", 4, .damaged, "no begin and end"),
    ("{\(entry(shape: "[2]"))}", 4, .damaged, "takes 4 bytes, its shape needs 8"),
    ("{\(entry(type: "F64"))}", 4, .damaged, "its shape needs 8"),
    ("{\(entry(type: "F31"))}", 4, .damaged, "unknown dtype 'F31'"),
    ("{\(entry(shape: "[4611686018427387904,4]"))}", 4, .damaged, "impossibly large"),
    ("{\(entry(place: "[0,99999999999999999999]"))}", 4, .notSafetensors, "too large"),
    ("{\(entry(place: "[0,9223372036854775807]"))}", 4, .damaged, "its shape needs 4"),
    ("{\(entry(shape: "[-1]"))}", 4, .notSafetensors, "whole number"),
    ("{\(entry(shape: "[1.0]"))}", 4, .notSafetensors, "whole number"),
    ("{\(entry(shape: "[01]"))}", 4, .notSafetensors, "begins with 0"),
    ("{\(entry())", 4, .notSafetensors, "'}' is expected"),
    ("{\(entry()),}", 4, .notSafetensors, "a string is expected"),
    ("{\(entry())} x", 4, .notSafetensors, "follows the last"),
    (" {\(entry())}", 4, .notSafetensors, "does not begin with '{'"),
    ("[]", 0, .notSafetensors, "does not begin with '{'"),
    ("", 0, .notSafetensors, "does not begin with '{'"),
    ("{\"a\":{}}", 0, .damaged, "lacks its dtype"),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, .damaged, "key 'dtype' twice"),
    ("{\"a\":{\"kind\":1}}", 0, .damaged, "unknown key 'kind'"),
    ("{\"__metadata__\":{\"a\":1}}", 0, .notSafetensors, "a string is expected"),
    ("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, .damaged, "metadata name 'a' twice"),
    ("{\"a\\q\":1}", 0, .notSafetensors, "an escape is unknown"),
    ("{\"a\\ud800\":1}", 0, .notSafetensors, "half a character"),
    ("{\"a\u{1}\":1}", 0, .notSafetensors, "control character"),
  ]

  @Test(arguments: cases)
  func `refuses a header that can't be right`(
    header: String, data: Int, code: NetworkError.Code, words: String
  ) {
    let error = #expect(throws: NetworkError.self) {
      try Safetensors(bytes: Self.file(header, data: data), path: "m.safetensors")
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.path == "m.safetensors")
    #expect(error?.offset != nil)
  }

  @Test func `reads what is unusual and right`() throws {
    let header =
      "{ \"\\u00b5\\ud83d\\ude00\" :{\"data_offsets\":[ 0,4 ],\"shape\":[],\"dtype\":\"F32\"}}\n "
    let file = try Safetensors(bytes: Self.file(header, data: 4), path: "m")
    #expect(file.entries.map(\.name) == ["µ😀"])
    let swapped = "{\(Self.entry("b", place: "[4,8]")),\(Self.entry())}"
    let names = try Safetensors(bytes: Self.file(swapped, data: 8), path: "m").entries.map(\.name)
    #expect(names == ["a", "b"])
  }

  @Test(arguments: [
    ([], NetworkError.Code.notSafetensors), ([1, 2, 3], .truncated),
    ([0, 0, 0, 0, 0, 0, 0, 0x80], .notSafetensors),
    ([1, 0xE1, 0xF5, 5, 0, 0, 0, 0], .notSafetensors),
    ([0, 0xE1, 0xF5, 5, 0, 0, 0, 0], .truncated),
    (Array("\u{89}PNG\r\n\u{1A}\n and more".utf8), .notSafetensors),
  ])
  func `refuses what is something else`(bytes: [UInt8], code: NetworkError.Code) {
    let error = #expect(throws: NetworkError.self) { try Safetensors(bytes: bytes, path: "m") }
    #expect(error?.code == code)
  }

  @Test func `tells an absent file from a bad one`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "none.safetensors").path
      let absent = #expect(throws: NetworkError.self) { try Safetensors(path: path) }
      #expect(absent?.code == .noSuchFile)
      let isFolder = #expect(throws: NetworkError.self) { try Safetensors(path: folder.path) }
      #expect(isFolder?.description == "\(folder.path): is a folder")
      try Data("not a model".utf8).write(to: URL(filePath: path))
      let bad = #expect(throws: NetworkError.self) { try Safetensors(path: path) }
      #expect(bad?.code == .notSafetensors)
    }
  }

  @Test(arguments: ["mixed.safetensors", "weights.safetensors"])
  func `survives being cut anywhere`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for count in bytes.indices {
      #expect(throws: NetworkError.self) {
        try Safetensors(bytes: Array(bytes.prefix(count)), path: name)
      }
    }
  }

  @Test(arguments: ["mixed.safetensors", "weights.safetensors"])
  func `survives any byte flipped`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    var generator = Seeded(state: 7)
    var refused = 0
    for place in bytes.indices {
      for flip in [1, 0x20, 0x80, UInt8.random(in: 1...255, using: &generator)] {
        var damaged = bytes
        damaged[place] ^= flip
        do {
          let file = try Safetensors(bytes: damaged, path: name)
          for entry in file.entries {
            #expect(try file.bytes(of: entry.name).count == entry.bytes.count)
          }
          for tensor in try file.tensors() { #expect(file[tensor.name]?.shape == tensor.shape) }
        } catch {
          #expect(error.path == name)
          refused += 1
        }
      }
    }
    #expect(refused > bytes.count / 4)
  }

  @Test(arguments: [ENOSPC, EIO], [0, 100])
  func `leaves the file before where writing fails`(reason: Int32, after: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "model.safetensors").path
      try Safetensors.write(Fixture.weights, to: path)
      let before = try Data(contentsOf: URL(filePath: path))
      var left = after
      let error = #expect(throws: NetworkError.self) {
        try AtomicFile.write([[UInt8](repeating: 1, count: 400)], to: path) {
          guard left > 0 else {
            errno = reason
            return -1
          }
          left -= 50
          return write($0, $1, min($2, 50))
        }
      }
      #expect(error?.code == .cannotWrite)
      if reason == ENOSPC {
        #expect(error?.description == "\(path): cannot be written: no space left on device")
      }
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
  }

  @Test func `says where it can't write`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "none/model.safetensors").path
      #expect(
        message { try Safetensors.write([], to: path) }
          == "\(path): cannot be written: no such file or directory")
      let taken = folder.appending(path: "taken")
      try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
      #expect(message { try Safetensors.write([], to: taken.path) }.contains("cannot be written"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
  }
}
