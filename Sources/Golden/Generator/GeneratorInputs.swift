internal import Foundation
internal import Networks
public import Raster

/// What a generator is told of each pixel: coverage of each layer, its density around, and the pixel size.
public struct GeneratorInputs: Sendable, Equatable, Codable {
  /// Names of the layers, in the order of the planes.
  public var layers: [String]
  /// Standard deviations of the windows in which densities are told, pixels.
  public var densityScales: [Double]
  /// µm a pixel that size is told against, for a generator that paints several; nil for one that paints one.
  public var sizeReferenceUm: Double?

  /// Inputs for these layers.
  public init(layers: [String], densityScales: [Double], sizeReferenceUm: Double?) {
    (self.layers, self.densityScales) = (layers, densityScales)
    self.sizeReferenceUm = sizeReferenceUm
  }

  /// Planes in all.
  public var count: Int {
    layers.count * (1 + densityScales.count) + (sizeReferenceUm == nil ? 0 : 1)
  }

  /// Densities are taken over cells of so many pixels a side, that begin at multiples of it in the scan.
  private static let cell = 8

  /// The planes of a region, each pixel the same whichever rectangle it is asked in.
  ///
  /// - Parameters:
  ///   - rect: scan pixels.
  ///   - toScan: layout µm to scan pixels.
  ///   - mesh: how the scan departs from that map.
  /// - Returns: (rect.height, rect.width, `count`).
  /// - Throws: `LayoutError` where the region holds more than can be drawn.
  public func planes(
    _ stack: LayerStack, rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> [Plane] {
    let reach = Int((3 * (densityScales.max() ?? 0)).rounded(.up))
    let wide = reach > 0 ? rect.expanded(by: reach + Self.cell).aligned(to: Self.cell) : rect
    let drawn = try stack.coverage(rect: wide, toScan: toScan, mesh: mesh)
    let inner = PixelRect(
      x: rect.x - wide.x, y: rect.y - wide.y, width: rect.width, height: rect.height)
    var planes = drawn.map { $0.crop(inner) }
    if reach > 0 {
      let share = 1 / Double(Self.cell)
      for coverage in drawn {
        let cells = coverage.reduced(by: Self.cell)
        for scale in densityScales {
          planes.append(
            cells.smoothed(sigma: scale * share)
              .resampled(rect: inner, toSource: .scale(x: share, y: share)))
        }
      }
    }
    if let sizeReferenceUm {
      let octaves = Float(log2(toScan.pixelSizeUm / sizeReferenceUm) / 4)
      planes.append(Plane(width: rect.width, height: rect.height).map { _ in octaves })
    }
    return planes
  }
}

extension Tensor {
  /// Planes of one size as channels.
  init(planes: [Plane]) {
    let (width, height) = (planes[0].width, planes[0].height)
    let count = planes.count
    let values = [Float](unsafeUninitializedCapacity: width * height * count) { target, filled in
      nonisolated(unsafe) let target = target  // Each band writes its own rows.
      RowBands(height: height).inParallel { rows in
        for (channel, plane) in planes.enumerated() {
          plane.samples.withUnsafeBufferPointer { source in
            for index in rows.lowerBound * width..<rows.upperBound * width {
              target[index &* count &+ channel] = source[index]
            }
          }
        }
      }
      filled = width * height * count
    }
    self.init(height: height, width: width, channels: count, values: values)
  }

  /// The channels of a part as planes of a picture, held to 0…1.
  func picture(_ part: PixelRect) -> Picture {
    let (count, width) = (channels, self.width)
    return Picture(
      planes: (0..<channels).map { channel in
        var plane = Plane(width: part.width, height: part.height)
        values.withUnsafeBufferPointer { source in
          plane.withUnsafeMutableRows { target in
            nonisolated(unsafe) let source = source
            RowBands(height: part.height).inParallel { rows in
              for y in rows {
                let row = ((part.y &+ y) &* width &+ part.x) &* count &+ channel
                let line = target.row(y)
                for x in 0..<part.width { line[x] = min(max(source[row &+ x &* count], 0), 1) }
              }
            }
          }
        }
        return plane
      })
  }
}

extension Plane {
  /// Puts a part of another plane over a part of this one.
  ///
  /// - Parameters:
  ///   - part: pixels of the other plane.
  ///   - x, y: where its first sample comes to lie; it lies inside.
  mutating func paste(_ other: Plane, _ part: PixelRect, x: Int, y: Int) {
    guard !part.isEmpty else { return }
    withUnsafeMutableRows { target in
      other.withUnsafeRows { source in
        for row in 0..<part.height {
          (target.row(y + row) + x).update(
            from: source.row(part.y + row) + part.x, count: part.width)
        }
      }
    }
  }
}
