import Foundation

/// Lines over one axis, as a drawing inside a page.
struct LineChart {
  struct Line {
    var name: String
    /// The class that the style colours by.
    var kind: String
    var points: [(x: Double, y: Double)]
  }

  var xName: String
  var yName: String
  var lines: [Line]
  /// What a point is called when it is pointed at, before its number.
  var pointName: String
  /// What the last tick of x stands for, where it is more than itself.
  var lastTick: String?

  private static let (width, height) = (480.0, 260.0)
  private static let (left, right, top, bottom) = (58.0, 14.0, 12.0, 42.0)

  /// The drawing; nothing where there is no point.
  var svg: String {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let low = points.map(\.y).min(), let high = points.map(\.y).max(),
      let first = points.map(\.x).min(), let last = points.map(\.x).max()
    else { return "" }
    let y = low > 0 && high > 5 * low ? Scale(logarithmic: low...high) : Scale(linear: low...high)
    // The first of several steps is no reason for an axis to begin there.
    let x = Scale(linear: 0...max(last, first, 1), isTight: true)
    func place(_ point: (x: Double, y: Double)) -> (x: String, y: String) {
      let across = Self.left + x.share(point.x) * (Self.width - Self.left - Self.right)
      let down =
        Self.height - Self.bottom - y.share(point.y) * (Self.height - Self.top - Self.bottom)
      return (ReportPage.plain(across), ReportPage.plain(down))
    }
    let (start, end) = (ReportPage.plain(Self.left), ReportPage.plain(Self.width - Self.right))
    let floor = Self.height - Self.bottom
    var parts = [
      "<svg class=\"chart\" viewBox=\"0 0 \(ReportPage.plain(Self.width)) \(ReportPage.plain(Self.height))\" role=\"img\" aria-label=\"\(Markup.escape("\(yName) over \(xName)"))\">"
    ]
    for tick in y.ticks {
      let down = place((x.low, tick)).y
      let kind = tick == 0 && y.low < 0 ? "zero" : "grid"
      parts.append(
        "<line class=\"\(kind)\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(down)\" y2=\"\(down)\"/>")
      parts.append(
        "<text class=\"tick y\" x=\"\(ReportPage.plain(Self.left - 7))\" y=\"\(down)\">\(Self.label(tick))</text>"
      )
    }
    for tick in x.ticks {
      let across = place((tick, y.low)).x
      let text = tick == last ? lastTick ?? Self.label(tick) : Self.label(tick)
      parts.append(
        "<line class=\"mark\" x1=\"\(across)\" x2=\"\(across)\" y1=\"\(ReportPage.plain(floor))\" y2=\"\(ReportPage.plain(floor + 4))\"/>"
      )
      parts.append(
        "<text class=\"tick x\" x=\"\(across)\" y=\"\(ReportPage.plain(floor + 17))\">\(Markup.escape(text))</text>"
      )
    }
    parts.append(
      "<line class=\"axis\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(ReportPage.plain(floor))\" y2=\"\(ReportPage.plain(floor))\"/>"
    )
    parts.append(
      "<text class=\"name\" x=\"\(end)\" y=\"\(ReportPage.plain(Self.height - 5))\">\(Markup.escape(xName))</text>"
    )
    for line in lines {
      let shown = line.points.filter { $0.x.isFinite && $0.y.isFinite }
      let places = shown.map(place)
      parts.append(
        "<polyline class=\"line \(line.kind)\" points=\"\(places.map { "\($0.x),\($0.y)" }.joined(separator: " "))\"/>"
      )
      for (point, place) in zip(shown, places) {
        parts.append(
          "<circle class=\"\(line.kind)\" cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"2.5\"><title>\(Markup.escape("\(pointName) \(Self.label(point.x)): \(line.name) \(Wording.significant(point.y))"))</title></circle>"
        )
      }
    }
    return parts.joined(separator: "\n") + "\n</svg>"
  }

  /// The names of the lines, for a legend.
  var legend: [[String: Any]] { lines.map { ["name": $0.name, "kind": $0.kind] } }

  static func label(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e9 {
      return abs(value) >= 10_000 ? Wording.grouped(Int(value)) : Wording.number(value, digits: 0)
    }
    return String(format: "%.4g", value).replacing("e-0", with: "e-").replacing("-", with: "−")
  }

  /// An axis: from where to where, and its ticks.
  struct Scale {
    let low, high: Double
    let ticks: [Double]
    private let isLogarithmic: Bool

    /// An axis from nothing, or from below where there is something.
    init(linear range: ClosedRange<Double>, isTight: Bool = false) {
      let (least, most) = (min(0, range.lowerBound), max(0, range.upperBound))
      let span = most > least ? most - least : 1
      let raw = span / 5
      let power = pow(10, floor(log10(raw)))
      let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw
      let first = (least / step - 1e-9).rounded(.down)
      let last = (max(most, least + span) / step - 1e-9).rounded(isTight ? .down : .up)
      ticks = stride(from: first, through: last, by: 1).map { $0 * step }
      low = isTight ? least : first * step
      high = isTight ? least + span : last * step
      isLogarithmic = false
    }

    /// An axis of powers, of numbers above zero.
    init(logarithmic range: ClosedRange<Double>) {
      var ticks: [Double] = []
      for power in Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound))) {
        ticks += [1, 2, 5].map { $0 * pow(10, Double(power)) }
      }
      let first = ticks.lastIndex { $0 <= range.lowerBound } ?? 0
      let last = ticks.firstIndex { $0 >= range.upperBound } ?? ticks.count - 1
      (low, high) = (ticks[first], ticks[last])
      ticks = Array(ticks[first...last])
      // Many powers: whole ones are enough.
      self.ticks = ticks.count > 9 ? ticks.filter { log10($0).rounded() == log10($0) } : ticks
      isLogarithmic = true
    }

    /// Where a value lies between the ends, 0…1.
    func share(_ value: Double) -> Double {
      isLogarithmic
        ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : (value - low) / (high - low)
    }
  }
}
