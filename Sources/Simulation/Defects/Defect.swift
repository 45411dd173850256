public import Raster

/// One defect of a scan, as the truth has it.
public struct Defect: Sendable, Equatable {
  /// What is wrong.
  public var kind: DefectClass
  /// The smallest rectangle around the mask, in scan pixels; inside the scan.
  public var box: PixelRect
  /// 1 where the defect is, 0 elsewhere; of the box's size.
  ///
  /// It is where a channel changes by three grey levels or more before noise, or by a quarter of the greatest change
  /// where that is less, but never by less than one.
  public var mask: Plane
  /// Mean over the mask of the greatest change of a channel, in 8-bit grey levels before noise.
  public var contrast: Double

  /// Pixels of the mask.
  public var areaPx: Int { mask.samples.count { $0 > 0 } }
}

/// A defect with what it adds to the picture on the sensor.
struct PlantedDefect: Sendable {
  let defect: Defect
  /// The scan pixels that change.
  let window: PixelRect
  /// What is added there to red, green and blue; planes of the window's size.
  let change: [Plane]

  /// What differs between two exposures of a window, faded to a contrast.
  ///
  /// - Parameters:
  ///   - clean: without the defect, of the window's size.
  ///   - marred: with it.
  ///   - window: the scan pixels that both show, inside the scan.
  ///   - contrast: the greatest contrast in grey levels; nil for what there is.
  /// - Returns: nil where nothing is to be seen.
  init?(
    _ kind: DefectClass, clean: Picture, marred: Picture, window: PixelRect, contrast: Double?
  ) {
    var change = zip(clean.planes, marred.planes).map { before, after in
      Plane(
        width: before.width, height: before.height,
        samples: zip(before.samples, after.samples).map { $1 - $0 })
    }
    guard var mask = Self.mask(change) else { return nil }
    if let contrast, contrast < mask.contrast {
      // Fading moves the mask's limit, and with it the mean within.
      for _ in 0..<3 {
        let share = Float(contrast / mask.contrast)
        change = change.map { $0.map { $0 * share } }
        guard let faded = Self.mask(change) else { return nil }
        mask = faded
      }
    }
    self.window = window
    self.change = change
    let box = mask.box
    defect = Defect(
      kind: kind,
      box: PixelRect(
        x: window.x + box.x, y: window.y + box.y, width: box.width, height: box.height),
      mask: mask.plane.crop(box), contrast: mask.contrast)
  }

  /// Where planes of change change, the box around that, and how much on average.
  static func mask(
    _ change: [Plane]
  ) -> (plane: Plane, box: PixelRect, contrast: Double)? {
    var greatest = change[0].map { abs($0) }
    for plane in change.dropFirst() {
      for index in greatest.samples.indices {
        greatest.samples[index] = max(greatest.samples[index], abs(plane.samples[index]))
      }
    }
    let peak = greatest.samples.max() ?? 0
    let limit = max(min(peak / 4, 3.0 / 255), 1.0 / 255)
    var box = PixelRect(x: 0, y: 0, width: 0, height: 0)
    var (sum, count) = (0.0, 0.0)
    var mask = Plane(width: greatest.width, height: greatest.height)
    for y in 0..<mask.height {
      for x in 0..<mask.width where greatest[x, y] >= limit {
        mask[x, y] = 1
        sum += Double(greatest[x, y])
        count += 1
        box = box.union(PixelRect(x: x, y: y, width: 1, height: 1))
      }
    }
    return count > 0 ? (mask, box, sum / count * 255) : nil
  }

  /// Adds the change to the part of the sensor that a picture shows.
  func add(to picture: inout Picture, rect: PixelRect) {
    let common = window.intersection(rect)
    for channel in 0..<3 {
      for y in common.y..<common.maxY {
        for x in common.x..<common.maxX {
          picture.planes[channel][x - rect.x, y - rect.y] +=
            change[channel][x - window.x, y - window.y]
        }
      }
    }
  }
}
