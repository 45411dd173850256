import Foundation
import ImageFiles
import Raster

/// The pictures beside the tests; `make_fixtures.py` says what is in them, and the formulas here say it again.
enum Fixture {
  static let width = 37
  static let height = 29
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Fixtures")

  /// All pictures that are read, in name order.
  static let readable: [String] = names.filter { !refused.contains($0) }
  static let refused: Set = [
    "cmyk.jpg", "complex.tif", "cmyk.tif",
  ]
  private static let names: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { ["png", "jpg", "tif"].contains(($0 as NSString).pathExtension) }.sorted()
  }()

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func open(_ name: String) throws -> ImageFile { try ImageFile(path: path(name)) }

  static func whole(_ name: String) throws -> Picture {
    let file = try open(name)
    return try file.read(file.bounds)
  }

  /// A picture of the fixtures' size from a formula for the stored value at (x, y, channel).
  static func picture(channels: Int, top: Int, _ value: (Int, Int, Int) -> Int) -> Picture {
    Picture(
      planes: (0..<channels).map { channel in
        var plane = Plane(width: width, height: height)
        for y in 0..<height {
          for x in 0..<width { plane[x, y] = Float(value(x, y, channel)) / Float(top) }
        }
        return plane
      })
  }

  static func eight(channels: Int) -> Picture {
    picture(channels: channels, top: 255) { ($0 * 7 + $1 * 13 + $2 * 50) % 256 }
  }

  static func sixteen(channels: Int) -> Picture {
    picture(channels: channels, top: 65535) { ($0 * 701 + $1 * 1301 + $2 * 5000) % 65536 }
  }

  /// Samples of few bits, as `make_fixtures.py` puts them.
  static func few(_ bits: Int, channels: Int) -> Picture {
    picture(channels: channels, top: 1 << bits - 1) {
      ($0 * 7 + $1 * 13 + $2 * 50) % (1 << bits)
    }
  }

  static var palette: Picture {
    picture(channels: 3, top: 255) { x, y, channel in
      let index = (x + y) % 8
      return [index * 30, 255 - index * 20, index * index][channel]
    }
  }

  static var checkers: Picture { picture(channels: 1, top: 1) { x, y, _ in (x + y + 1) % 2 } }
}

extension Picture {
  /// The largest difference of two samples at the same place, infinite for another size.
  func distance(to other: Picture) -> Float {
    guard width == other.width, height == other.height, channels == other.channels else {
      return .infinity
    }
    return zip(planes, other.planes).map { plane, twin in
      zip(plane.samples, twin.samples).map { abs($0 - $1) }.max() ?? 0
    }.max() ?? 0
  }
}
