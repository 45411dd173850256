internal import Networks
internal import Raster

/// The windows that a generator is taught with, or judged by.
struct TrainingWindows {
  private let stack: LayerStack
  private let inputs: GeneratorInputs
  /// The photographs as they are placed now.
  private(set) var scans: [TrainingScan]
  private(set) var windows: [TrainingWindow] = []
  /// Where each combination of layers occurs: the windows, and places in them.
  private var materials: [[(window: Int, x: Int, y: Int)]] = []
  /// The stack codes of the combinations of which enough is seen away from edges for them to be learnt, in rising order.
  private(set) var taughtMaterials: [UInt16] = []
  /// Windows weighted by their area: the running sum of their pixels.
  private var sums: [Int] = []

  /// Bytes of inputs that are kept in memory at most; of more, windows drawn at random are kept.
  private static let greatestBytes = 2 << 30
  /// So many pixels of a combination of layers must be seen for it to be learnt.
  private static let leastTaught = 200

  /// - Parameter reductions: the magnifications that each scan is shown in, as pixels of the scan along a side of one shown.
  /// - Throws: `LayoutError` where a window holds more than can be drawn.
  init(
    _ stack: LayerStack, inputs: GeneratorInputs, scans: [TrainingScan], seed: UInt64,
    reductions: (TrainingScan) -> [Int] = { _ in [1] }
  ) throws {
    (self.stack, self.inputs, self.scans) = (stack, inputs, scans)
    let shown = scans.enumerated().flatMap { index, scan in
      reductions(scan).map { (scan: index, reduction: $0, shown: scan.reduced(by: $0)) }
    }
    var parts = shown.indices.flatMap { index in
      TrainingWindow.parts(of: shown[index].shown.area).map { (shown: index, rect: $0) }
    }
    let bytes = parts.reduce(0) { $0 + $1.rect.area * 4 * inputs.count }
    if bytes > Self.greatestBytes {
      var random = SeededStream(seed, 0x77)
      parts.shuffle(using: &random)
      var left = Self.greatestBytes
      parts = parts.filter {
        left -= $0.rect.area * 4 * inputs.count
        return left >= 0
      }
    }
    for part in parts {
      let (index, reduction, scan) = shown[part.shown]
      let local = part.rect.moved(x: -scan.field.x, y: -scan.field.y)
      windows.append(
        TrainingWindow(
          scan: index, reduction: reduction, rect: part.rect, inputs: try drawn(part.rect, scan),
          layers: inputs.layers.count, photograph: scan.photograph.mapPlanes { $0.crop(local) },
          weight: Plane(width: local.width, height: local.height).map { _ in 1 }))
    }
    var places: [UInt16: [(window: Int, x: Int, y: Int)]] = [:]
    var wide: [UInt16: Int] = [:]
    for (index, window) in windows.enumerated() {
      let stack = window.stack(layers: inputs.layers.count)
      for place in TrainingWindow.materials(in: stack) {
        places[place.code, default: []].append((index, place.x, place.y))
      }
      wide.merge(TrainingWindow.wideMaterials(in: stack), uniquingKeysWith: +)
    }
    materials = places.sorted { $0.key < $1.key }.map(\.value)
    taughtMaterials = wide.filter { $0.value >= Self.leastTaught }.keys.sorted()
    var sum = 0
    sums = windows.map {
      // By area a reduced scan would hardly be seen, by what it shows it would be seen as often as the whole.
      sum += $0.rect.area * $0.reduction
      return sum
    }
  }

  private func drawn(_ rect: PixelRect, _ scan: TrainingScan) throws -> Tensor {
    Tensor(planes: try inputs.planes(stack, rect: rect, toScan: scan.toScan, mesh: scan.mesh))
  }

  /// Pixels along the side that patches can have at most, a multiple of `step`.
  func patchSide(atMost side: Int, multiple step: Int) -> Int {
    let least = windows.map { min($0.rect.width, $0.rect.height) }.min() ?? 0
    return min(side, least) / step * step
  }

  /// Takes a photograph that was placed anew, and which of its pixels are left out.
  mutating func place(_ scan: Int, _ placed: TrainingScan, weight: Plane) throws {
    scans[scan] = placed
    for index in windows.indices where windows[index].scan == scan {
      let (rect, reduction) = (windows[index].rect, windows[index].reduction)
      let shown = placed.reduced(by: reduction)
      let local = rect.moved(x: -shown.field.x, y: -shown.field.y)
      windows[index].place(try drawn(rect, shown), layers: inputs.layers.count)
      windows[index].weight = weight.reduced(by: reduction).crop(local)
    }
  }

  /// A patch that depends on nothing but the numbers given.
  ///
  /// Half of them are drawn by what they show, each combination of layers as often as another, so that the rare ones are
  /// learnt too. Of the others, those without an edge teach little and are drawn more seldom.
  func patch(
    seed: UInt64, step: Int, sample: Int, side: Int, symmetries: [Symmetry]
  ) -> Patch {
    var random = SeededStream(seed, UInt64(step), UInt64(sample))
    let place =
      Bool.random(using: &random)
      ? placeByMaterial(side, using: &random) : placeByArea(side, using: &random)
    let symmetry = symmetries.randomElement(using: &random) ?? .identity
    return Patch(windows[place.window], x: place.x, y: place.y, side: side, symmetry: symmetry)
  }

  private func placeByMaterial(
    _ side: Int, using random: inout SeededStream
  ) -> (window: Int, x: Int, y: Int) {
    let places = materials[Int.random(in: 0..<materials.count, using: &random)]
    let place = places[Int.random(in: 0..<places.count, using: &random)]
    let rect = windows[place.window].rect
    let margin = TrainingSettings.margin
    func start(_ cell: Int, _ length: Int) -> Int {
      let offset = Int.random(in: margin...side - margin - TrainingWindow.cell, using: &random)
      return min(max(0, cell - offset), length - side)
    }
    return (place.window, start(place.x, rect.width), start(place.y, rect.height))
  }

  private func placeByArea(
    _ side: Int, using random: inout SeededStream
  ) -> (window: Int, x: Int, y: Int) {
    var (window, x, y) = (0, 0, 0)
    for _ in 0..<4 {
      let place = Int.random(in: 0..<(sums.last ?? 1), using: &random)
      window = sums.firstIndex { $0 > place } ?? 0
      let rect = windows[window].rect
      x = Int.random(in: 0...rect.width - side, using: &random)
      y = Int.random(in: 0...rect.height - side, using: &random)
      let edges = windows[window].edgeShare(x: x, y: y, side: side)
      if Double.random(in: 0..<1, using: &random) < 0.2 + 2 * edges { break }
    }
    return (window, x, y)
  }
}
