import Foundation
import Layout
import Raster

extension Block {
  /// Racetracks beside a bus, their straight sides heated.
  mutating func drawRacetrack(using random: inout some RandomNumberGenerator) {
    let (guide, gap) = (style.guideUm, style.gapUm)
    let bus = random.uniform(5, 9)
    self.guide(from: 0, to: width, y: bus)
    let radius = min((height - bus - 14) / 2, random.uniform(11, 24))
    guard radius > 6 else { return }
    var x = radius + random.uniform(6, 16)
    while x + radius + 12 < width {
      let straight = min(random.uniform(14, 60), width - x - radius - 6)
      let y = bus + guide + gap + radius
      let (left, right) = (Point(x: x, y: y), Point(x: x + straight, y: y))
      let loop =
        Outline.arc(right, radius: radius, from: -.pi / 2, to: .pi / 2, steps: 28)
        + Outline.arc(left, radius: radius, from: .pi / 2, to: 1.5 * .pi, steps: 28)
      self.guide(loop + [loop[0]])
      let strip = random.uniform(3, 5)
      rectangle(.pMetal, x, y + radius - strip / 2, x + straight, y + radius + strip / 2)
      if radius > 14 {
        pad(
          random.pick([.pMetal, .nMetal]), center: Point(x: x + straight / 2, y: y),
          width: max(12, straight * 0.6), height: radius * 0.9)
        rectangle(
          .pMetal, x + straight / 2 - 2, y + radius * 0.3, x + straight / 2 + 2, y + radius)
      }
      x += straight + 2 * radius + random.uniform(10, 22)
    }
  }

  /// Splitters one above the other: tapers into a wide box, two or four guides out of it.
  mutating func drawSplitters(using random: inout some RandomNumberGenerator) {
    let guide = style.guideUm
    let rows = max(1, Int(height / random.uniform(34, 46)))
    let step = height / Double(rows)
    for row in 0..<rows {
      let middle = step * (Double(row) + 0.5)
      let outputs = random.pick([2, 2, 4])
      let pitch = guide + style.gapUm + random.uniform(0.5, 1.5)
      let half = pitch * Double(outputs) / 2 + 0.5
      let start = width * random.uniform(0.28, 0.36)
      let end = start + random.uniform(18, 40)
      let taper = random.uniform(10, 18)
      self.guide(from: 0, to: start - taper, y: middle)
      add(
        .ridge,
        Outline.stroke(
          [Point(x: start - taper, y: middle), Point(x: start + 0.1, y: middle)], from: guide,
          to: 2 * guide))
      rectangle(.ridge, start, middle - half, end, middle + half)
      for output in 0..<outputs {
        let place = Double(output) - Double(outputs - 1) / 2
        let near = middle + place * pitch
        let far = middle + place * min((step - 8) / Double(outputs), 13)
        let bend = Outline.sBend(
          Point(x: end - 0.1, y: near), Point(x: end + width * 0.2, y: far))
        self.guide(bend + [Point(x: width, y: far)])
      }
    }
  }

  /// A modulator: two long arms between coplanar electrodes that widen to probe pads.
  mutating func drawModulator(using random: inout some RandomNumberGenerator) {
    let middle = height / 2
    let (x0, x1) = (width * 0.1, width * 0.9)
    let arm = min(random.uniform(9, 13), height * 0.16)
    let bend = width * 0.1
    guide(from: 0, to: x0 - 12, y: middle)
    guide(from: x1 + 12, to: width, y: middle)
    rectangle(.ridge, x0 - 12, middle - 3, x0, middle + 3)
    rectangle(.ridge, x1, middle - 3, x1 + 12, middle + 3)
    for side in [-1.0, 1.0] {
      let (near, far) = (middle + side * 1.6, middle + side * arm)
      guide(
        Outline.sBend(Point(x: x0, y: near), Point(x: x0 + bend, y: far))
          + Outline.sBend(Point(x: x1 - bend, y: far), Point(x: x1, y: near)))
    }
    let (left, right) = (x0 + bend + 6, x1 - bend - 6)
    let signal = arm - random.uniform(1.5, 2.5)
    rectangle(.pMetal, left, middle - signal, right, middle + signal)
    rectangle(.opening, left + 3, middle - signal + 2, right - 3, middle + signal - 2)
    let ground = min(height * 0.18, 20)
    for side in [-1.0, 1.0] {
      let near = middle + side * (arm + style.guideUm / 2 + random.uniform(2, 3.5))
      let far = near + side * ground
      guard far > 1, far < height - 1 else { continue }
      rectangle(.nMetal, left - 8, min(near, far), right + 8, max(near, far))
      let period = random.uniform(14, 24)
      for x in stride(from: left, to: right - 8, by: period) {
        rectangle(.opening, x, min(near, far) + 3, x + period * 0.5, max(near, far) - 3)
      }
    }
  }

  /// Grating couplers: fans of curved or straight lines at the ends of tapers.
  mutating func drawGratings(teeth: String, using random: inout some RandomNumberGenerator) {
    let rows = max(1, Int(height / random.uniform(24, 34)))
    let step = height / Double(rows)
    for row in 0..<rows {
      let y = step * (Double(row) + 0.5)
      let isFan = random.chance(0.6)
      let (start, end) = (width * random.uniform(0.22, 0.34), width * random.uniform(0.66, 0.78))
      guide(from: start, to: end, y: y)
      for (x, side) in [(start, -1.0), (end, 1.0)] {
        let length = min(x, width - x) - 4
        let wide = min(step - 9, 12)
        add(
          .ridge,
          Outline.stroke(
            [Point(x: x - side * 0.1, y: y), Point(x: x + side * length * 0.5, y: y)],
            from: style.guideUm, to: wide))
        if isFan {
          let spread = atan2(wide / 2, length * 0.5)
          for line in 0..<Int(length * 0.45 / style.gratingUm) {
            let radius = length * 0.52 + Double(line) * style.gratingUm
            let from = side > 0 ? -spread : .pi - spread
            add(
              .ridge,
              Outline.stroke(
                Outline.arc(
                  Point(x: x, y: y), radius: radius, from: from, to: from + 2 * spread, steps: 10),
                width: 0.5 * style.gratingUm))
          }
        } else {
          let room = length * 0.45
          rectangle(
            .ridge, min(x + side * length * 0.5, x + side * length), y - wide / 2,
            max(x + side * length * 0.5, x + side * length), y + wide / 2)
          let first = side > 0 ? x + length * 0.52 : x - length * 0.52 - room
          grating(teeth, from: first, y: y, count: Int(room / style.gratingUm))
        }
      }
    }
  }

  /// A meander of straight legs and quarter bends.
  mutating func drawDelay(using random: inout some RandomNumberGenerator) {
    let pitch = random.uniform(15, 24)
    let radius = pitch * random.uniform(0.38, 0.46)
    let (left, right) = (radius + 4, width - radius - 4)
    var corners = [Point(x: 0, y: 5)]
    var (y, isLeft) = (5.0, false)
    while y + pitch < height - 6 {
      let x = isLeft ? left : right
      corners += [Point(x: x, y: y), Point(x: x, y: y + pitch)]
      y += pitch
      isLeft.toggle()
    }
    corners.append(Point(x: isLeft ? 0 : width, y: y))
    guard corners.count > 2 else { return guide(from: 0, to: width, y: 5) }
    let line = Outline.rounded(corners, radius: radius)
    for start in stride(from: 0, to: line.count - 1, by: 120) {
      guide(Array(line[start...min(start + 120, line.count - 1)]))
    }
    if random.chance(0.6) {
      let x = width * random.uniform(0.3, 0.6)
      rectangle(.pMetal, x, 5 + pitch * 0.5 - 3, x + random.uniform(20, 50), 5 + pitch * 0.5 + 3)
    }
  }

  /// Pads in a row with growing gaps on a mesa, to measure contact resistance; a van der Pauw cross beside them.
  mutating func drawTransfer(using random: inout some RandomNumberGenerator) {
    let rows = max(1, Int(height / 44))
    let step = height / Double(rows)
    for row in 0..<rows {
      let (low, high) = (step * Double(row) + 5, step * Double(row + 1) - 6)
      let metal: ProcessLayer = row % 2 == 0 ? .pMetal : .nMetal
      let pad = random.uniform(16, 24)
      var x = 8.0
      var gap = random.uniform(3, 5)
      rectangle(.ridge, 3, low - 2, width * 0.78, high + 2)
      while x + pad < width * 0.76 {
        self.pad(
          metal, center: Point(x: x + pad / 2, y: (low + high) / 2), width: pad,
          height: high - low - 2)
        x += pad + gap
        gap *= random.uniform(1.25, 1.5)
      }
      cross(
        row % 2 == 0 ? .nMetal : .ridge, center: Point(x: width * 0.89, y: (low + high) / 2),
        arm: min(width * 0.09, (high - low) / 2), width: random.uniform(4, 8))
    }
  }
}
