public import Layout
import Raster

/// A random multi-project die: plots of different devices, bond pads along two sides, tracks between them.
public enum DieLayout {
  /// The name of the top cell.
  public static let topCell = "MPW_TOP"
  private static let padRow = 84.0
  private static let channel = 42.0
  private static let labelStrip = 13.0
  private static let padCell = "BOND_PAD"
  private static let toothCell = "TOOTH"

  /// Draws a die.
  ///
  /// - Parameters:
  ///   - width: extent along x, µm, from 0; 300 or more.
  ///   - height: extent along y, µm, from 0; 400 or more.
  /// - Returns: a library whose only top cell is ``topCell``, with a cell for each plot.
  public static func draw(
    width: Double, height: Double, using random: inout some RandomNumberGenerator
  ) -> GDSIILibrary {
    precondition(width >= 300 && height >= 400, "a die is at least 300 × 400 µm")
    var top = Block(width: width, height: height)
    frame(&top, using: &random)
    var cells = [pad(), tooth()]
    let inner = Box(
      low: Point(x: 24, y: padRow + channel + 20),
      high: Point(x: width - 24, y: height - padRow - channel - 20))
    let kinds = random.shuffled(DeviceKind.allCases)
    for (index, plot) in plots(inner, using: &random).enumerated() {
      let kind = kinds[index % kinds.count]
      let name = "\(kind.rawValue)\(index + 11)"
      let margin = random.uniform(3, 6)
      var block = Block(
        width: plot.width - 2 * margin, height: plot.height - 2 * margin - labelStrip)
      block.draw(kind, teeth: toothCell, using: &random)
      cells.append(.init(name: name, elements: block.elements))
      let isMirrored = random.chance(0.3)
      let corner = Point(x: plot.low.x + margin, y: plot.low.y + margin)
      top.elements.append(
        .reference(
          cell: name, at: Point(x: corner.x, y: corner.y + (isMirrored ? block.height : 0)),
          mirrored: isMirrored))
      top.label(
        name, at: Point(x: corner.x + random.uniform(2, 24), y: corner.y + block.height + 2),
        height: random.uniform(7.5, 10))
    }
    for isUpper in [false, true] { pads(&top, isUpper: isUpper, using: &random) }
    cells.append(.init(name: topCell, elements: top.elements))
    return GDSIILibrary(cells: cells)
  }

  /// Cuts an area into plots of unequal sizes.
  private static func plots(
    _ area: Box, using random: inout some RandomNumberGenerator
  ) -> [Box] {
    let share = random.uniform(0.38, 0.62)
    if area.width > max(235, 1.5 * area.height) || (area.height <= 140 && area.width > 235) {
      let x = area.low.x + share * area.width
      return plots(Box(low: area.low, high: Point(x: x, y: area.high.y)), using: &random)
        + plots(Box(low: Point(x: x, y: area.low.y), high: area.high), using: &random)
    }
    guard area.height > 140 else { return [area] }
    let y = area.low.y + share * area.height
    return plots(Box(low: area.low, high: Point(x: area.high.x, y: y)), using: &random)
      + plots(Box(low: Point(x: area.low.x, y: y), high: area.high), using: &random)
  }

  /// The trench along the die's border, its corner crosses and its name.
  private static func frame(_ top: inout Block, using random: inout some RandomNumberGenerator) {
    let (width, height) = (top.width, top.height)
    top.rectangle(.deepEtch, 0, 0, width, 7)
    top.rectangle(.deepEtch, 0, height - 7, width, height)
    top.rectangle(.deepEtch, 0, 7, 7, height - 7)
    top.rectangle(.deepEtch, width - 7, 7, width, height - 7)
    for (x, y) in [(30.0, 34.0), (width - 34, 30.0), (32, height - 40), (width - 30, height - 32)] {
      top.cross(
        random.pick([.pMetal, .nMetal, .ridge]), center: Point(x: x, y: y),
        arm: random.uniform(11, 15), width: random.uniform(3, 5))
    }
    top.label("MPW-17", at: Point(x: 54, y: height - 42), height: 16)
    top.label("\(random.whole(1000, 9999))", at: Point(x: width - 140, y: 24), height: 13)
  }

  private static func pad() -> GDSIILibrary.Cell {
    var block = Block(width: 0, height: 0)
    block.pad(.pMetal, center: Point(x: 0, y: 0), width: 64, height: 56)
    return .init(name: padCell, elements: block.elements)
  }

  private static func tooth() -> GDSIILibrary.Cell {
    var block = Block(width: 0, height: 0)
    block.rectangle(.deepEtch, -0.5, -6, 0.5, 6)
    return .init(name: toothCell, elements: block.elements)
  }

  /// A row of bond pads, each with a track to a contact at the plots; the tracks keep their order and so don't cross.
  private static func pads(
    _ top: inout Block, isUpper: Bool, using random: inout some RandomNumberGenerator
  ) {
    func y(_ distance: Double) -> Double { isUpper ? top.height - distance : distance }
    var x = random.uniform(170, 200)
    var number = 1
    while x < top.width - 150 {
      let group = min(random.whole(1, 3), Int((top.width - 120 - x) / 84) + 1)
      let step = random.uniform(76, 90).rounded()
      top.elements.append(
        .array(
          cell: padCell, at: Point(x: x, y: y(14 + 28)), columns: group, rows: 1,
          columnStep: Point(x: step, y: 0), rowStep: Point(x: 0, y: 100)))
      for place in 0..<group {
        let start = x + step * Double(place)
        let end = start + random.uniform(-26, 26)
        let track = random.uniform(6, 13)
        let depth = padRow + channel + random.uniform(-4, 10)
        let bend = padRow + random.uniform(2, 8)
        let line = [
          Point(x: start, y: y(60)), Point(x: start, y: y(bend)),
          Point(x: end, y: y(bend + abs(end - start))), Point(x: end, y: y(depth + 4)),
        ]
        top.add(.pMetal, Outline.stroke(line, width: track))
        top.pad(
          random.chance(0.5) ? .nMetal : .pMetal, center: Point(x: end, y: y(depth)),
          width: track + random.uniform(4, 10), height: 13)
        if random.chance(0.6) {
          top.label(
            "\(number)", at: Point(x: start + 14, y: y(padRow) + (isUpper ? -6 : 0)), height: 8)
        }
        number += 1
      }
      x += step * Double(group) + random.uniform(8, 60)
    }
  }
}
