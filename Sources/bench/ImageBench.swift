internal import Foundation
internal import ImageFiles
internal import Raster

/// Times pictures: `bench image generate FILE SIDE | windows FILE SIDE [runs] | stream FILE`.
enum ImageBench {
  static func main(_ arguments: [String]) throws {
    switch (arguments.first, arguments.count) {
    case ("generate", 3): try generate(arguments[1], side: Int(arguments[2]) ?? 16384)
    case ("windows", 3...4):
      try windows(
        arguments[1], side: Int(arguments[2]) ?? 1024,
        runs: arguments.count > 3 ? Int(arguments[3]) ?? 40 : 40)
    case ("stream", 2): try stream(arguments[1])
    default:
      print("usage: bench image generate FILE SIDE | windows FILE SIDE [runs] | stream FILE")
      exit(64)
    }
  }

  /// Writes a grey tiled BigTIFF of side × side, deflated, in bands of one row of tiles.
  private static func generate(_ path: String, side: Int) throws {
    let writer = try TIFFWriter(
      path: path, width: side, height: side, channels: 1, compression: .deflate(level: 1), big: true
    )
    var state: UInt32 = 1
    let noise = (0..<65536).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 28) / 255
    }
    for top in stride(from: 0, to: side, by: 256) {
      let height = min(256, side - top)
      let band = Plane(width: side, height: height) { target in
        for row in 0..<height {
          for column in 0..<side {
            let base: Float = (column >> 5 + (top + row) >> 6) & 1 == 0 ? 0.3 : 0.7
            target[row * side + column] = base + noise[(column &+ row &* 977 &+ top) & 65535]
          }
        }
      }
      try writer.write(rows: Picture(planes: [band]))
    }
    try writer.finish()
  }

  /// Where the windows lie, the same for every reader: a walk that `peers/images.py` repeats.
  static func places(width: Int, height: Int, side: Int, count: Int) -> [PixelRect] {
    var state: UInt64 = 7
    return (0..<count).map { _ in
      state = (state &* 48271) % 2_147_483_647
      let x = Int(state) % (width - side)
      state = (state &* 48271) % 2_147_483_647
      return PixelRect(x: x, y: Int(state) % (height - side), width: side, height: side)
    }
  }

  private static func windows(_ path: String, side: Int, runs: Int) throws {
    let file = try ImageFile(path: path)
    var sum = 0.0
    var times: [Double] = []
    for rect in places(width: file.width, height: file.height, side: side, count: runs) {
      var picture: Picture?
      times.append(try LayoutBench.seconds { picture = try file.read(rect) })
      sum += Double(picture?.planes[0][side / 2, side / 2] ?? 0)
    }
    print(#"{"seconds": \#(times), "sum": \#(sum * 255)}"#)
  }

  /// Reads all of a picture in windows of 2048², the next being read while one is looked at.
  private static func stream(_ path: String) throws {
    let file = try ImageFile(path: path)
    var windows: [PixelRect] = []
    for y in stride(from: 0, to: file.height, by: 2048) {
      for x in stride(from: 0, to: file.width, by: 2048) {
        windows.append(
          PixelRect(
            x: x, y: y, width: min(2048, file.width - x), height: min(2048, file.height - y)))
      }
    }
    var sum = 0.0
    let seconds = try LayoutBench.seconds {
      try file.forEach(windows) { _, picture in
        for plane in picture.planes {
          sum += plane.samples.withUnsafeBufferPointer { samples in
            var part: Float = 0
            for sample in samples { part += sample }
            return Double(part)
          }
        }
      }
    }
    print(
      #"{"seconds": \#(seconds), "mpx": \#(Double(file.width * file.height) / 1e6), "#
        + #""mean": \#(sum / Double(file.width * file.height)), "#
        + #""peak_mb": \#(LayoutBench.peakMegabytes)}"#)
  }
}
