internal import Foundation
internal import Raster

/// From flagged pixels to findings: islands with a seed, trimmed, joined with those near them, measured; without what stronger ones
/// only left around them in the light.
struct FindingSearch {
  /// Findings in order of falling score.
  let findings: [Finding]

  private typealias Run = FlaggedPixels.Run

  /// - Parameters:
  ///   - flagged: of the whole field.
  ///   - rules: those it was gathered by.
  init(_ flagged: FlaggedPixels, rules: FlaggedPixels.Rules) {
    let islands = FlaggedIslands(flagged, rules: rules)
    let kept = islands.kept
    var groups = RunGroups(kept.map(\.run), within: rules.reach)
    var firsts: [Int: Int] = [:]
    for (index, part) in kept.enumerated() {
      guard let event = part.event else { continue }
      if let first = firsts[event] {
        groups.join(first, index)
      } else {
        firsts[event] = index
      }
    }
    var members = [[Run]](repeating: [], count: groups.number())
    for (index, part) in kept.enumerated() { members[groups.numbers[index]].append(part.run) }
    let all = members.map { Self.measured($0, flagged, islands.order) }
      .sorted {
        ($0.score, $0.areaPx, -$0.box.y, -$0.box.x) > ($1.score, $1.areaPx, -$1.box.y, -$1.box.x)
      }
    var shadow = LightShadow()
    findings = all.filter { finding in
      guard !shadow.explains(finding) else { return false }
      shadow.add(finding)
      return true
    }
  }

  private static func measured(
    _ runs: [Run], _ flagged: FlaggedPixels, _ order: [Int]
  ) -> Finding {
    var box = PixelRect(x: runs[0].first, y: runs[0].y, width: 1, height: 1)
    var (area, sumX, sumY, peak, sum) = (0, 0.0, 0.0, Float(0), 0.0)
    var layers = [Int](repeating: 0, count: 16)
    var nearest = Float.infinity
    for run in runs {
      box = box.union(PixelRect(x: run.first, y: run.y, width: run.count, height: 1))
      for offset in 0..<run.count {
        let place = order[run.start + offset]
        area += 1
        sumX += Double(run.first + offset) + 0.5
        sumY += Double(run.y) + 0.5
        peak = max(peak, flagged.strengths[place])
        sum += Double(flagged.contrasts[place])
        nearest = min(nearest, flagged.edgeDistances[place])
        var code = flagged.materials[place]
        while code != 0 {
          layers[code.trailingZeroBitCount] += 1
          code &= code - 1
        }
      }
    }
    return Finding(
      box: box,
      runs: runs.map { Finding.Run(y: $0.y, columns: $0.first..<$0.first + $0.count) },
      areaPx: area, center: Point(x: sumX / Double(area), y: sumY / Double(area)),
      score: Double(peak), contrast: 255 * sum / Double(area), layerPixels: layers,
      edgeDistance: Double(nearest))
  }
}
