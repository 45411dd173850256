internal import Foundation
internal import Layout
internal import Raster

/// Times layouts: `bench layout read FILE [runs] | generate FILE MEGABYTES | window FILE | fill FILE SIDE UM_PER_PX [runs]`.
enum LayoutBench {
  static func main(_ arguments: [String]) throws {
    let number = arguments.count > 2 ? Double(arguments[2]) : nil
    switch (arguments.first, arguments.count) {
    case ("read", 2...3): try read(arguments[1], runs: Int(number ?? 9))
    case ("generate", 3): try LayoutGenerator.write(to: arguments[1], megabytes: number ?? 1024)
    case ("window", 2): try window(arguments[1])
    case ("fill", 4...5):
      try fill(
        arguments[1], side: Int(number ?? 4096), umPerPx: Double(arguments[3]) ?? 0.1,
        runs: arguments.count > 4 ? Int(arguments[4]) ?? 3 : 3)
    default:
      print("usage: bench layout read|generate|window|fill FILE …")
      exit(64)
    }
  }

  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// The most memory that this process has held, in MB; pages of mapped files count.
  static var peakMegabytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1024
  }

  private static func read(_ path: String, runs: Int) throws {
    // What was read is let go of after the time is taken, as the peers do.
    var kept: Layout?
    let times = try (0..<runs).map { _ in
      kept = nil
      return try seconds { kept = try Layout(contentsOf: path) }
    }
    withExtendedLifetime(kept) {}
    print(#"{"seconds": \#(times)}"#)
  }

  /// Opens a file and asks it for 4096² pixels at 64 places of its top cell, each of the commonest layer.
  private static func window(_ path: String) throws {
    var opened: Layout?
    let open = try seconds { opened = try Layout(contentsOf: path) }
    guard let layout = opened, let cell = layout.topCells.first,
      let box = layout.bounds(of: cell),
      let layer = layout.layers.max(by: {
        layout.shapes(of: $0, in: cell).count < layout.shapes(of: $1, in: cell).count
      })
    else { return }
    var random = SystemRandomNumberGenerator()
    var times: [Double] = []
    var most = 0
    for _ in 0..<64 {
      let (x, y) = (
        Double.random(in: box.low.x...box.high.x, using: &random),
        Double.random(in: box.low.y...box.high.y, using: &random)
      )
      let window = Box(low: Point(x: x, y: y), high: Point(x: x + 100, y: y + 100))
      var count = 0
      times.append(
        try seconds {
          try layout.forEachPolygon(of: layer, in: cell, within: window) { _ in count += 1 }
        })
      most = max(most, count)
    }
    print(
      #"{"open_s": \#(open), "window_worst_ms": \#((times.max() ?? 0) * 1e3), "#
        + #""window_first_ms": \#(times[0] * 1e3), "most_polygons": \#(most), "#
        + #""peak_mb": \#(peakMegabytes)}"#)
  }

  /// Fills the square that shows the most polygons of the commonest layer, again and again in the same memory.
  private static func fill(_ path: String, side: Int, umPerPx: Double, runs: Int) throws {
    let layout = try Layout(contentsOf: path)
    guard let cell = layout.topCells.first,
      let layer = layout.layers.max(by: {
        layout.shapes(of: $0, in: cell).count < layout.shapes(of: $1, in: cell).count
      }), let densest = try densest(layout, layer, cell, sideUm: Double(side) * umPerPx)
    else { return }
    let (scale, half, middle) = (1 / umPerPx, Double(side) / 2, densest.center)
    let map = Affine(
      a: scale, b: 0, tx: half - middle.x * scale, c: 0, d: -scale, ty: half + middle.y * scale)
    let rect = PixelRect(x: 0, y: 0, width: side, height: side)
    var plane = Plane(width: side, height: side)
    let cpu = processorSeconds
    let times = try (0..<runs).map { _ in
      try seconds {
        try layout.coverage(
          of: layer, in: cell, layoutToScan: map, rect: rect, into: &plane)
      }
    }
    let spent = (processorSeconds - cpu) / Double(runs)
    let sum = plane.samples.reduce(0) { $0 + Double($1) }
    print(
      #"{"seconds": \#(times), "processor_s": \#(spent), "covered_px": \#(sum), "#
        + #""center_um": [\#(middle.x), \#(middle.y)]}"#)
  }

  /// The square of a grid over the layer that the most polygons touch; the squares overlap by half.
  private static func densest(
    _ layout: Layout, _ layer: LayerID, _ cell: CellID, sideUm: Double
  ) throws -> Box? {
    guard let box = layout.bounds(of: layer, in: cell) else { return nil }
    let steps = [box.high.x - box.low.x, box.high.y - box.low.y].map {
      max(sideUm / 2, $0 / 64)
    }
    var (best, most) = (nil as Box?, -1)
    for y in stride(from: box.low.y, through: box.high.y, by: steps[1]) {
      for x in stride(from: box.low.x, through: box.high.x, by: steps[0]) {
        let square = Box(low: Point(x: x, y: y), high: Point(x: x + sideUm, y: y + sideUm))
        var count = 0
        try layout.forEachPolygon(of: layer, in: cell, within: square) { _ in count += 1 }
        if count > most { (best, most) = (square, count) }
      }
    }
    return best
  }

  /// What all threads of this process have taken of the processors.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
