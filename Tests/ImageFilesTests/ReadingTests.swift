import Foundation
import ImageFiles
import Raster
import TestSupport
import Testing

@Suite struct ReadingTests {
  @Test(arguments: [
    ("grey8.png", 1), ("rgb8.png", 3), ("rgba8.png", 3), ("greyalpha8.png", 1),
    ("interlaced_grey8.png", 1), ("interlaced_rgb8.png", 3), ("inverted8.tif", 1), ("big8.tif", 1),
    ("centimetre.tif", 1), ("nanometres.ome.tif", 1), ("imagej.tif", 1), ("rgba8.tif", 3),
    ("8_grey_chunky_strips_lzw.tif", 1), ("8_rgb_chunky_strips_lzw.tif", 3),
    ("8_grey_chunky_strips_packbits.tif", 1), ("8_rgb_chunky_strips_zstd.tif", 3),
    ("signed8.tif", 1), ("signed8_tiles.tif", 3), ("predictor8.tif", 1), ("predictor8_rgb.tif", 3),
  ])
  func `eight bits are exact`(name: String, channels: Int) throws {
    let file = try Fixture.open(name)
    #expect(file.bitDepth == 8 && file.channels == channels)
    #expect(try file.read(file.bounds) == Fixture.eight(channels: channels))
  }

  @Test(arguments: [
    ("grey16.png", 1), ("rgb16.png", 3), ("inverted16.tif", 1), ("big_endian16.tif", 1),
    ("big_endian16_deflate.tif", 1), ("16_grey_chunky_strips_lzw.tif", 1),
    ("signed16.tif", 1), ("signed16_deflate.tif", 1), ("signed16_inverted.tif", 1),
  ])
  func `sixteen bits are exact`(name: String, channels: Int) throws {
    let file = try Fixture.open(name)
    #expect(file.bitDepth == 16 && file.channels == channels)
    #expect(try file.read(file.bounds) == Fixture.sixteen(channels: channels))
  }

  @Test(arguments: ["8_", "16_"], ["grey_chunky", "rgb_chunky", "rgb_planar"])
  func `every arrangement of a TIFF is exact`(depth: String, arrangement: String) throws {
    let channels = arrangement.hasPrefix("rgb") ? 3 : 1
    let expected =
      depth == "8_" ? Fixture.eight(channels: channels) : Fixture.sixteen(channels: channels)
    for blocks in ["strips", "tiles"] {
      for compression in ["none", "deflate"] {
        let name = "\(depth)\(arrangement)_\(blocks)_\(compression).tif"
        let file = try Fixture.open(name)
        #expect(
          file.storage == (blocks == "tiles" ? .tiles(width: 32, height: 16) : .strips(height: 10)))
        #expect(try file.read(file.bounds) == expected, "\(name)")
      }
    }
  }

  @Test(arguments: [1, 2, 4, 12])
  func `samples of few bits are exact`(bits: Int) throws {
    for (tone, channels) in [("grey", 1), ("rgb", 3)] {
      let file = try Fixture.open("\(tone)\(bits).tif")
      #expect(file.bitDepth == (bits == 12 ? 16 : 8) && file.channels == channels)
      #expect(try file.read(file.bounds) == Fixture.few(bits, channels: channels))
    }
    if bits == 1 || bits == 12 {
      let inverted = try Fixture.whole("inverted\(bits).tif")
      #expect(inverted.distance(to: Fixture.few(bits, channels: 1)) < 1e-6)
    }
  }

  @Test(arguments: [
    "float16.tif", "float32.tif", "float64.tif", "float32_big_endian_tiles.tif",
    "float32_deflate.tif",
  ])
  func `floating-point samples are taken as they are`(name: String) throws {
    let expected = Fixture.picture(channels: 1, top: 256) { x, y, _ in (x * 7 + y * 13) % 256 }
    let file = try Fixture.open(name)
    #expect(file.bitDepth == 32)
    #expect(try file.read(file.bounds) == expected)
  }

  @Test(arguments: ["whole32.tif", "signed32.tif"])
  func `whole samples of 32 bits are a share of the largest`(name: String) throws {
    #expect(try Fixture.whole(name).distance(to: Fixture.eight(channels: 1)) < 1e-6)
  }

  @Test(arguments: 1...8, ["tif", "png"])
  func `a picture stored turned is seen upright`(number: Int, kind: String) throws {
    let file = try Fixture.open("orientation\(number).\(kind)")
    #expect(file.width == Fixture.width && file.height == Fixture.height)
    #expect(try file.read(file.bounds) == Fixture.eight(channels: 1))
  }

  @Test func `a photograph that was held upright is seen upright`() throws {
    let expected = Fixture.picture(channels: 1, top: 255) { x, y, _ in x * 3 + y * 2 }
    #expect(try Fixture.whole("turned.jpg").distance(to: expected) < 8.0 / 255)
  }

  @Test(arguments: ["pyramid_pages.tif", "pyramid_children.tif"])
  func `smaller versions are found in pages and in children`(name: String) throws {
    let file = try Fixture.open(name)
    #expect(file.levels.map(\.width) == [37, 19, 10] && file.levels.map(\.height) == [29, 15, 8])
    for (number, step) in [1, 2, 4].enumerated() {
      let level = file.levels[number]
      let rect = PixelRect(x: 3, y: 2, width: level.width - 4, height: level.height - 3)
      let window = try file.read(rect, level: number)
      for y in 0..<rect.height {
        for x in 0..<rect.width {
          let value = ((x + 3) * step * 7 + (y + 2) * step * 13) % 256
          #expect(window.planes[0][x, y] == Float(value) / 255)
        }
      }
    }
  }

  @Test(arguments: ["big8.tif", "8_rgb_planar_tiles_deflate.tif", "grey.jpg", "orientation6.tif"])
  func `windows that are read ahead are those that are read`(name: String) throws {
    let file = try Fixture.open(name)
    let whole = try file.read(file.bounds)
    let windows = stride(from: 0, to: 29, by: 7).map {
      PixelRect(x: 2, y: $0, width: 30, height: min(7, 29 - $0))
    }
    var seen: [PixelRect] = []
    try file.forEach(windows) { rect, picture in
      seen.append(rect)
      #expect(picture == whole.crop(rect))
    }
    #expect(seen == windows)
    struct Enough: Error {}
    #expect(throws: Enough.self) { try file.forEach(windows) { _, _ in throw Enough() } }
  }

  @Test func `palettes become colours and single bits grey`() throws {
    #expect(try Fixture.whole("palette.png") == Fixture.palette)
    #expect(try Fixture.whole("palette_clear.png") == Fixture.palette)
    #expect(try Fixture.whole("palette.tif") == Fixture.palette)
    #expect(try Fixture.whole("bit1.png") == Fixture.checkers)
    #expect(try Fixture.whole("palette4.tif") == Fixture.palette)
  }

  @Test(arguments: [("grey", 1), ("colour", 3), ("progressive", 3)])
  func `a JPEG decodes to what Pillow decodes`(name: String, channels: Int) throws {
    let raw = try Fixture.bytes(name + ".raw")
    let expected = Fixture.picture(channels: channels, top: 255) { x, y, channel in
      Int(raw[(y * Fixture.width + x) * channels + channel])
    }
    #expect(try Fixture.whole(name + ".jpg").distance(to: expected) <= 2.01 / 255)
  }

  @Test func `JPEG inside TIFF comes as RGB`() throws {
    let expected = Fixture.picture(channels: 3, top: 255) { $0 * 3 + $1 * 2 + $2 * 30 }
    #expect(try Fixture.whole("jpeg.tif").distance(to: expected) < 16.0 / 255)
  }

  @Test(arguments: Fixture.readable)
  func `a window is a crop of the whole`(name: String) throws {
    let file = try Fixture.open(name)
    let whole = try file.read(file.bounds)
    for (x, y, width, height) in [
      (3, 0, 5, 4), (0, 7, 37, 5), (9, 11, 1, 1), (31, 14, 6, 15), (1, 1, 35, 27), (36, 28, 1, 1),
      (0, 0, 37, 29), (17, 9, 20, 2), (4, 4, 0, 3),
    ] {
      let window = PixelRect(x: x, y: y, width: width, height: height)
      #expect(try file.read(window) == whole.crop(window), "\(window)")
    }
    try file.verify()
  }

  @Test(
    arguments: [
      ("rgb8.png", 0.5), ("rgba8.png", nil), ("grey8.png", nil), ("grey.jpg", 1),
      ("progressive.jpg", nil), ("colour.jpg", nil), ("centimetre.tif", 0.5), ("inch300.tif", nil),
      ("nanometres.ome.tif", 0.25), ("imagej.tif", 0.25), ("big8.tif", nil),
    ] as [(String, Double?)])
  func `the pixel size is told, or absent for a printed page`(name: String, um: Double?) throws {
    let size = try Fixture.open(name).pixelSizeUm
    if let um, let size {
      #expect(abs(size - um) < 1e-6 * um)
    } else {
      #expect(size == um)
    }
  }

  @Test(arguments: [
    ("cmyk.jpg", "CMYK"), ("complex.tif", "complex"), ("cmyk.tif", "CMYK"),
  ])
  func `what is not read is refused with the reason`(name: String, reason: String) throws {
    let error = #expect(throws: ImageFileError.self) { try Fixture.open(name) }
    #expect(error?.code == .unsupported)
    #expect(error?.description.contains(reason) == true)
    #expect(error?.description.hasPrefix(Fixture.path(name)) == true)
  }

  @Test func `the content decides the format`() throws {
    try withTemporaryFolder { folder in
      for (name, lie, format) in [
        ("grey8.png", "a.jpg", ImageFormat.png), ("grey.jpg", "b.tif", .jpeg),
        ("big8.tif", "c.png", .tiff),
      ] {
        let path = folder.appending(path: lie).path
        try FileManager.default.copyItem(atPath: Fixture.path(name), toPath: path)
        let file = try ImageFile(path: path)
        #expect(file.format == format)
        #expect(try file.read(file.bounds) == Fixture.whole(name))
      }
    }
  }

  @Test func `limits hold`() throws {
    var few = ImageFile.Limits()
    few.pixels = 37 * 29 - 1
    var little = ImageFile.Limits()
    little.heldBytes = 500
    for name in ["grey8.png", "grey.jpg", "big8.tif"] {
      let error = #expect(throws: ImageFileError.self) {
        try ImageFile(path: Fixture.path(name), limits: few)
      }
      #expect(error?.code == .tooLarge)
    }
    for name in ["interlaced_grey8.png", "progressive.jpg", "8_grey_chunky_tiles_deflate.tif"] {
      let error = #expect(throws: ImageFileError.self) {
        let file = try ImageFile(path: Fixture.path(name), limits: little)
        _ = try file.read(file.bounds)
      }
      #expect(error?.code == .tooLarge, "\(name): \(String(describing: error))")
    }
  }

  @Test(.enabled(if: sharedData != nil))
  func `the real electron micrographs open`() throws {
    let folder = try #require(sharedData).appending(path: "openebl-2024-02/sem")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".jpg") }
    #expect(names.count == 27)
    for name in names {
      let file = try ImageFile(path: folder.appending(path: name).path)
      #expect(file.width == 2048 && file.height == 1536 && file.channels == 3, "\(name)")
      #expect(file.pixelSizeUm == nil)
      try file.verify()
      // Grey, though stored as colour for the data bar's sake, which begins at row 1370.
      let photograph = try file.read(PixelRect(x: 0, y: 0, width: 2048, height: 1370)).planes
      let grey = photograph[0] == photograph[1] && photograph[0] == photograph[2]
      #expect(grey, "\(name)")
    }
  }
}
