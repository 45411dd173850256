import Foundation
import Raster
import Records

/// The wafer from above as SVG: dies by outcome, products inside them, findings, and the notch.
struct WaferMap {
  let summary: WaferSummary
  /// Width and height on the page, in screen pixels.
  static let side = 560.0

  /// The drawing; nil when no die of a known place was inspected.
  var svg: String? {
    let dies = summary.dies
    let refused = Set(
      summary.latest.filter { $0.record.verdict == .notInspectable }.compactMap(\.record.scan.die))
    guard let frame = summary.frame, !dies.isEmpty || !refused.isEmpty else { return nil }
    let all = Set(dies.keys).union(refused)
    let view = view(frame, all)
    let scale = Self.side / max(view.width, view.height)
    func x(_ um: Double) -> String { number((um - view.low.x) * scale) }
    func y(_ um: Double) -> String { number((view.high.y - um) * scale) }
    func corner(_ die: [Int]) -> Point {
      Point(
        x: frame.originUm.x + Double(die[0]) * frame.pitchUm.x,
        y: frame.originUm.y + Double(die[1]) * frame.pitchUm.y)
    }
    func rectangle(_ box: Box, _ kind: String, _ title: String = "") -> String {
      let inside = title.isEmpty ? "" : "<title>\(Markup.escape(title))</title>"
      return
        "<rect class=\"\(kind)\" x=\"\(x(box.low.x))\" y=\"\(y(box.high.y))\" width=\"\(number(box.width * scale))\" height=\"\(number(box.height * scale))\">\(inside)</rect>"
    }
    func box(_ die: [Int]) -> Box {
      let low = corner(die)
      return Box(low: low, high: Point(x: low.x + frame.pitchUm.x, y: low.y + frame.pitchUm.y))
    }
    var parts: [String] = []
    if let diameter = frame.diameterUm {
      parts.append(
        "<circle class=\"wafer\" cx=\"\(x(0))\" cy=\"\(y(0))\" r=\"\(number(diameter / 2 * scale))\"/>"
      )
      for die in grid(frame, diameter).subtracting(all) {
        parts.append(rectangle(box(die), "blank"))
      }
    }
    let counts = Dictionary(
      grouping: WaferSummary.places(of: summary.latest).filter(\.counts)
    ) { $0.scan.record.scan.die ?? [] }.mapValues(\.count)
    let sites = summary.sites
    for die in all.sorted(by: { ($0[1], $0[0]) < ($1[1], $1[0]) }) {
      let kind = dies[die].map { $0 ? "spoilt" : "good" } ?? "refused"
      let words =
        switch kind {
        case "refused": "not inspectable"
        case "good": "no findings"
        default: Wording.count(counts[die] ?? 0, "finding")
        }
      parts.append(rectangle(box(die), kind, "die \(Wording.die(die)): \(words)"))
      for site in frame.sites {
        guard let isSpoilt = sites[die]?[site.name] else { continue }
        let low = corner(die)
        func moved(_ point: Point) -> Point {
          Point(x: low.x + point.x - frame.cornerUm.x, y: low.y + point.y - frame.cornerUm.y)
        }
        parts.append(
          rectangle(
            Box(low: moved(site.box.low), high: moved(site.box.high)),
            isSpoilt ? "site bad" : "site",
            "die \(Wording.die(die)), \(site.name): \(isSpoilt ? "findings" : "no findings")"))
      }
    }
    for place in WaferSummary.places(of: summary.latest) {
      guard let at = place.finding.layoutUm, let die = place.scan.record.scan.die else { continue }
      let low = corner(die)
      let kind = place.counts ? place.finding.polarity.rawValue : "waived"
      parts.append(
        "<circle class=\"dot \(kind)\" cx=\"\(x(low.x + at.x - frame.cornerUm.x))\" cy=\"\(y(low.y + at.y - frame.cornerUm.y))\" r=\"2.2\"/>"
      )
    }
    parts.append(notch(frame, view, x, y))
    let (width, height) = (number(view.width * scale), number(view.height * scale))
    return
      "<svg class=\"map\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"Wafer map\">\(parts.joined())</svg>"
  }

  /// The part of the wafer that is drawn: all of it, or the dies where its size isn't known.
  private func view(_ frame: WaferFrame, _ dies: Set<[Int]>) -> Box {
    if let diameter = frame.diameterUm {
      let half = diameter / 2 * 1.04
      return Box(low: Point(x: -half, y: -half), high: Point(x: half, y: half))
    }
    let (columns, rows) = (dies.map { $0[0] }, dies.map { $0[1] })
    let low = Point(
      x: frame.originUm.x + Double(columns.min() ?? 0) * frame.pitchUm.x,
      y: frame.originUm.y + Double(rows.min() ?? 0) * frame.pitchUm.y)
    let high = Point(
      x: frame.originUm.x + Double((columns.max() ?? 0) + 1) * frame.pitchUm.x,
      y: frame.originUm.y + Double((rows.max() ?? 0) + 1) * frame.pitchUm.y)
    return Box(low: low, high: high).expanded(by: 0.06 * max(high.x - low.x, high.y - low.y))
  }

  /// The dies that lie on the wafer as a whole; none when they would be too many to see.
  private func grid(_ frame: WaferFrame, _ diameter: Double) -> Set<[Int]> {
    let radius = diameter / 2
    func range(_ origin: Double, _ pitch: Double) -> ClosedRange<Int> {
      let low = ((-radius - origin) / pitch).rounded(.up)
      let high = ((radius - origin) / pitch).rounded(.down) - 1
      return Int(low)...max(Int(low), Int(high))
    }
    guard radius / frame.pitchUm.x < 100, radius / frame.pitchUm.y < 100 else { return [] }
    var dies: Set<[Int]> = []
    for column in range(frame.originUm.x, frame.pitchUm.x) {
      for row in range(frame.originUm.y, frame.pitchUm.y) {
        let left = frame.originUm.x + Double(column) * frame.pitchUm.x
        let bottom = frame.originUm.y + Double(row) * frame.pitchUm.y
        let x = max(abs(left), abs(left + frame.pitchUm.x))
        let y = max(abs(bottom), abs(bottom + frame.pitchUm.y))
        if x * x + y * y <= radius * radius { dies.insert([column, row]) }
      }
    }
    return dies
  }

  /// A triangle that points into the wafer where the notch is.
  private func notch(
    _ frame: WaferFrame, _ view: Box, _ x: (Double) -> String, _ y: (Double) -> String
  ) -> String {
    let size = 0.025 * max(view.width, view.height)
    let edge = frame.diameterUm.map { $0 / 2 }
    let center = view.center
    let (point, along): (Point, Point) =
      switch frame.notch {
      case .down: (Point(x: center.x, y: edge.map { -$0 } ?? view.low.y), Point(x: 0, y: 1))
      case .up: (Point(x: center.x, y: edge ?? view.high.y), Point(x: 0, y: -1))
      case .left: (Point(x: edge.map { -$0 } ?? view.low.x, y: center.y), Point(x: 1, y: 0))
      case .right: (Point(x: edge ?? view.high.x, y: center.y), Point(x: -1, y: 0))
      }
    let corners = [(0.0, -1.0), (1.6, 0.0), (0.0, 1.0)].map { ahead, aside in
      "\(x(point.x + size * (ahead * along.x - aside * along.y))),\(y(point.y + size * (ahead * along.y + aside * along.x)))"
    }
    return
      "<polygon class=\"notch\" points=\"\(corners.joined(separator: " "))\"><title>notch</title></polygon>"
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
