public import Foundation
internal import ImageFiles
public import Raster

/// A folder of photographs with flaws put into them, and the truth about them: `scans` and `truth.json`, as `SimulatedWafer`
/// writes them.
public struct MarredScans {
  private let folder: URL
  private var truth = Truth()

  /// Begins a folder.
  ///
  /// - Parameter folder: made where it is missing; one that holds something is refused, so that nothing is overwritten.
  /// - Throws: `SimulationError`.
  public init(at folder: URL) throws(SimulationError) {
    self.folder = folder
    try SimulatedWafer.prepare(folder)
    try SimulatedWafer.make(folder.appending(path: "scans"))
  }

  /// Adds a photograph.
  ///
  /// - Parameters:
  ///   - name: of the file, which is a PNG, without extension.
  ///   - picture: the whole of it.
  ///   - flaws: what was put in, in pixels of a part of the picture.
  ///   - corner: where that part begins in the picture.
  ///   - layoutToScan: layout µm to pixels of the picture.
  ///   - sidecar: content of a file that says where it was taken; nil for none.
  /// - Throws: `SimulationError` or `ImageFileError`.
  public mutating func add(
    _ name: String, _ picture: Picture, flaws: [PlantedFlaw], corner: (x: Int, y: Int),
    layoutToScan: Affine, sidecar: Data?
  ) throws {
    let file = folder.appending(path: "scans/\(name).png")
    try PNGWriter.write(picture, path: file.path)
    if let sidecar {
      try SimulatedWafer.write(
        sidecar, to: file.deletingPathExtension().appendingPathExtension("json"))
    }
    truth.scans[name + ".png"] = Truth.Scan(
      flaws: flaws, corner: corner, bounds: picture.bounds, layoutToScan: layoutToScan)
  }

  /// Writes the truth.
  ///
  /// - Throws: `SimulationError`.
  public func finish() throws {
    try SimulatedWafer.write(try truth.json(), to: folder.appending(path: "truth.json"))
  }
}

extension Truth.Scan {
  /// What is true of a photograph that flaws were put into.
  fileprivate init(
    flaws: [PlantedFlaw], corner: (x: Int, y: Int), bounds: PixelRect, layoutToScan map: Affine
  ) {
    layoutToScan = [[map.a, map.b, map.tx], [map.c, map.d, map.ty]]
    defects = flaws.map { flaw in
      var box = flaw.box
      (box.x, box.y) = (box.x + corner.x, box.y + corner.y)
      return Truth.Mark(
        class: flaw.kind.rawValue, box: box, contrast: (flaw.contrast * 10).rounded() / 10,
        areaPx: flaw.mask.samples.count { $0 > 0 },
        mask: Truth.RunLengths(flaw.mask, box, in: bounds))
    }
  }
}
