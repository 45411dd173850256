import Foundation
import Layout
import Raster

/// One customer's part of the die: plots with devices, bond pads with tracks towards them, marks and a name.
struct Project {
  /// The cell that shows it all, its origin at the lower left corner.
  let name: String
  /// That cell, and those that it uses.
  private(set) var cells: [GDSIILibrary.Cell] = []

  private let style: ProjectStyle
  private var block: Block
  private var padCell: String { "PAD_\(style.prefix)" }
  private var toothCell: String { "TOOTH_\(style.prefix)" }
  private static let channel = 36.0

  /// Draws a project.
  ///
  /// - Parameters:
  ///   - name: of its cell.
  ///   - width: extent, µm.
  ///   - height: extent, µm.
  init(
    name: String, style: ProjectStyle, width: Double, height: Double,
    using random: inout some RandomNumberGenerator
  ) {
    (self.name, self.style) = (name, style)
    block = Block(width: width, height: height, style: style)
    let padRow = style.padUm + 20
    let hasLower = height > 2 * (padRow + Self.channel)
    let hasUpper = height > 3 * (padRow + Self.channel) && random.chance(0.6)
    let title = random.uniform(11, 16)
    if hasLower { pads(isUpper: false, using: &random) }
    if hasUpper { pads(isUpper: true, using: &random) }
    let top = height - (hasUpper ? padRow + Self.channel + 14 : 8)
    if top - title > 40 {
      block.label(
        "\(style.prefix)-\(random.whole(100, 999))", at: Point(x: 36, y: top - title),
        height: title)
      block.cross(
        random.pick([.pMetal, .nMetal, .ridge, .deepEtch]),
        center: Point(x: 18, y: top - title / 2),
        arm: random.uniform(8, 11), width: random.uniform(2.5, 4))
    }
    fill(
      Box(
        low: Point(x: 6, y: hasLower ? padRow + Self.channel + 14 : 8),
        high: Point(x: width - 6, y: top - title - 10)), using: &random)
    cells.append(.init(name: name, elements: block.elements))
    // A cell that nothing shows would be a top cell of its own.
    let used = Set(cells.flatMap { $0.elements.compactMap(\.arrayed) })
    cells += [pad(), tooth()].filter { used.contains($0.name) }
  }

  private mutating func fill(_ area: Box, using random: inout some RandomNumberGenerator) {
    guard area.high.y - area.low.y > 50, area.high.x - area.low.x > 90 else { return }
    for (index, plot) in plots(area, using: &random).enumerated() {
      let kind = style.kinds[index % style.kinds.count]
      let name = "\(style.prefix)\(kind.rawValue)\(index + 1)"
      let margin = random.uniform(3, 6)
      var device = Block(
        width: plot.width - 2 * margin,
        height: plot.height - 2 * margin - style.labelUm - 5, style: style)
      device.draw(kind, teeth: toothCell, using: &random)
      cells.append(.init(name: name, elements: device.elements))
      let isMirrored = random.chance(0.3)
      let corner = Point(x: plot.low.x + margin, y: plot.low.y + margin)
      block.elements.append(
        .reference(
          cell: name, at: Point(x: corner.x, y: corner.y + (isMirrored ? device.height : 0)),
          mirrored: isMirrored))
      block.label(
        name, at: Point(x: corner.x + random.uniform(2, 20), y: corner.y + device.height + 2),
        height: style.labelUm)
    }
  }

  /// Cuts an area into plots of unequal sizes.
  private func plots(_ area: Box, using random: inout some RandomNumberGenerator) -> [Box] {
    let share = random.uniform(0.42, 0.58)
    let (most, tallest) = style.plotUm
    let (tooWide, tooTall) = (area.width / most, area.height / tallest)
    guard max(tooWide, tooTall) > 1 else { return [area] }
    if tooWide > tooTall {
      let x = area.low.x + share * area.width
      return plots(Box(low: area.low, high: Point(x: x, y: area.high.y)), using: &random)
        + plots(Box(low: Point(x: x, y: area.low.y), high: area.high), using: &random)
    }
    let y = area.low.y + share * area.height
    return plots(Box(low: area.low, high: Point(x: area.high.x, y: y)), using: &random)
      + plots(Box(low: Point(x: area.low.x, y: y), high: area.high), using: &random)
  }

  private func pad() -> GDSIILibrary.Cell {
    var pad = Block(width: 0, height: 0, style: style)
    let (radius, center) = (style.padUm / 2, Point(x: 0, y: 0))
    switch style.padShape {
    case .square: pad.pad(.pMetal, center: center, width: 2 * radius, height: 2 * radius)
    case .octagon, .disc:
      let corners = style.padShape == .octagon ? 8 : 40
      pad.add(.pMetal, Outline.regular(center, radius: radius * 1.04, corners: corners))
      pad.add(.opening, Outline.regular(center, radius: radius - 4, corners: corners))
    }
    return .init(name: padCell, elements: pad.elements)
  }

  private func tooth() -> GDSIILibrary.Cell {
    var tooth = Block(width: 0, height: 0, style: style)
    let half = 0.24 * style.gratingUm
    tooth.rectangle(.deepEtch, -half, -6, half, 6)
    return .init(name: toothCell, elements: tooth.elements)
  }

  /// A row of bond pads, each with a track to a contact at the plots; the tracks keep their order and so don't cross.
  private mutating func pads(isUpper: Bool, using random: inout some RandomNumberGenerator) {
    let height = block.height
    func y(_ distance: Double) -> Double { isUpper ? height - distance : distance }
    let (size, step) = (style.padUm, style.padPitchUm)
    let row = 12 + size
    var x = 12 + size / 2 + random.uniform(0, 30)
    var number = random.whole(1, 20)
    while x + size / 2 + 10 < block.width {
      let room = Int((block.width - 10 - size / 2 - x) / step) + 1
      let group = min(random.whole(2, 6), room)
      block.elements.append(
        .array(
          cell: padCell, at: Point(x: x, y: y(10 + size / 2)), columns: group, rows: 1,
          columnStep: Point(x: step, y: 0), rowStep: Point(x: 0, y: 100)))
      for place in 0..<group {
        let start = x + step * Double(place)
        let shift = random.uniform(-0.3, 0.3) * (step - size / 2)
        let end = min(max(start + shift, 16), block.width - 16)
        let track = style.trackUm
        let depth = row + Self.channel + random.uniform(-6, 4)
        let bend = row + random.uniform(2, 6)
        let line = [
          Point(x: start, y: y(6 + size)), Point(x: start, y: y(bend)),
          Point(x: end, y: y(min(bend + abs(end - start), depth - 6))),
          Point(x: end, y: y(depth + 4)),
        ]
        block.add(.pMetal, Outline.stroke(line, width: track))
        block.pad(
          random.chance(0.3) ? .nMetal : .pMetal, center: Point(x: end, y: y(depth)),
          width: track + random.uniform(4, 9), height: 12)
        if step - size > 22, random.chance(0.6) {
          block.label(
            "\(number)", at: Point(x: start + size / 2 + 3, y: y(size / 2) - 4), height: 8)
        }
        number += 1
      }
      x += step * Double(group) + random.uniform(6, 50)
    }
  }
}

extension GDSIILibrary.Element {
  /// The cell that an array repeats.
  fileprivate var arrayed: String? {
    guard case .array(let cell, _, _, _, _, _) = self else { return nil }
    return cell
  }
}
