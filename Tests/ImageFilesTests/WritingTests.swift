import Foundation
import ImageFiles
import Raster
import TestSupport
import Testing

@Suite struct WritingTests {
  private func expected(_ channels: Int, _ bits: Int) -> Picture {
    bits == 8 ? Fixture.eight(channels: channels) : Fixture.sixteen(channels: channels)
  }

  @Test(arguments: [1, 3], [8, 16])
  func `a PNG written in bands is read as it was`(channels: Int, bits: Int) throws {
    let picture = expected(channels, bits)
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "a.png").path
      let writer = try PNGWriter(
        path: path, width: 37, height: 29, channels: channels, bitDepth: bits, pixelSizeUm: 0.25)
      try bands(of: picture) { try writer.write(rows: $0) }
      try writer.finish()
      let file = try ImageFile(path: path)
      #expect(file.format == .png && file.bitDepth == bits)
      #expect(file.pixelSizeUm == 0.25)
      #expect(try file.read(file.bounds) == picture)
    }
  }

  @Test(arguments: [1, 3], [8, 16])
  func `a TIFF written in bands is read as it was`(channels: Int, bits: Int) throws {
    let picture = expected(channels, bits)
    try withTemporaryFolder { folder in
      for big in [false, true] {
        let path = folder.appending(path: "a.tif").path
        let writer = try TIFFWriter(
          path: path, width: 37, height: 29, channels: channels, bitDepth: bits,
          pixelSizeUm: 0.137, tile: 16, big: big)
        try bands(of: picture) { try writer.write(rows: $0) }
        try writer.finish()
        #expect(try Data(contentsOf: URL(filePath: path))[2] == (big ? 43 : 42))
        let file = try ImageFile(path: path)
        #expect(file.storage == .tiles(width: 16, height: 16) && file.bitDepth == bits)
        #expect(abs(try #require(file.pixelSizeUm) - 0.137) < 1e-6)
        #expect(try file.read(file.bounds) == picture)
      }
    }
  }

  private func bands(of picture: Picture, _ write: (Picture) throws -> Void) rethrows {
    for (y, height) in [(0, 1), (1, 17), (18, 0), (18, 11)] {
      try write(picture.crop(PixelRect(x: 0, y: y, width: picture.width, height: height)))
    }
  }

  @Test func `samples are rounded and clamped`() throws {
    let values: [Float] = [-1, 0, 0.49 / 255, 0.51 / 255, 127.4 / 255, 127.6 / 255, 1, 7, .nan]
    let picture = Picture(planes: [Plane(width: 9, height: 1, samples: values)])
    let stored: [Float] = [0, 0, 0, 1, 127, 128, 255, 255, 0]
    #expect(try read(PNGEncoder.encode(picture)).planes[0].samples == stored.map { $0 / 255 })
  }

  @Test(arguments: [1, 3])
  func `pictures are encoded to memory`(channels: Int) throws {
    let picture = Fixture.eight(channels: channels)
    #expect(try read(PNGEncoder.encode(picture)) == picture)
    #expect(PNGEncoder.encode(picture) == PNGEncoder.encode(picture))
    let smooth = Fixture.picture(channels: channels, top: 255) { $0 * 3 + $1 * 2 + $2 * 30 }
    let fine = JPEGEncoder.encode(smooth, quality: 95)
    #expect(try read(fine).distance(to: smooth) < 12.0 / 255)
    #expect(fine.count > JPEGEncoder.encode(smooth, quality: 30).count)
  }

  @Test func `an overlay has its alpha`() throws {
    let picture = Fixture.eight(channels: 3)
    let alpha = Fixture.eight(channels: 1).planes[0]
    let bytes = PNGEncoder.encode(picture, alpha: alpha)
    // Colour type 6 is RGBA. The reader drops alpha, so that only its mark on the bytes is seen here.
    #expect(bytes[25] == 6)
    #expect(try read(bytes) == picture)
    let clear = PNGEncoder.encode(picture, alpha: Plane(width: 37, height: 29))
    #expect(clear != bytes && clear[25] == 6)
    #expect(PNGEncoder.encode(Fixture.eight(channels: 1), alpha: alpha)[25] == 6)
  }

  private func read(_ bytes: [UInt8]) throws -> Picture {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "encoded").path
      try Data(bytes).write(to: URL(filePath: path))
      let file = try ImageFile(path: path)
      return try file.read(file.bounds)
    }
  }

  @Test func `a picture that is not finished leaves nothing and replaces nothing`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "a.png").path
      let good = Fixture.eight(channels: 1)
      try PNGWriter.write(good, path: path)
      for start in [0, 5] {
        do {
          let png = try PNGWriter(path: path, width: 37, height: 29, channels: 1)
          try png.write(rows: good.crop(PixelRect(x: 0, y: 0, width: 37, height: start)))
          let tiff = try TIFFWriter(path: path, width: 37, height: 29, channels: 1, tile: 16)
          try tiff.write(rows: good.crop(PixelRect(x: 0, y: 0, width: 37, height: start * 4)))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
        let file = try ImageFile(path: path)
        #expect(try file.read(file.bounds) == good)
      }
      try TIFFWriter.write(good, path: path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
      #expect(try ImageFile(path: path).format == .tiff)
    }
  }

  @Test func `where nothing can be written, it says so`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "missing/a.png").path
      let error = #expect(throws: ImageFileError.self) {
        try PNGWriter.write(Fixture.eight(channels: 1), path: path)
      }
      #expect(error?.code == .cannotWrite && error?.path == path)
      // A folder of that name can't be replaced; what was written is removed.
      let error2 = #expect(throws: ImageFileError.self) {
        try TIFFWriter.write(Fixture.eight(channels: 1), path: folder.path)
      }
      #expect(error2?.code == .cannotWrite)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }
}
