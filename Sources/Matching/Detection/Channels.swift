internal import CKernels
internal import Foundation
internal import Raster

/// What is looked for in a residual whose noise is the same everywhere: matched filters from single pixels to wide stains,
/// and lines.
///
/// Wide filters run on means of 2 × 2, 4 × 4 and 8 × 8 pixels, which lie on the grid of the picture.
struct Channels {
  /// All channels, by name.
  static let names = [
    "0", "0.8", "1.5", "3", "6", "12", "line 32", "line 64", "band 2", "band 1", "edges",
  ]
  /// Those that end where the defect does: single pixels and their neighbours, and shapes that are not smoothed much; all
  /// shapes where nothing else is looked at.
  static func finest(isSuspect: Bool) -> Set<Int> { isSuspect ? [8, 9, 10] : [0, 1, 8, 10] }
  /// Those that come from shapes.
  static let shapes = 8...10
  static let bands = 8...9, edges = 10
  /// The narrow ones, but for single pixels.
  static let spots = 1...2
  /// The wide ones.
  static let stains = 3...5
  /// The lines.
  static let lines = 6...7

  /// Channels that are not looked at: beside clean scans in colour the shapes add nothing but false alarms; where no clean
  /// scan was seen nothing else is to be trusted, for where edges lie a little off there is much that is no noise.
  static func leftOut(planes: Int, isSuspect: Bool) -> Set<Int> {
    if isSuspect { return Set(0..<shapes.lowerBound) }
    return planes == 3 ? Set(shapes) : []
  }

  /// Directions that lines are looked for in.
  private static let directions = 16

  /// One of them in a field: planes, how far they are to be smoothed, and the pixels to a pixel of them.
  struct View {
    let number: Int
    let planes: [Plane]
    var sigma = 0.0
    var step = 1

    /// The length of what the planes show, in units of its kind of place, row by row on all cores.
    ///
    /// No plane is made of what is smoothed: a row of it is at hand for as long as it is read.
    ///
    /// - Parameter body: is given a row's number and its samples; rows come in any order.
    func forEachRow(
      _ strata: Labels, scale: [Float],
      _ body: @Sendable (_ y: Int, _ z: UnsafePointer<Float>) -> Void
    ) {
      let (width, count, step) = (planes[0].width, planes.count, step)
      // Beyond a border there is no noise, and less of it must not look like more.
      let filter =
        sigma > 0 ? RowFilter(taps: Plane.gaussian(sigma), width: width, inNothing: true) : nil
      let room = (count + 1) * width + (filter?.room ?? 0)
      Rows.reading(planes) { source in
        strata.withUnsafeRows { strata in
          RowBands(height: planes[0].height).inParallel { band in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { own in
              guard let z = own.baseAddress else { return }
              for y in band {
                source.row(y, by: filter, z + width) {
                  gd_length_row(
                    $0, count, strata.row(y * step + step / 2), step, scale, z, width)
                }
                body(y, z)
              }
            }
          }
        }
      }
    }

    /// The same as a plane.
    func length(_ strata: Labels, scale: [Float]) -> Plane {
      let width = planes[0].width
      var z = Plane.unfilled(width: width, height: planes[0].height)
      z.withUnsafeMutableRows { target in
        forEachRow(strata, scale: scale) { y, z in target.row(y).update(from: z, count: width) }
      }
      return z
    }
  }

  /// Whether planes of equal noise are looked at.
  static func wantsWhite(leavingOut left: Set<Int>) -> Bool {
    !left.isSuperset(of: 0..<shapes.lowerBound)
  }

  /// Calls `body` with each channel.
  ///
  /// - Parameters:
  ///   - white: planes of equal noise, and the brightness of them as the last; none where they are not looked at.
  ///   - shapes: the channels that come from shapes; empty planes where there is none.
  ///   - left: channels that are not wanted.
  static func visit(
    _ white: [Plane], shapes: [Plane], leavingOut left: Set<Int> = [],
    _ body: (View) -> Void
  ) {
    for (number, plane) in zip(Self.shapes, shapes)
    where plane.width > 0 && !left.contains(number) {
      body(View(number: number, planes: [plane]))
    }
    guard wantsWhite(leavingOut: left) else { return }
    let planes = Array(white.dropLast())
    for (number, sigma) in [0.0, 0.8, 1.5].enumerated() where !left.contains(number) {
      body(View(number: number, planes: planes, sigma: sigma))
    }
    var reduced = planes
    // A mean over 2, 4, 8 pixels is a little of the blur that is wanted.
    for (number, sigma) in [(3, 3.0), (4, 6.0), (5, 12.0)] {
      let step = 1 << (number - 2)
      reduced = reduced.map { $0.reduced(by: 2) }
      guard reduced[0].width > 0, reduced[0].height > 0, !left.contains(number) else { continue }
      body(View(number: number, planes: reduced, sigma: 0.98 * sigma / Double(step), step: step))
    }
    guard let light = white.last?.reduced(by: 2), light.width > 0, light.height > 0,
      lines.contains(where: { !left.contains($0) })
    else { return }
    let found = lineMeans(light)
    for (number, plane) in zip(lines, found) where !left.contains(number) {
      body(View(number: number, planes: [plane], step: 2))
    }
  }

  /// For each pixel the mean along a line through it that is furthest from 0, for lines of 16 and of 32 pixels; of the halves to
  /// either side that which is nearer to 0 counts, and none where one is brighter and one darker.
  ///
  /// So that what lies across a line makes none: a spot would cast rays.
  ///
  /// A sum of 2n pixels along a direction is one of n and the next n: doubled as in Brady, "A fast discrete approximation
  /// algorithm for the Radon transform", SIAM J. Comput. 1998.
  static func lineMeans(_ plane: Plane) -> [Plane] {
    let (width, height) = (plane.width, plane.height)
    // Two halves of the directions side by side, so that the result does not depend on the cores.
    let halves = 2
    var best = [Plane](
      repeating: Plane(width: width, height: height), count: 2 * halves)
    best.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let best = buffer  // Each half writes its own planes.
      inParallel(halves) { half in
        var sum = Plane.unfilled(width: width, height: height)
        var next = Plane.unfilled(width: width, height: height)
        var weaker = [Float](repeating: 0, count: width)
        for direction in stride(from: half, to: directions, by: halves) {
          let angle = Double(direction) * .pi / Double(directions)
          let (dx, dy) = (cos(angle), sin(angle))
          for doubling in 0..<5 {
            let length = Double(1 << doubling)
            let (right, down) = (Int((length * dx).rounded()), Int((length * dy).rounded()))
            next.withUnsafeMutableRows { target in
              (doubling == 0 ? plane : sum).withUnsafeRows { source in
                for y in 0..<height {
                  gd_add_shifted_row(
                    source.row(y), (0..<height).contains(y + down) ? source.row(y + down) : nil,
                    right, target.row(y), width)
                }
              }
            }
            if doubling >= 3 {
              // Centred: the sum begins at its pixel.
              let middle = (2 * length - 1) / 2
              let (backX, backY) = (Int((middle * dx).rounded()), Int((middle * dy).rounded()))
              let place = 2 * half + doubling - 3
              let whole = (0..<height).clamped(to: -down..<height - down)
              best[place].withUnsafeMutableRows { target in
                sum.withUnsafeRows { source in
                  for y in whole where (0..<height).contains(y + backY) {
                    gd_weaker_row(source.row(y), source.row(y + down), right, &weaker, width)
                    keep(weaker, -backX, 1 / Float(length), target.row(y + backY), width)
                  }
                }
              }
            }
            swap(&sum, &next)
          }
        }
      }
    }
    return (0..<2).map { length in
      var result = best[length]
      let other = best[2 + length]
      result.withUnsafeMutableRows { target in
        other.withUnsafeRows { source in
          for y in 0..<height { gd_keep_greater_row(source.row(y), 1, target.row(y), width) }
        }
      }
      return result
    }
  }

  /// Keeps the greater of what is there and a row moved by whole columns.
  private static func keep(
    _ row: UnsafePointer<Float>, _ shift: Int, _ share: Float,
    _ best: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    let (first, last) = (max(0, -shift), min(width, width - shift))
    guard first < last else { return }
    gd_keep_greater_row(row + first + shift, share, best + first, last - first)
  }
}
