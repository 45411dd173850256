import Foundation
import ImageFiles
import Raster
import TestSupport
import Testing

@Suite struct PyramidTests {
  @Test(arguments: [1, 3], [(8, false), (8, true), (16, true)])
  func `every level is the exact mean of the one below`(
    channels: Int, kind: (bits: Int, big: Bool)
  ) throws {
    // Odd sizes at most levels, and a level that is one tile wide and several high.
    let (width, height, tile) = (93, 150, 16)
    let top = kind.bits == 8 ? 255 : 65535
    var random = Seeded(state: 31)
    var stored = (0..<width * height * channels).map { _ in Int.random(in: 0...top, using: &random)
    }
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "a.tif").path
      let writer = try TIFFWriter(
        path: path, width: width, height: height, channels: channels, bitDepth: kind.bits,
        pixelSizeUm: 0.4, isPyramid: true, compression: .none, tile: tile, big: kind.big)
      let picture = Picture(
        planes: (0..<channels).map { channel in
          Plane(
            width: width, height: height,
            samples: (0..<width * height).map {
              Float(stored[$0 * channels + channel]) / Float(top)
            })
        })
      for y in stride(from: 0, to: height, by: 37) {
        try writer.write(
          rows: picture.crop(
            PixelRect(x: 0, y: y, width: width, height: min(37, height - y))))
      }
      try writer.finish()

      let pages = try TIFFPages(contentsOf: path)
      #expect(pages.isBig == kind.big)
      var size = (width, height)
      for (number, page) in pages.all.enumerated() {
        #expect(page.value(256) == size.0 && page.value(257) == size.1)
        #expect(page.value(254) == (number > 0 ? 1 : 0))
        #expect(page.samples(channels: channels, bits: kind.bits) == stored, "level \(number)")
        stored = halved(stored, size.0, size.1, channels)
        size = ((size.0 + 1) / 2, (size.1 + 1) / 2)
      }
      #expect(pages.all.map { $0.value(257) } == [150, 75, 38, 19, 10])
    }
  }

  /// The naive twin.
  private func halved(_ stored: [Int], _ width: Int, _ height: Int, _ channels: Int) -> [Int] {
    var result: [Int] = []
    for y in stride(from: 0, to: height, by: 2) {
      for x in stride(from: 0, to: width, by: 2) {
        for channel in 0..<channels {
          let there = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]
            .filter { $0.0 < width && $0.1 < height }
            .map { stored[($0.1 * width + $0.0) * channels + channel] }
          let mean = Double(there.reduce(0, +)) / Double(there.count)
          result.append(Int((mean + 0.5).rounded(.down)))
        }
      }
    }
    return result
  }

  @Test(arguments: [1, 3])
  func `the first page of a packed pyramid is read by window`(channels: Int) throws {
    var random = Seeded(state: 32)
    let picture = Picture(
      planes: (0..<channels).map { _ in
        Plane(
          width: 1100, height: 300,
          samples: (0..<330_000).map { _ in Float(Int.random(in: 0...255, using: &random)) / 255 })
      })
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "a.tif").path
      try TIFFWriter.write(picture, path: path, pixelSizeUm: 0.5, isPyramid: true)
      let file = try ImageFile(path: path)
      #expect(file.storage == .tiles(width: 256, height: 256) && file.pixelSizeUm == 0.5)
      #expect((file.width, file.height) == (1100, 300))
      let window = PixelRect(x: 250, y: 200, width: 850, height: 100)
      #expect(try file.read(window) == picture.crop(window))
    }
  }
}

/// The pages of an uncompressed little-endian TIFF, taken apart by hand.
private struct TIFFPages {
  struct Page {
    let data: [UInt8]
    var tags: [Int: [Int]] = [:]

    func value(_ tag: Int) -> Int { tags[tag]?.first ?? -1 }

    /// All samples, interleaved.
    func samples(channels: Int, bits: Int) -> [Int] {
      let (width, height, tile) = (value(256), value(257), value(322))
      let across = (width + tile - 1) / tile
      var result: [Int] = []
      for y in 0..<height {
        for x in 0..<width {
          let start = tags[324]?[y / tile * across + x / tile] ?? 0
          for channel in 0..<channels {
            let index = ((y % tile * tile) + x % tile) * channels + channel
            result.append(number(data, start + index * bits / 8, bits / 8))
          }
        }
      }
      return result
    }
  }

  let isBig: Bool
  var all: [Page] = []

  init(contentsOf path: String) throws {
    let data = [UInt8](try Data(contentsOf: URL(filePath: path)))
    isBig = data[2] == 43
    let word = isBig ? 8 : 4
    let bytes = [3: 2, 4: 4, 5: 8, 16: 8]
    var start = number(data, isBig ? 8 : 4, word)
    while start > 0 {
      var page = Page(data: data)
      let countBytes = isBig ? 8 : 2
      let entries = number(data, start, countBytes)
      for entry in 0..<entries {
        let at = start + countBytes + entry * (4 + 2 * word)
        let size = try #require(bytes[number(data, at + 2, 2)])
        let count = number(data, at + 4, word)
        let place = at + 4 + word
        let values = count * size <= word ? place : number(data, place, word)
        page.tags[number(data, at, 2)] = (0..<count).map { number(data, values + $0 * size, size) }
      }
      all.append(page)
      start = number(data, start + countBytes + entries * (4 + 2 * word), word)
    }
  }
}

/// A number, lowest byte first.
private func number(_ data: [UInt8], _ offset: Int, _ count: Int) -> Int {
  (0..<count).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
}
