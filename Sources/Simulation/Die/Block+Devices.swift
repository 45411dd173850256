import Foundation
import Layout
import Raster

/// The kinds of device on the die.
enum DeviceKind: String, CaseIterable {
  case ring = "RR"
  case racetrack = "RT"
  case interferometer = "MZI"
  case coupler = "DC"
  case splitter = "MMI"
  case laser = "DBR"
  case modulator = "MZM"
  case gratings = "GC"
  case detectors = "PD"
  case spiral = "SPI"
  case delay = "DL"
  case fan = "AWG"
  case transfer = "TLM"
  case tests = "TST"
}

extension Block {
  /// Fills the plot with a device; sizes are drawn so that no two are the same.
  ///
  /// - Parameter teeth: the cell of one tooth of a grating, 12 µm high about its origin.
  mutating func draw(
    _ kind: DeviceKind, teeth: String, using random: inout some RandomNumberGenerator
  ) {
    switch kind {
    case .ring: drawRing(using: &random)
    case .racetrack: drawRacetrack(using: &random)
    case .interferometer: drawInterferometer(using: &random)
    case .coupler: drawCoupler(using: &random)
    case .splitter: drawSplitters(using: &random)
    case .laser: drawLaser(teeth: teeth, using: &random)
    case .modulator: drawModulator(using: &random)
    case .gratings: drawGratings(teeth: teeth, using: &random)
    case .detectors: drawDetectors(using: &random)
    case .spiral: drawSpiral(using: &random)
    case .delay: drawDelay(using: &random)
    case .fan: drawFan(using: &random)
    case .transfer: drawTransfer(using: &random)
    case .tests: drawTests(using: &random)
    }
  }

  private mutating func drawRing(using random: inout some RandomNumberGenerator) {
    let guide = style.guideUm
    let gap = style.gapUm
    let bus = random.uniform(5, 9)
    self.guide(from: 0, to: width, y: bus)
    let largest = min(0.5 * (height - bus - 12), 0.25 * width, 34)
    var x = random.uniform(6, 18)
    while x + 30 < width {
      let radius = min(largest * random.uniform(0.6, 1), (width - x - 12) / 2)
      guard radius > 9 else { break }
      let center = Point(x: x + radius + 6, y: bus + guide + gap + radius)
      self.guide(Outline.arc(center, radius: radius, steps: 96))
      let start = random.uniform(-0.5, 0.6)
      add(
        .deepEtch,
        Outline.stroke(
          Outline.arc(
            center, radius: radius + 5, from: start, to: start + random.uniform(1.2, 2.5)),
          width: style.trenchUm))
      if radius > 15 {
        // A heater, or a pad alone in small rings.
        let end = random.uniform(3.5, 5.6)
        add(
          .pMetal,
          Outline.stroke(
            Outline.arc(center, radius: radius - 7, from: 0.2, to: end),
            width: random.uniform(3, 4.5)))
      } else {
        pad(random.pick([.pMetal, .nMetal]), center: center, width: radius, height: radius * 0.8)
      }
      x = center.x + radius + random.uniform(8, 20)
    }
  }

  private mutating func drawInterferometer(using random: inout some RandomNumberGenerator) {
    let middle = height / 2
    let (splitter, split) = (random.uniform(16, 30), random.uniform(6, 9))
    let spread = height * random.uniform(0.2, 0.28)
    let bend = width * random.uniform(0.16, 0.22)
    let (x0, x1) = (width * 0.08, width * 0.92)
    guide(from: 0, to: x0, y: middle)
    guide(from: x1, to: width, y: middle)
    rectangle(.ridge, x0, middle - split / 2, x0 + splitter, middle + split / 2)
    rectangle(.ridge, x1 - splitter, middle - split / 2, x1, middle + split / 2)
    for side in [-1.0, 1.0] {
      let near = middle + side * split / 4
      let far = middle + side * spread
      let first = Outline.sBend(
        Point(x: x0 + splitter, y: near), Point(x: x0 + splitter + bend, y: far))
      let last = Outline.sBend(
        Point(x: x1 - splitter - bend, y: far), Point(x: x1 - splitter, y: near))
      guide(first + last)
      guard side > 0 || random.chance(0.5) else { continue }
      let (left, right) = (x0 + splitter + bend + 3, x1 - splitter - bend - 3)
      guard right - left > 20 else { continue }
      let strip = random.uniform(5, 8)
      rectangle(.pMetal, left, far - strip / 2, right, far + strip / 2)
      let place = Point(x: random.uniform(left + 8, right - 8), y: far + side * 14)
      pad(.pMetal, center: place, width: random.uniform(18, 30), height: 16)
      rectangle(.pMetal, place.x - 3, min(far, place.y), place.x + 3, max(far, place.y))
    }
    let island = random.uniform(0.3, 0.5) * (width - 2 * (x0 + splitter + bend))
    if island > 14 {
      rectangle(
        .deepEtch, width / 2 - island / 2, middle - spread * 0.4, width / 2 + island / 2,
        middle + spread * 0.4)
    }
  }

  private mutating func drawCoupler(using random: inout some RandomNumberGenerator) {
    let guide = style.guideUm
    let gap = guide + style.gapUm
    let rows = max(1, Int(height / 58))
    for row in 0..<rows {
      let middle = height * (Double(row) + 0.5) / Double(rows) + random.uniform(-3, 3)
      let spread = min(16, height / Double(rows) * 0.3)
      let length = random.uniform(0.15, 0.4) * width
      let bend = random.uniform(0.16, 0.24) * width
      let center = width * random.uniform(0.45, 0.55)
      for side in [-1.0, 1.0] {
        let (near, far) = (middle + side * gap / 2, middle + side * spread)
        let first = Outline.sBend(
          Point(x: center - length / 2 - bend, y: far), Point(x: center - length / 2, y: near))
        let last = Outline.sBend(
          Point(x: center + length / 2, y: near), Point(x: center + length / 2 + bend, y: far))
        self.guide([Point(x: 0, y: far)] + first + last + [Point(x: width, y: far)])
      }
      let trench = random.uniform(3, 6)
      rectangle(
        .deepEtch, center - length / 2, middle + spread - trench, center + length / 2,
        middle + spread)
    }
  }

  private mutating func drawLaser(teeth: String, using random: inout some RandomNumberGenerator) {
    let middle = height * random.uniform(0.45, 0.55)
    guide(from: 0, to: width, y: middle)
    let (left, right) = (width * random.uniform(0.2, 0.28), width * random.uniform(0.72, 0.82))
    let stripe = random.uniform(14, 24)
    rectangle(.pMetal, left, middle - stripe / 2, right, middle + stripe / 2)
    rectangle(.opening, left + 4, middle - 2.5, right - 4, middle + 2.5)
    // Gratings to both sides: mirrors of unequal length.
    for (x, room) in [(4.0, left - 8), (right + 5, width - right - 9)] {
      let count = Int(room * random.uniform(0.6, 0.95) / style.gratingUm)
      grating(teeth, from: x, y: middle, count: count)
    }
    let contact = min(height * 0.22, 26)
    for side in [-1.0, 1.0] {
      let near = middle + side * (stripe / 2 + random.uniform(6, 9))
      let far = near + side * contact
      let (start, end) = (left + random.uniform(-8, 12), right - random.uniform(-8, 24))
      guard far > 2, far < height - 2 else { continue }
      rectangle(.nMetal, start, min(near, far), end, max(near, far))
      rectangle(.opening, start + 4, min(near, far) + 4, end - 4, max(near, far) - 4)
    }
    rectangle(.deepEtch, left - 2, middle + stripe / 2 + 1.5, right + 2, middle + stripe / 2 + 4)
  }

  private mutating func drawDetectors(using random: inout some RandomNumberGenerator) {
    let rows = max(1, Int((height - 16) / random.uniform(30, 40)))
    let step = (height - 16) / Double(rows)
    for row in 0..<rows {
      let y = 12 + step * (Double(row) + 0.5)
      let start = width * random.uniform(0.3, 0.45)
      let length = width * random.uniform(0.12, 0.25)
      add(
        .ridge,
        Outline.stroke(
          [Point(x: 0, y: y), Point(x: start, y: y)], from: 2, to: random.uniform(4, 7)))
      rectangle(.ridge, start, y - 5, start + length, y + 5)
      rectangle(.deepEtch, start + length + 1.5, y - 9, start + length + 4.5, y + 9)
      rectangle(.nMetal, start + 2, y - 12, start + length - 2, y - 8)
      rectangle(.pMetal, start + 3, y - 3, width - 26, y + 3)
      pad(
        .pMetal, center: Point(x: width - 16 - random.uniform(0, 6), y: y), width: 22,
        height: min(22, step - 6))
    }
  }

  private mutating func drawSpiral(using random: inout some RandomNumberGenerator) {
    guide(from: 0, to: width, y: 4)
    let largest = (height - 16) / 2
    var x = random.uniform(4, 12)
    while x + 44 < width {
      let pitch = random.uniform(5.5, 8)
      let inner = random.uniform(7, 11)
      let outer = min(largest * random.uniform(0.75, 1), (width - x - 8) / 2)
      let turns = ((outer - inner) / pitch * 4).rounded(.down) / 4
      guard turns >= 1 else { break }
      let reach = inner + pitch * turns
      let center = Point(x: x + reach + 2, y: height - 4 - largest + random.uniform(-2, 2))
      let line = Outline.spiral(center, inner: inner, pitch: pitch, turns: turns)
      for start in stride(from: 0, to: line.count - 1, by: 240) {
        guide(Array(line[start...min(start + 240, line.count - 1)]))
      }
      if random.chance(0.7) {
        let (from, to) = (random.uniform(-1.2, -0.6), random.uniform(0.4, 1.2))
        add(
          .deepEtch,
          Outline.stroke(
            Outline.arc(center, radius: reach + 6, from: from, to: to), width: style.trenchUm))
      }
      let size = random.uniform(2.5, 4)
      rectangle(
        random.pick([.pMetal, .deepEtch]), center.x - size, center.y - size, center.x + size,
        center.y + size)
      x = center.x + reach + random.uniform(12, 26)
    }
  }

  private mutating func drawFan(using random: inout some RandomNumberGenerator) {
    let count = max(4, Int(height / random.uniform(9, 13)) - 1)
    let middle = height / 2
    let (left, right) = (width * 0.22, width * random.uniform(0.72, 0.8))
    for (x, sign) in [(left, -1.0), (right, 1.0)] {
      let body = (0...16).map { index in
        let angle = (Double(index) / 16 - 0.5) * 1.5
        return Point(x: x - sign * 14 * cos(angle), y: middle + 20 * sin(angle))
      }
      add(
        .ridge,
        body + [Point(x: x + sign * 12, y: middle + 6), Point(x: x + sign * 12, y: middle - 6)])
    }
    guide(from: 0, to: left - 11, y: middle)
    guide(from: right + 11, to: width, y: middle)
    for index in 0..<count {
      let share = Double(index) / Double(count - 1) - 0.5
      let far = middle + share * (height - 24)
      let near = middle + share * 26
      let apex = (left + right) / 2 + random.uniform(-4, 4)
      let first = Outline.sBend(Point(x: left + 11, y: near), Point(x: apex - 6, y: far))
      let last = Outline.sBend(Point(x: apex + 6, y: far), Point(x: right - 11, y: near))
      guide(first + last)
    }
  }

  private mutating func drawTests(using random: inout some RandomNumberGenerator) {
    cross(
      random.pick([.ridge, .pMetal, .deepEtch]), center: Point(x: width * 0.25, y: height * 0.6),
      arm: min(height * 0.25, 26), width: random.uniform(5, 9))
    // Lines that become finer, in ridge and in metal.
    var x = width * 0.48
    var line = 6.0
    while x < width - 30, line > 1.4 {
      rectangle(.ridge, x, height * 0.56, x + line, height - 8)
      rectangle(.nMetal, x, 14, x + line, height * 0.44)
      x += line + max(line, 2.5) + random.uniform(0, 1.5)
      line *= random.uniform(0.78, 0.9)
    }
    let side = random.uniform(14, 20)
    for row in 0..<max(1, Int((height - 20) / 34)) {
      let y = 12 + Double(row) * 34 + side / 2
      pad(
        random.pick([.pMetal, .nMetal]), center: Point(x: width - 14, y: y), width: side,
        height: side)
    }
    rectangle(.deepEtch, 4, 3, width * random.uniform(0.2, 0.4), 3 + random.uniform(4, 7))
    if height > 75 {
      rectangle(.label, 4, 14, 4 + random.uniform(20, 40), 14 + random.uniform(3, 6))
    }
  }
}
