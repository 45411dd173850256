public import Raster

/// One defect of a scan, as the truth has it.
public struct Defect: Sendable, Equatable {
  /// What is wrong.
  public var kind: DefectClass
  /// The smallest rectangle around the mask, in scan pixels; inside the scan.
  public var box: PixelRect
  /// 1 where the defect changes the photograph by more than two grey levels before noise, 0 elsewhere; of the box's size.
  public var mask: Plane
  /// Mean over the mask of the greatest change of a channel, in 8-bit grey levels.
  public var contrast: Double

  /// Pixels of the mask.
  public var areaPx: Int { mask.samples.count { $0 > 0 } }

  /// What differs between two exposures of a window; nil for nothing.
  ///
  /// - Parameters:
  ///   - clean: without the defect, of the window's size.
  ///   - marred: with it.
  ///   - window: the scan pixels that both show.
  ///   - field: the pixels that count.
  init?(_ kind: DefectClass, clean: Picture, marred: Picture, window: PixelRect, field: PixelRect) {
    var box = PixelRect(x: 0, y: 0, width: 0, height: 0)
    var mask = Plane(width: window.width, height: window.height)
    var sum = 0.0
    var count = 0.0
    for y in 0..<window.height {
      for x in 0..<window.width where field.contains(x: window.x + x, y: window.y + y) {
        var change: Float = 0
        for (before, after) in zip(clean.planes, marred.planes) {
          change = max(change, abs(after[x, y] - before[x, y]))
        }
        guard change > 2.0 / 255 else { continue }
        mask[x, y] = 1
        sum += Double(change)
        count += 1
        box = box.union(PixelRect(x: x, y: y, width: 1, height: 1))
      }
    }
    guard count > 0 else { return nil }
    self.kind = kind
    self.box = PixelRect(
      x: window.x + box.x, y: window.y + box.y, width: box.width, height: box.height)
    self.mask = mask.crop(box)
    contrast = sum / count * 255
  }
}
