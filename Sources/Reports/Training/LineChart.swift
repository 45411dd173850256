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
  /// Whether values that differ many times over are told apart by powers.
  var mayBeLogarithmic = true

  private static let (width, height) = (440.0, 250.0)
  private static let (left, right, top, bottom) = (58.0, 14.0, 12.0, 42.0)

  /// The drawing; nothing where there is no point.
  var svg: String {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard let low = points.map(\.y).min(), let high = points.map(\.y).max(),
      let first = points.map(\.x).min(), let last = points.map(\.x).max()
    else { return "" }
    let y =
      mayBeLogarithmic && low > 0 && high > 5 * low
      ? Scale(logarithmic: low...high) : Scale(linear: low...high)
    // The first of several steps is no reason for an axis to begin there.
    let x = Scale(linear: 0...max(last, first, 1), isTight: true)
    func place(_ point: Place) -> Place {
      let across = Self.left + x.share(point.x) * (Self.width - Self.left - Self.right)
      let down =
        Self.height - Self.bottom - y.share(point.y) * (Self.height - Self.top - Self.bottom)
      return (across, down)
    }
    let (start, end, floor) = (Self.left, Self.width - Self.right, Self.height - Self.bottom)
    var parts: [String] = []
    for tick in y.ticks {
      let down = place((0, tick)).y
      parts.append(Self.rule(tick == 0 && y.low < 0 ? "zero" : "grid", (start, down), (end, down)))
      parts.append(Self.text("tick y", (start - 7, down), Self.label(tick)))
    }
    for tick in x.ticks {
      let across = place((tick, y.low)).x
      parts.append(Self.rule("mark", (across, floor), (across, floor + 4)))
      parts.append(Self.text("tick x", (across, floor + 17), Self.label(tick)))
    }
    parts.append(Self.rule("axis", (start, floor), (end, floor)))
    parts.append(Self.text("name", (end, Self.height - 5), xName))
    for line in lines {
      let shown = line.points.filter { $0.x.isFinite && $0.y.isFinite }
      let path = shown.map { point in
        let place = place(point)
        return "\(ReportPage.plain(place.x)),\(ReportPage.plain(place.y))"
      }
      parts.append(
        #"<polyline class="line \#(line.kind)" points="\#(path.joined(separator: " "))"/>"#)
      parts += shown.map { point in
        let told =
          "\(pointName) \(Self.label(point.x)): \(line.name) \(Wording.significant(point.y))"
        return Self.dot(line.kind, place(point), told)
      }
    }
    let name = Markup.escape("\(yName) over \(xName)")
    return """
      <svg class="chart" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="\(name)">
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  private typealias Place = (x: Double, y: Double)

  private static func rule(_ kind: String, _ from: Place, _ to: Place) -> String {
    let (x1, y1, x2, y2) = (plain(from.x), plain(from.y), plain(to.x), plain(to.y))
    return #"<line class="\#(kind)" x1="\#(x1)" y1="\#(y1)" x2="\#(x2)" y2="\#(y2)"/>"#
  }

  private static func text(_ kind: String, _ place: Place, _ text: String) -> String {
    #"<text class="\#(kind)" x="\#(plain(place.x))" y="\#(plain(place.y))">\#(Markup.escape(text))</text>"#
  }

  private static func dot(_ kind: String, _ place: Place, _ told: String) -> String {
    let (x, y) = (plain(place.x), plain(place.y))
    return
      #"<circle class="\#(kind)" cx="\#(x)" cy="\#(y)" r="2.5"><title>\#(Markup.escape(told))</title></circle>"#
  }

  private static func plain(_ value: Double) -> String { ReportPage.plain(value) }

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
      let first = (least / step + 1e-9).rounded(.down)
      let end = max(most, least + span) / step
      let last = isTight ? (end + 1e-9).rounded(.down) : (end - 1e-9).rounded(.up)
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
