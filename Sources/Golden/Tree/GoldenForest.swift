internal import Raster

/// The *tree* baseline: a regression forest on what the layout says of a pixel and its surroundings.
///
/// Beside the table it knows the distance to the edges of every layer, how dense the layout is around, and which way an
/// edge faces, so that it learns oblique light.
public struct GoldenForest: Sendable, Equatable {
  /// Standard deviation of the process blur, pixels of `pixelSizeUm`; see `StackRegion`.
  public let rounding: Double
  /// Typical size of the pixels that it learnt from, µm.
  public let pixelSizeUm: Double
  /// Planes of the pictures it paints, 1 or 3.
  public var channels: Int { forest.outputs }
  /// Layers of the stacks that it knows.
  public let layerCount: Int
  private let forest: Forest

  /// Grows a forest from photographs that were made ready.
  ///
  /// - Parameters:
  ///   - set: the photographs.
  ///   - settings: how it is grown.
  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  public init(learning set: TrainingSet, settings: TreeSettings = TreeSettings()) throws {
    precondition(settings.trees > 0, "a forest has a tree")
    (rounding, pixelSizeUm, layerCount) = (
      set.rounding, set.pixelSizeUm, set.stack.layers.count
    )
    let pixels = try GoldenForest.pixels(set, settings)
    let plausible = GoldenForest.plausible(pixels, settings)
    let share = Float(settings.pixelsPerTree) / Float(max(1, plausible.count))
    let grown = GoldenForest.grow(settings.trees) { number in
      let chance = settings.seed &* 0x1_0001 &+ UInt64(number)
      var rows = plausible.filter { SeededStream.share(chance, UInt64($0)) < share }
      return GrownTree(pixels, rows: &rows, settings: settings, number: number)
    }
    var forest = Forest(
      featureCount: LayerFeatures.count(layers: layerCount),
      outputs: set.lessons[0].photograph.channels)
    for tree in grown { forest.add(tree) }
    self.forest = forest
  }

  /// Results of calls on all cores, in their order.
  private static func grow<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      let shared = SharedElements(results)
      inParallel(count) { shared[$0] = body($0) }
    }
    return results.compactMap { $0 }
  }

  /// The pixels but those that depart most from what is usual where the layout is alike, as coarse trees tell, each from
  /// another part of the pixels.
  private static func plausible(_ pixels: TrainingPixels, _ settings: TreeSettings) -> [Int32] {
    let count = Int32(pixels.count)
    let dropped = Int(settings.dropped * Double(count))
    guard dropped > 0 else { return [Int32](0..<count) }
    var coarse = settings
    (coarse.leaves, coarse.leastLeaf) = (min(settings.leaves, 1024), 8 * settings.leastLeaf)
    let limits = coarse
    let parts = max(1, Int(count) / max(1, settings.pixelsPerTree))
    let residuals = grow(parts) { part -> [(row: Int32, residual: Float)] in
      var rows = (0..<count).filter { Int($0) % parts == part }
      let tree = GrownTree(pixels, rows: &rows, settings: limits, number: -1 - part)
      return tree.leaves.flatMap { leaf in
        rows[leaf.value].map { row in
          var rest = pixels.targets[Int(row)] + pixels.center - tree.nodes[leaf.key].value
          rest.w = 0
          return (row, (rest * rest).sum())
        }
      }
    }
    var departures = [Float](repeating: 0, count: Int(count))
    for (row, residual) in residuals.joined() { departures[Int(row)] = residual }
    var ordered = departures
    let limit = ordered.takeQuantile(1 - settings.dropped)
    return (0..<count).filter { departures[Int($0)] <= limit }
  }

  /// Takes pixels by chance, those near edges likelier.
  private static func pixels(_ set: TrainingSet, _ settings: TreeSettings) throws -> TrainingPixels
  {
    func weight(_ distance: Float) -> Float {
      let most = Float(settings.edgeWeight)
      return distance <= 3 ? most : distance <= 10 ? most.squareRoot() : 1
    }
    var total = 0.0
    for lesson in set.lessons {
      for y in lesson.area.y..<lesson.area.maxY {
        for x in lesson.area.x..<lesson.area.maxX {
          total += Double(weight(lesson.stack.edgeDistance[x, y]))
        }
      }
    }
    let share = Float(Double(settings.pixels) / max(1, total))
    let featureCount = LayerFeatures.count(layers: set.stack.layers.count)
    var rows: [Float] = []
    var colours: [SIMD4<Float>] = []
    rows.reserveCapacity(settings.pixels * featureCount * 11 / 10)
    for (number, (scan, lesson)) in zip(set.scans, set.lessons).enumerated() {
      let pixelSizeUm = scan.toScan.pixelSizeUm
      let rounding = set.rounding * (set.pixelSizeUm / pixelSizeUm)
      let drawn = try DrawnStack(
        set.stack, rect: scan.area, toScan: scan.toScan, mesh: scan.mesh,
        greatestRounding: rounding)
      let maker = LayerFeatureMaker(
        drawn, names: set.stack.layers.map(\.name), pixelSizeUm: pixelSizeUm, rounding: rounding)
      for band in maker.bands {
        let features = maker.features(in: band).planes
        for y in 0..<band.height {
          for x in 0..<band.width {
            let (column, row) = (band.x + x - scan.field.x, band.y + y - scan.field.y)
            let chance = SeededStream.share(
              settings.seed &+ UInt64(number) << 32, UInt64(row) << 32 | UInt64(column))
            guard chance < share * weight(lesson.stack.edgeDistance[column, row]) else { continue }
            let place = y &* band.width &+ x
            for plane in features { rows.append(plane.samples[place]) }
            var colour = SIMD4<Float>(repeating: 0)
            for (channel, plane) in lesson.photograph.planes.enumerated() {
              colour[channel] = plane[column, row]
            }
            colours.append(colour)
          }
        }
      }
    }
    return TrainingPixels(
      rows: rows, featureCount: featureCount, colours: colours, bins: settings.bins)
  }

  /// Paints the features of a region.
  func paint(_ features: LayerFeatures) -> Picture {
    Picture(planes: forest.evaluate(features.planes))
  }
}

extension GoldenForest: Codable {
  private enum CodingKeys: String, CodingKey {
    case rounding, pixelSizeUm, layerCount, forest
  }

  /// Reads a forest; what does not fit together is an error.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    rounding = try box.decode(Double.self, forKey: .rounding)
    pixelSizeUm = try box.decode(Double.self, forKey: .pixelSizeUm)
    layerCount = try box.decode(Int.self, forKey: .layerCount)
    forest = try box.decode(Forest.self, forKey: .forest)
    guard (0...1000).contains(rounding), pixelSizeUm > 0, pixelSizeUm.isFinite,
      (1...16).contains(layerCount),
      forest.featureCount == LayerFeatures.count(layers: layerCount), forest.outputs != 2
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "this is no forest for a stack"))
    }
  }
}
