internal import Foundation
internal import ImageFiles
internal import Layout
internal import Matching
internal import Raster

/// Times matching: `bench matching stages [SIDE] [runs]`, and makes what a large scan is inspected with: `bench matching scan
/// FOLDER SIDE`.
enum MatchingBench {
  private static let layer = LayerID(layer: 1, datatype: 0)
  private static let pixelSizeUm = 0.5

  static func main(_ arguments: [String]) throws {
    switch (arguments.first, arguments.count) {
    case ("stages", 1...3):
      try stages(
        side: arguments.count > 1 ? Int(arguments[1]) ?? 2048 : 2048,
        runs: arguments.count > 2 ? Int(arguments[2]) ?? 3 : 3)
    case ("scan", 3): try scan(arguments[1], side: Int(arguments[2]) ?? 16384)
    default:
      print("usage: bench matching stages [SIDE] [runs] | scan FOLDER SIDE")
      exit(64)
    }
  }

  // MARK: Stages

  /// A picture of rectangles to register to.
  private struct Drawn: RegistrationReference {
    let coverage: Plane
    var noun: String { "layout" }
    var isDrawn: Bool { true }
    var yPointsUp: Bool { false }

    func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane] {
      let factor = max(1, Int((1 / abs(toGrid.determinant).squareRoot()).rounded()))
      return [
        coverage.reduced(by: factor).resampled(
          rect: PixelRect(x: 0, y: 0, width: width, height: height),
          toSource: toGrid.inverse.then(.scale(x: 1 / Double(factor), y: 1 / Double(factor))))
      ]
    }

    func extent(toScan: Affine, field: PixelRect) -> PixelRect { field }
    func suspectedExtent(toScan: Affine, field: PixelRect) throws -> PixelRect? { nil }
  }

  /// Times each stage on a colour scan, and prints the seconds of every run as one line of JSON.
  private static func stages(side: Int, runs: Int) throws {
    let bounds = PixelRect(x: 0, y: 0, width: side, height: side)
    var random = Chance()
    var coverage = Plane(width: side, height: side)
    for _ in 0..<side * side / 8192 {
      let (x, y) = (Int(random.next() * Float(side)), Int(random.next() * Float(side)))
      let part = PixelRect(
        x: x, y: y, width: 8 + Int(80 * random.next()), height: 8 + Int(80 * random.next())
      ).intersection(bounds)
      for row in part.y..<part.maxY {
        for column in part.x..<part.maxX { coverage[column, row] = 1 }
      }
    }
    let materials = Labels(stackOf: [coverage])
    let edgeDistance = materials.nearestOther(reach: 32).distance
    let shown = coverage.smoothed(sigma: 1)
    let golden = Picture(
      planes: [Float(0.3), 0.4, 0.2].map { dark in shown.map { dark + 0.3 * $0 } })
    func photograph() -> Picture {
      golden.mapPlanes { plane in
        var moved = plane.resampled(
          rect: bounds, toSource: .translation(x: 0.4 - 7, y: 0.3 + 5))
        for index in moved.samples.indices {
          moved.samples[index] += 0.02 * (random.next() + random.next() - 1)
        }
        return moved
      }
    }
    let (clean, scan) = (photograph(), photograph())
    var settings = RegistrationSettings()
    settings.searchPx = 0.1 * Double(side)
    let registrar = Registrar(reference: Drawn(coverage: coverage), settings: settings)
    let middle = Point(x: Double(side) / 2, y: Double(side) / 2)
    var seconds: [(name: String, runs: [Double])] = []
    func time<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
      let clock = ContinuousClock()
      let start = clock.now
      let result = try body()
      let took = (clock.now - start) / .seconds(1)
      if let index = seconds.firstIndex(where: { $0.name == name }) {
        seconds[index].runs.append(took)
      } else {
        seconds.append((name, [took]))
      }
      return result
    }
    func residual(_ scan: Picture) throws -> Residual {
      let luminance = time("brightness") { scan.luminance }
      let outcome = try time("registration") {
        try registrar.register(
          luminance, field: bounds, referencePoint: middle, scanPoint: middle)
      }
      guard case .registered(let placed) = outcome else {
        preconditionFailure("the scan shows its own layout")
      }
      let mesh = try time("mesh") {
        try registrar.mesh(luminance, field: bounds, toScan: placed.toScan)
      }
      let toSource = placed.toScan.inverse
      let placedGolden = time("golden moved") {
        golden.mapPlanes { $0.resampled(rect: bounds, toSource: toSource, mesh: mesh) }
      }
      return time("light and motion") {
        Residual(
          scan: scan, golden: placedGolden, materials: materials, edgeDistance: edgeDistance,
          area: bounds)
      }
    }
    let calibration = Calibrator.calibration(of: [
      Calibrator.Sample(
        name: "", residual: try residual(clean), materials: materials, edgeDistance: edgeDistance,
        place: nil, area: bounds)
    ])
    seconds = []
    for _ in 0..<runs {
      let left = try residual(scan)
      let comparison = time("channels and scores") {
        Comparison(
          left, materials: materials, edgeDistance: edgeDistance, place: nil,
          calibration: calibration)
      }
      let rules = Comparison.rules(
        score: Calibration.score(rate: 0.1), calibration: calibration)
      _ = time("findings") { comparison.findings(in: bounds, rules: rules) }
    }
    let mpx = Double(side * side) / 1e6
    draw(seconds, mpx: mpx)
    let parts = seconds.map { "\"\($0.name)\": \($0.runs)" }.joined(separator: ", ")
    print(#"{"seconds": {\#(parts)}, "amount": \#(mpx), "unit": "Mpx"}"#)
  }

  /// A bar for each stage, on standard error.
  private static func draw(_ seconds: [(name: String, runs: [Double])], mpx: Double) {
    let best = seconds.map { ($0.name, $0.runs.min() ?? 0) }
    let total = best.reduce(0) { $0 + $1.1 }
    var text = ""
    for (name, took) in best {
      let bar = String(repeating: "█", count: Int((50 * took / total).rounded()))
      text +=
        name.padding(toLength: 22, withPad: " ", startingAt: 0)
        + String(format: "%7.0f ms  ", 1000 * took) + bar + "\n"
    }
    text += String(format: "all %.2f s, %.1f Mpx/s\n", total, mpx / total)
    FileHandle.standardError.write(Data(text.utf8))
  }

  // MARK: A large scan

  /// Writes `layout.gds`, `scan.tif` (a tiled BigTIFF, grey) and `recipe.yaml`: blocks of rectangles, no two neighbours alike, a
  /// little noise, slow light and ten specks.
  private static func scan(_ path: String, side: Int) throws {
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let block = 512
    let blockUm = Double(block) * pixelSizeUm
    var random = Chance()
    var cells = (0..<48).map { number in
      GDSIILibrary.Cell(
        name: "BLOCK\(number)",
        elements: (0..<14).map { _ in
          let (x, y) = (Double(random.next()) * 190, Double(random.next()) * 190)
          let (w, h) = (5 + Double(random.next()) * 55, 5 + Double(random.next()) * 55)
          return .boundary(
            layer,
            [
              Point(x: x, y: y), Point(x: x + w, y: y), Point(x: x + w, y: y + h),
              Point(x: x, y: y + h),
            ])
        })
    }
    let count = (side + block - 1) / block
    cells.append(
      GDSIILibrary.Cell(
        name: "TOP",
        elements: (0..<count * count).map { place in
          .reference(
            cell: "BLOCK\(Int(random.next() * 47.99))",
            at: Point(
              x: Double(place % count) * blockUm, y: Double(place / count) * blockUm))
        }))
    let file = folder.appending(path: "layout.gds")
    try GDSIILibrary(cells: cells, dbuMicrometres: 0.001).write(to: file.path)
    let layout = try Layout(contentsOf: file.path)
    let size = Double(side) * pixelSizeUm
    let toScan = Affine.translation(x: 0, y: -size)
      .then(.scale(x: 1 / pixelSizeUm, y: -1 / pixelSizeUm)).then(.translation(x: 23.3, y: -11.6))
    let writer = try TIFFWriter(
      path: folder.appending(path: "scan.tif").path, width: side, height: side, channels: 1,
      compression: .deflate(level: 1), big: true)
    let noise = (0..<65536).map { _ in 0.02 * (random.next() + random.next() - 1) }
    let specks = (0..<10).map { _ in
      (x: Int(random.next() * Float(side - 40)), y: Int(random.next() * Float(side - 40)))
    }
    for top in stride(from: 0, to: side, by: 256) {
      let height = min(256, side - top)
      var band = Plane(width: side, height: height)
      for left in stride(from: 0, to: side, by: 8192) {
        let part = PixelRect(x: left, y: top, width: min(8192, side - left), height: height)
        let drawn = try layout.coverage(
          of: layer, in: layout.topCells[0], layoutToScan: toScan, rect: part.expanded(by: 4)
        ).smoothed(sigma: 1)
        for y in 0..<height {
          for x in 0..<part.width {
            band[left + x, y] =
              0.3 + 0.35 * drawn[x + 4, y + 4] + 0.05 * Float(left + x) / Float(side)
              + noise[(left &+ x &+ (top &+ y) &* 7919) & 65535]
          }
        }
      }
      for speck in specks {
        for y in max(speck.y, top)..<max(max(speck.y, top), min(speck.y + 9, top + height)) {
          for x in speck.x..<speck.x + 9 { band[x, y - top] = 0.9 }
        }
      }
      try writer.write(rows: Picture(planes: [band]))
    }
    try writer.finish()
    let recipe = """
      device: large
      layout: {file: layout.gds, cell: TOP, layers: {metal: 1/0}}
      scan: {pixel_size_um: \(pixelSizeUm)}
      matching: {search: 100px, rotation_deg: 0.1}
      """
    try Data(recipe.utf8).write(to: folder.appending(path: "recipe.yaml"))
  }
}

/// Numbers from 0 to 1, the same in every run.
private struct Chance {
  private var state: UInt32 = 9

  mutating func next() -> Float {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / Float(1 << 24)
  }
}
