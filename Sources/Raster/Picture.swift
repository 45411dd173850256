/// A photograph or a rendering: planes of one size, one (grey) or three (red, green, blue), brightness 0…1.
public struct Picture: Sendable, Equatable {
  /// One plane, or red, green and blue.
  public var planes: [Plane]

  /// A picture of one or three planes of the same size.
  public init(planes: [Plane]) {
    precondition(planes.count == 1 || planes.count == 3, "a picture has one plane or three")
    precondition(
      planes.allSatisfy { $0.width == planes[0].width && $0.height == planes[0].height },
      "the planes of a picture have one size")
    self.planes = planes
  }

  /// Columns.
  public var width: Int { planes[0].width }
  /// Rows.
  public var height: Int { planes[0].height }
  /// 1 or 3.
  public var channels: Int { planes.count }
  /// The rectangle of all pixels.
  public var bounds: PixelRect { planes[0].bounds }

  /// Brightness: the grey plane itself, or the BT.709 luma of red, green and blue.
  public var luminance: Plane {
    guard channels == 3 else { return planes[0] }
    return Plane(width: width, height: height) { target in
      planes[0].samples.withUnsafeBufferPointer { red in
        planes[1].samples.withUnsafeBufferPointer { green in
          planes[2].samples.withUnsafeBufferPointer { blue in
            for index in 0..<red.count {
              target[index] = 0.2126 * red[index] + 0.7152 * green[index] + 0.0722 * blue[index]
            }
          }
        }
      }
    }
  }

  /// One plane where red, green and blue are the same everywhere, as when a grey picture was stored in colour.
  public var withoutIdleColour: Picture {
    guard channels == 3, planes[0] == planes[1], planes[1] == planes[2] else { return self }
    return Picture(planes: [planes[0]])
  }

  /// The pixels of a rectangle inside the picture.
  public func crop(_ rect: PixelRect) -> Picture { Picture(planes: planes.map { $0.crop(rect) }) }

  /// Each plane through `transform`, which keeps all of them at one size.
  public func mapPlanes(_ transform: (Plane) throws -> Plane) rethrows -> Picture {
    Picture(planes: try planes.map(transform))
  }
}
