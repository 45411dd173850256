import Foundation

/// Findings as bars and yield as a line, over wafers or lots.
struct Trend {
  struct Point {
    var name: String
    var findings: Int
    /// Share of dies without findings; nil when no die is known.
    var yield: Double?
  }

  private let points: [Point]

  init(_ points: [Point]) { self.points = points.suffix(60) }

  /// The drawing; nil for fewer than two points.
  var svg: String? {
    guard points.count > 1 else { return nil }
    let (width, height, left, bottom, top) = (920.0, 210.0, 44.0, 34.0, 14.0)
    let most = Double(max(1, points.map(\.findings).max() ?? 1))
    let step = (width - 2 * left) / Double(points.count)
    let room = height - bottom - top
    func y(_ share: Double) -> Double { top + room * (1 - share) }
    func plain(_ value: Double) -> String { String(format: "%.1f", value) }
    func text(_ x: Double, _ y: Double, _ anchor: String, _ kind: String, _ words: String) -> String
    {
      "<text class=\"\(kind)\" x=\"\(plain(x))\" y=\"\(plain(y))\" text-anchor=\"\(anchor)\">\(Markup.escape(words))</text>"
    }
    var parts = [
      "<line class=\"axis\" x1=\"\(left)\" y1=\"\(y(0))\" x2=\"\(width - left)\" y2=\"\(y(0))\"/>",
      text(left - 6, y(1) + 4, "end", "bars", Wording.grouped(Int(most))),
      text(left - 6, y(0) + 4, "end", "bars", "0"),
    ]
    let hasYield = points.contains { $0.yield != nil }
    if hasYield {
      parts.append(text(width - left + 6, y(1) + 4, "start", "share", "100 %"))
      parts.append(text(width - left + 6, y(0) + 4, "start", "share", "0 %"))
    }
    let every = max(1, points.count / 20)
    for (index, point) in points.enumerated() {
      let x = left + (Double(index) + 0.5) * step
      let (bar, tall) = (min(34, step * 0.6), room * Double(point.findings) / most)
      parts.append(
        "<rect class=\"bar\" x=\"\(plain(x - bar / 2))\" y=\"\(plain(y(0) - tall))\" width=\"\(plain(bar))\" height=\"\(plain(tall))\"><title>\(Markup.escape(point.name)): \(point.findings) findings</title></rect>"
      )
      if index % every == 0 {
        parts.append(
          text(x, height - 14, "middle", "name", String(point.name.prefix(12))))
      }
    }
    let line = points.enumerated().compactMap { index, point in
      point.yield.map {
        "\(plain(left + (Double(index) + 0.5) * step)),\(plain(y($0)))"
      }
    }
    if hasYield {
      parts.append("<polyline class=\"yield\" points=\"\(line.joined(separator: " "))\"/>")
      for point in line {
        let ends = point.split(separator: ",")
        parts.append("<circle class=\"yield\" cx=\"\(ends[0])\" cy=\"\(ends[1])\" r=\"3\"/>")
      }
    }
    return
      "<svg class=\"trend\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"Findings and yield\">\(parts.joined())</svg>"
  }
}
