import Foundation
import ImageFiles
import Raster

/// Writes photographs of one die as PNG, band by band, so that memory does not grow with their height.
struct PhotographWriter {
  /// Rows painted at once.
  private static let bandRows = 256

  /// Writes one file for each way in which the die is photographed.
  ///
  /// - Throws: `LayoutError` where a part is too complex, `ImageFileError` where a file can't be written.
  static func write(_ photograph: Photograph, _ files: [(look: Photograph.Look, path: String)])
    throws
  {
    let bounds = photograph.bounds
    let looks = files.map(\.look)
    let writers = try files.map {
      try PNGWriter(
        path: $0.path, width: bounds.width, height: bounds.height, channels: 3,
        pixelSizeUm: nil)
    }
    let line = AssemblyLine(writers: writers, looks: looks, photograph: photograph)
    for top in stride(from: 0, through: bounds.height, by: bandRows) {
      let rows = min(bandRows, bounds.height - top)
      try line.step(
        next: rows > 0
          ? PixelRect(x: 0, y: top, width: bounds.width, height: rows) : nil)
    }
    if bounds.height % bandRows != 0 { try line.step(next: nil) }
    for writer in writers { try writer.finish() }
  }
}

/// Paints a band while the one before is written.
///
/// `@unchecked Sendable`: in a step, each file is one call's, and the next band another's.
private final class AssemblyLine: @unchecked Sendable {
  private let writers: [PNGWriter]
  private let looks: [Photograph.Look]
  private let photograph: Photograph
  private var ready: [Picture] = []
  private var painted: Result<[Picture], any Error> = .success([])
  private var failures: [(any Error)?]

  init(writers: [PNGWriter], looks: [Photograph.Look], photograph: Photograph) {
    (self.writers, self.looks, self.photograph) = (writers, looks, photograph)
    failures = Array(repeating: nil, count: writers.count)
  }

  func step(next: PixelRect?) throws {
    let count = ready.isEmpty ? 0 : writers.count
    failures.withUnsafeMutableBufferPointer { failures in
      let failures = Failures(slots: failures)
      inParallel(count + 1) { index in
        if index == 0 {
          self.painted = Result {
            try next.map { try self.photograph.pictures($0, looks: self.looks) } ?? []
          }
        } else {
          do {
            try self.writers[index - 1].write(rows: self.ready[index - 1])
          } catch {
            failures.slots[index - 1] = error
          }
        }
      }
    }
    for failure in failures { if let failure { throw failure } }
    ready = try painted.get()
  }
}

/// What went wrong in each file; each call writes another slot.
private struct Failures: @unchecked Sendable {
  let slots: UnsafeMutableBufferPointer<(any Error)?>
}
