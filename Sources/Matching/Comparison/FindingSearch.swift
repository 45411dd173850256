internal import Foundation
public import Raster

/// One connected place that differs from the golden, in pixels of the compared field.
public struct Finding: Sendable, Equatable {
  /// The smallest rectangle around it.
  public let box: PixelRect
  /// Flagged pixels as runs of one row: row, first column, one past the last column.
  public let runs: [Run]
  /// Flagged pixels in all.
  public let areaPx: Int
  /// Their middle.
  public let center: Point
  /// Greatest difference, standard deviations.
  public let score: Double
  /// Mean difference inside, grey levels of 255, signed.
  public let contrast: Double

  /// Flagged pixels side by side in one row.
  public struct Run: Sendable, Equatable {
    /// The row.
    public let y: Int
    /// The columns.
    public let columns: Range<Int>
  }

  /// Whether a pixel is flagged.
  public func contains(x: Int, y: Int) -> Bool {
    runs.contains { $0.y == y && $0.columns.contains(x) }
  }
}

/// From a normalised difference to findings: seeds, growth, merging, measures.
struct FindingSearch {
  let findings: [Finding]

  /// Pixels that stand out by themselves, from which on a finding is made of them.
  private static let leastClear = 6

  /// What is flagged: a strength from `seed` on, and what touches it from `grow` on.
  struct Rules {
    var seed, grow: Float
    /// Least contrast of a seed and of what it grows over, brightness 0…1.
    var seedContrast, growContrast: Float
    var leastAreaPx, mergeDistancePx: Int
  }

  /// - Parameters:
  ///   - difference: of the field.
  ///   - area: the pixels that count.
  init(_ difference: Difference, area: PixelRect, settings: ComparisonSettings) {
    let contrast = Float(settings.leastContrast / 255)
    self.init(
      strength: difference.normalised, contrast: difference.contrast, area: area,
      rules: Rules(
        seed: Float(settings.seedSigma), grow: Float(settings.seedSigma * settings.growShare),
        seedContrast: contrast, growContrast: contrast * Float(settings.growShare),
        leastAreaPx: settings.leastAreaPx, mergeDistancePx: settings.mergeDistancePx))
  }

  /// - Parameters:
  ///   - strength: how much each pixel stands out, of either sign.
  ///   - contrast: its difference, brightness 0…1, signed.
  ///   - area: the pixels that count.
  ///   - fine: how much each pixel stands out by itself; a finding that has enough such pixels is made of them alone, for
  ///     wide filters see it from further off. Nil leaves findings as they are.
  init(
    strength normalised: Plane, contrast: Plane, area: PixelRect, rules: Rules, fine: Plane? = nil
  ) {
    let (grow, seed) = (rules.grow, rules.seed)
    // Places that may belong to a finding, grown by half the merging distance, so that near ones touch.
    var flagged = Plane(width: normalised.width, height: normalised.height)
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        let index = y &* normalised.width &+ x
        if abs(normalised.samples[index]) >= grow,
          abs(contrast.samples[index]) >= rules.growContrast
        {
          flagged.samples[index] = 1
        }
      }
    }
    let islands = Components(flagged)
    // Islands without a seed, or too small, are noise: they must not glue findings together.
    var kept = flagged
    var strong = [Bool](repeating: false, count: islands.count + 1)
    var size = [Int](repeating: 0, count: islands.count + 1)
    for index in normalised.samples.indices {
      let label = islands.labels[index]
      guard label > 0 else { continue }
      size[label] += 1
      if abs(normalised.samples[index]) >= seed, abs(contrast.samples[index]) >= rules.seedContrast
      {
        strong[label] = true
      }
    }
    var clear = [Int](repeating: 0, count: islands.count + 1)
    if let fine {
      for index in fine.samples.indices where fine.samples[index] >= grow {
        clear[islands.labels[index]] += 1
      }
    }
    for index in kept.samples.indices {
      let label = islands.labels[index]
      guard label > 0 else { continue }
      let isHalo = clear[label] >= Self.leastClear && (fine?.samples[index] ?? grow) < grow
      if !strong[label] || size[label] < rules.leastAreaPx || isHalo { kept.samples[index] = 0 }
    }
    let near = kept.extremes(radius: (rules.mergeDistancePx + 1) / 2).high
    let groups = Components(near)
    findings = FindingSearch.measure(groups, kept, normalised, contrast)
      .sorted {
        ($0.score, $0.areaPx, -$0.box.y, -$0.box.x) > ($1.score, $1.areaPx, -$1.box.y, -$1.box.x)
      }
  }

  private static func measure(
    _ groups: Components, _ kept: Plane, _ normalised: Plane, _ contrast: Plane
  ) -> [Finding] {
    var runs = [[Finding.Run]](repeating: [], count: groups.count + 1)
    let width = kept.width
    for y in 0..<kept.height {
      var x = 0
      while x < width {
        let label = groups.labels[y &* width &+ x]
        guard label > 0, kept.samples[y &* width &+ x] > 0 else {
          x += 1
          continue
        }
        let start = x
        while x < width, kept.samples[y &* width &+ x] > 0 { x += 1 }
        runs[label].append(Finding.Run(y: y, columns: start..<x))
      }
    }
    return runs.compactMap { runs in
      guard let first = runs.first else { return nil }
      var box = PixelRect(x: first.columns.lowerBound, y: first.y, width: 1, height: 1)
      var (area, sumX, sumY, peak, sum) = (0, 0.0, 0.0, Float(0), Float(0))
      for run in runs {
        box = box.union(
          PixelRect(x: run.columns.lowerBound, y: run.y, width: run.columns.count, height: 1))
        for x in run.columns {
          let index = run.y * width + x
          area += 1
          sumX += Double(x) + 0.5
          sumY += Double(run.y) + 0.5
          peak = max(peak, abs(normalised.samples[index]))
          sum += contrast.samples[index]
        }
      }
      return Finding(
        box: box, runs: runs, areaPx: area,
        center: Point(x: sumX / Double(area), y: sumY / Double(area)), score: Double(peak),
        contrast: 255 * Double(sum) / Double(area))
    }
  }
}

/// Connected places of a mask, with neighbours along edges and corners.
struct Components {
  /// 0 outside, 1… inside, row-major.
  private(set) var labels: [Int]
  /// How many there are.
  let count: Int

  /// Labels pixels above ½.
  init(_ mask: Plane) {
    let (width, height) = (mask.width, mask.height)
    var labels = [Int](repeating: 0, count: width * height)
    var parents = [0]
    func root(_ label: Int) -> Int {
      var label = label
      while parents[label] != label {
        parents[label] = parents[parents[label]]
        label = parents[label]
      }
      return label
    }
    for y in 0..<height {
      for x in 0..<width where mask.samples[y * width + x] > 0.5 {
        var label = 0
        for (dx, dy) in [(-1, 0), (-1, -1), (0, -1), (1, -1)]
        where x + dx >= 0 && x + dx < width && y + dy >= 0 {
          let other = labels[(y + dy) * width + x + dx]
          guard other > 0 else { continue }
          let otherRoot = root(other)
          if label == 0 {
            label = otherRoot
          } else if otherRoot != label {
            let (low, high) = (min(label, otherRoot), max(label, otherRoot))
            parents[high] = low
            label = low
          }
        }
        if label == 0 {
          label = parents.count
          parents.append(label)
        }
        labels[y * width + x] = label
      }
    }
    var numbers = [Int](repeating: 0, count: parents.count)
    var next = 0
    for index in labels.indices where labels[index] > 0 {
      let top = root(labels[index])
      if numbers[top] == 0 {
        next += 1
        numbers[top] = next
      }
      labels[index] = numbers[top]
    }
    self.labels = labels
    count = next
  }
}
