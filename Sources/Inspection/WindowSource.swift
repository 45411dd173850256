internal import Foundation
internal import ImageFiles
internal import Raster

/// Windows of a scan, whichever way its file can be read.
///
/// Files that are read from the top only are read once, band after band: a window must not begin above the one before it.
struct WindowSource {
  private let image: ImageFile
  /// The rows that were read last, of full width; nil where any window is found at once.
  private var band: (rows: Range<Int>, picture: Picture)?
  private let isSequential: Bool
  /// Whether the planes of a colour picture are all alike.
  private let isGrey: Bool

  init(_ image: ImageFile, isGrey: Bool) {
    (self.image, self.isGrey) = (image, isGrey)
    isSequential = image.storage == .rows
  }

  /// Hands windows to `body` one after the other, while the next one is being read where the file allows it.
  mutating func forEach(
    _ windows: [PixelRect], _ body: (PixelRect, Picture) throws -> Void
  ) throws {
    guard isSequential else {
      return try image.forEach(windows) { try body($0, shown($1)) }
    }
    for window in windows { try body(window, try read(window)) }
  }

  private func shown(_ picture: Picture) -> Picture {
    isGrey ? Picture(planes: [picture.planes[0]]) : picture
  }

  /// The pixels of a window.
  mutating func read(_ rect: PixelRect) throws -> Picture {
    guard isSequential else { return shown(try image.read(rect)) }
    var rows = band?.rows ?? rect.y..<rect.y
    if rows.lowerBound > rect.y || rows.upperBound < rect.y {
      rows = rect.y..<rect.y
      band = nil
    }
    if rows.upperBound < rect.maxY || rows.lowerBound < rect.y {
      let more = PixelRect(
        x: 0, y: rows.upperBound, width: image.width, height: max(0, rect.maxY - rows.upperBound))
      let read = more.isEmpty ? nil : try image.read(more)
      let kept = band.map {
        $0.picture.crop(
          PixelRect(
            x: 0, y: rect.y - rows.lowerBound, width: image.width,
            height: rows.upperBound - rect.y))
      }
      let parts = [kept, read].compactMap { $0 }.filter { $0.height > 0 }
      band = (rect.y..<max(rows.upperBound, rect.maxY), Picture(stacking: parts))
    }
    guard let band else { preconditionFailure("a window has rows") }
    return shown(
      band.picture.crop(
        PixelRect(
          x: rect.x, y: rect.y - band.rows.lowerBound, width: rect.width, height: rect.height)))
  }
}

extension Picture {
  /// Pictures of one width below each other.
  fileprivate init(stacking parts: [Picture]) {
    guard parts.count > 1, let first = parts.first else {
      self = parts[0]
      return
    }
    self.init(
      planes: first.planes.indices.map { plane in
        Plane(
          width: first.width, height: parts.reduce(0) { $0 + $1.height },
          samples: parts.flatMap { $0.planes[plane].samples })
      })
  }
}
