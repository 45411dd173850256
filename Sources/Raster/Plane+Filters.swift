internal import CKernels
internal import Foundation

extension Plane {
  /// The plane smoothed by a Gaussian, cut at 3 σ.
  ///
  /// - Parameters:
  ///   - sigma: standard deviation in pixels; 0 or less gives the plane itself.
  ///   - inNothing: whether 0 lies around the plane; else its edges are repeated.
  public func smoothed(sigma: Double, inNothing: Bool = false) -> Plane {
    sigma > 0 ? convolved(taps: Self.gaussian(sigma), inNothing: inNothing) : self
  }

  /// The taps of a Gaussian, cut at 3 σ, from the middle on; their sum with those of the other side is 1.
  ///
  /// - Parameter sigma: standard deviation in pixels, above 0.
  package static func gaussian(_ sigma: Double) -> [Float] {
    let radius = max(1, Int((3 * sigma).rounded(.up)))
    let taps = (0...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = taps[0] + 2 * taps.dropFirst().reduce(0, +)
    return taps.map { $0 / sum }
  }

  /// The plane convolved along columns and rows with symmetric taps, `taps[0]` in the middle.
  ///
  /// - Parameters:
  ///   - taps: one or more.
  ///   - inNothing: whether 0 lies around the plane; else its edges are repeated.
  public func convolved(taps: [Float], inNothing: Bool = false) -> Plane {
    let radius = taps.count - 1
    guard width > 0, height > 0 else { return self }
    guard radius > 0 else { return map { $0 * taps[0] * taps[0] } }
    let (width, height) = (width, height)
    let filter = RowFilter(taps: taps, width: width, inNothing: inNothing)
    var result = Plane.unfilled(width: width, height: height)
    result.withUnsafeMutableRows { target in
      self.withUnsafeRows { source in
        RowBands(height: height).inParallel { rows in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: filter.room) { room in
            guard let room = room.baseAddress else { return }
            for y in rows { filter.run(source, y, into: target.row(y), room) }
          }
        }
      }
    }
    return result
  }

  /// The plane reduced by a whole factor; each pixel is the mean of a `factor × factor` block.
  ///
  /// - Parameter factor: 1 to 2048; columns and rows beyond the last whole block are left out.
  public func reduced(by factor: Int) -> Plane {
    precondition(1...2048 ~= factor, "a reduction needs a factor of 1 to 2048")
    guard factor > 1 else { return self }
    var result = Plane.unfilled(width: width / factor, height: height / factor)
    let bands = RowBands(height: result.height)
    let reducedWidth = result.width
    result.withUnsafeMutableRows { target in
      self.withUnsafeRows { source in
        bands.inParallel { rows in
          for y in rows {
            source.withRows(from: y * factor, count: factor) {
              gd_box_reduce_row($0, target.row(y), reducedWidth, factor)
            }
          }
        }
      }
    }
    return result
  }

  /// The least and the greatest sample within ±`radius` pixels in both directions, edges repeated.
  public func extremes(radius: Int) -> (low: Plane, high: Plane) {
    guard radius > 0, width > 0, height > 0 else { return (self, self) }
    let (width, height) = (width, height)
    var rowLow = Plane.unfilled(width: width, height: height)
    var rowHigh = Plane.unfilled(width: width, height: height)
    let bands = RowBands(height: height)
    rowLow.withUnsafeMutableRows { low in
      rowHigh.withUnsafeMutableRows { high in
        self.withUnsafeRows { source in
          bands.inParallel { rows in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: width + 2 * radius) { scratch in
              guard let scratch = scratch.baseAddress else { return }
              for y in rows {
                gd_extremes_row(source.row(y), low.row(y), high.row(y), width, radius, scratch)
              }
            }
          }
        }
      }
    }
    var resultLow = Plane.unfilled(width: width, height: height)
    var resultHigh = Plane.unfilled(width: width, height: height)
    resultLow.withUnsafeMutableRows { low in
      resultHigh.withUnsafeMutableRows { high in
        rowLow.withUnsafeRows { sourceLow in
          rowHigh.withUnsafeRows { sourceHigh in
            bands.inParallel { rows in
              for y in rows {
                low.row(y).update(from: sourceLow.row(y), count: width)
                high.row(y).update(from: sourceHigh.row(y), count: width)
                for k in -radius...radius where k != 0 {
                  let other = min(max(y + k, 0), height - 1)
                  gd_merge_extremes(
                    sourceLow.row(other), sourceHigh.row(other), low.row(y), high.row(y), width)
                }
              }
            }
          }
        }
      }
    }
    return (resultLow, resultHigh)
  }

  /// |∇| by central differences, brightness a pixel; 0 on the outermost pixels.
  public func gradientMagnitude() -> Plane {
    var result = Plane(width: width, height: height)
    guard width > 2, height > 2 else { return result }
    let width = width
    let bands = RowBands(height: height - 2)
    result.withUnsafeMutableRows { target in
      self.withUnsafeRows { source in
        bands.inParallel { rows in
          for y in rows {
            gd_gradient_row(
              source.row(y), source.row(y + 1), source.row(y + 2), target.row(y + 1), width)
          }
        }
      }
    }
    return result
  }
}
