import Foundation
import ImageFiles
import Raster
import TestSupport
import Testing

@Suite struct DamageTests {
  /// Opens and reads all of it; nil for an error of the module's type, any other error is thrown.
  private func attempt(_ bytes: [UInt8], at path: String) throws -> Picture? {
    try overwrite(path, with: bytes)
    do {
      var limits = ImageFile.Limits()
      limits.pixels = 1_000_000
      let file = try ImageFile(path: path, limits: limits)
      return try file.read(file.bounds)
    } catch let error as ImageFileError {
      #expect(error.path == path && !error.detail.contains("\n"))
      #expect(error.code != .noSuchFile && error.code != .cannotRead)
      return nil
    }
  }

  // Emptying a file and filling it again makes some file systems wait for the disk, each of ten thousand times.
  private func overwrite(_ path: String, with bytes: [UInt8]) throws {
    guard let file = FileHandle(forUpdatingAtPath: path) else {
      return try Data(bytes).write(to: URL(filePath: path))
    }
    try file.write(contentsOf: Data(bytes))
    try file.truncate(atOffset: UInt64(bytes.count))
    try file.close()
  }

  @Test(arguments: Fixture.readable)
  func `a cut picture is an error or the right picture`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try Fixture.whole(name)
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "cut").path
      var errors = 0
      for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 211)) {
        if let picture = try attempt(Array(bytes[..<cut]), at: path) {
          #expect(picture == whole, "cut at \(cut) of \(bytes.count)")
        } else {
          errors += 1
        }
      }
      #expect(errors > 40)
    }
  }

  @Test(arguments: Fixture.readable.filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") })
  func `a picture without its last byte is an error`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    try withTemporaryFolder { folder in
      let picture = try attempt(
        Array(bytes.dropLast()), at: folder.appending(path: "cut").path)
      #expect(picture == nil)
    }
  }

  @Test(arguments: ["grey.jpg", "colour.jpg", "progressive.jpg"])
  func `a cut JPEG with an end put on is an error`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xff, 0xda]) })
    try withTemporaryFolder { folder in
      for cut in stride(from: start + 20, to: bytes.count - 12, by: 5) {
        let patched = bytes[..<cut] + [0xff, 0xd9]
        let picture = try attempt(Array(patched), at: folder.appending(path: "cut").path)
        #expect(picture == nil, "cut at \(cut) of \(bytes.count)")
      }
    }
  }

  @Test(arguments: Fixture.readable)
  func `any changed byte gives an error or a picture`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try Fixture.whole(name)
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "flipped").path
      for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 211)) {
        for flip in [UInt8(0xff), 0x01] {
          var changed = bytes
          changed[place] ^= flip
          let picture = try attempt(changed, at: path)
          // Every byte of a PNG is under a checksum.
          if name.hasSuffix(".png"), let picture { #expect(picture == whole, "byte \(place)") }
        }
      }
    }
  }

  @Test func `an early end names the row`() throws {
    let bytes = try Fixture.bytes("grey.jpg")
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "cut.jpg").path
      try Data(bytes.dropLast(bytes.count / 4)).write(to: URL(filePath: path))
      let file = try ImageFile(path: path)
      let first = try #require(throws: ImageFileError.self) { try file.read(file.bounds) }
      #expect(first.code == .endsEarly)
      let row = try #require(first.row)
      #expect(first.detail == "the JPEG data ends early, at row \(row) of 29")
      // The rows before can be read, and the failure comes again.
      #expect(try file.read(PixelRect(x: 0, y: 0, width: 37, height: row)).height == row)
      #expect(throws: first) { try file.read(file.bounds) }
      #expect(throws: first) { try file.verify() }
    }
  }

  @Test(arguments: [
    ("8_grey_chunky_strips_deflate.tif", "the TIFF data ends early, at rows 20 to 28 of 29"),
    ("8_grey_chunky_tiles_none.tif", "the TIFF data ends early, at rows 16 to 28 of 29"),
  ])
  func `an early end of a TIFF names the rows`(name: String, sentence: String) throws {
    let bytes = try Fixture.bytes(name)
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "cut.tif").path
      try Data(bytes.dropLast()).write(to: URL(filePath: path))
      let file = try ImageFile(path: path)
      let error = try #require(throws: ImageFileError.self) { try file.read(file.bounds) }
      #expect(error.code == .endsEarly && error.detail == sentence)
      let above = try file.read(PixelRect(x: 0, y: 0, width: 37, height: 16))
      #expect(above == Fixture.eight(channels: 1).crop(above.bounds))
    }
  }

  @Test func `a wrong checksum is an error, with the row`() throws {
    var bytes = try Fixture.bytes("grey8.png")
    let data = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("IDAT".utf8)) })
    bytes[data + 60] ^= 0x10
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "a.png").path
      try Data(bytes).write(to: URL(filePath: path))
      let error = #expect(throws: ImageFileError.self) { try ImageFile(path: path).verify() }
      #expect(error?.code == .damaged && error?.row != nil)
    }
  }

  @Test func `a row above the limit is refused before it is held`() throws {
    // A PNG of 2³⁰ × 1 pixels of eight bytes, whose checksums are right; a fuzzer found one.
    let bytes: [UInt8] = [
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
      0x52, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x10, 0x06, 0x00, 0x00, 0x00, 0x1d,
      0xca, 0xe2, 0x5f, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60,
      0x20, 0x0e, 0x00, 0x00, 0x00, 0x28, 0x00, 0x01, 0x35, 0x54, 0x72, 0x84,
    ]
    var limits = ImageFile.Limits()
    limits.heldBytes = 1 << 22
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "wide.png").path
      try Data(bytes).write(to: URL(filePath: path))
      let error = #expect(throws: ImageFileError.self) { try ImageFile(path: path, limits: limits) }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test func `a message stays one line`() {
    let error = ImageFileError(code: .damaged, path: "a", detail: "tag \n\u{7} is odd")
    #expect(error.detail == "tag \u{fffd}\u{fffd} is odd")
  }

  @Test func `what is no picture says so`() throws {
    try withTemporaryFolder { folder in
      func code(_ path: String) -> ImageFileError.Code? {
        #expect(throws: ImageFileError.self) { try ImageFile(path: path) }?.code
      }
      #expect(code(folder.appending(path: "missing.png").path) == .noSuchFile)
      #expect(code(Fixture.path("grey8.png") + "/inside.png") == .noSuchFile)
      #expect(code(folder.path) == .cannotRead)
      #expect(code("/dev/null") == .cannotRead)
      let path = folder.appending(path: "text.png").path
      try Data().write(to: URL(filePath: path))
      #expect(code(path) == .notAPicture)
      try Data("GIF89a and so on".utf8).write(to: URL(filePath: path))
      #expect(code(path) == .notAPicture)
    }
  }
}
