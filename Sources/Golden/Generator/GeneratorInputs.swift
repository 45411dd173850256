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
      for (channel, plane) in planes.enumerated() {
        plane.samples.withUnsafeBufferPointer { source in
          for index in 0..<(width * height) { target[index &* count &+ channel] = source[index] }
        }
      }
      filled = width * height * count
    }
    self.init(height: height, width: width, channels: count, values: values)
  }

  /// The channels of a part as planes of a picture.
  func picture(_ part: PixelRect) -> Picture {
    let (count, width) = (channels, self.width)
    return Picture(
      planes: (0..<channels).map { channel in
        var plane = Plane(width: part.width, height: part.height)
        values.withUnsafeBufferPointer { source in
          plane.samples.withUnsafeMutableBufferPointer { target in
            for y in 0..<part.height {
              let row = ((part.y &+ y) &* width &+ part.x) &* count &+ channel
              for x in 0..<part.width {
                target[y &* part.width &+ x] = source[row &+ x &* count]
              }
            }
          }
        }
        return plane
      })
  }
}

extension Plane {
  /// Puts another plane over a part of this one.
  ///
  /// - Parameters:
  ///   - x, y: where its first sample comes to lie; it lies inside.
  mutating func paste(_ other: Plane, x: Int, y: Int) {
    for row in 0..<other.height {
      let from = row * other.width
      let to = (y + row) * width + x
      samples.replaceSubrange(to..<to + other.width, with: other.samples[from..<from + other.width])
    }
  }
}
