public import Layout
import Raster

/// A random multi-project die: projects of different customers between dicing streets, within a frame.
public enum DieLayout {
  /// The name of the top cell.
  public static let topCell = "MPW_TOP"
  private static let street = 14.0

  /// Draws a die.
  ///
  /// - Parameters:
  ///   - width: extent along x, µm, from 0; 300 or more.
  ///   - height: extent along y, µm, from 0; 300 or more.
  /// - Returns: a library whose only top cell is ``topCell``, with a cell for each project and each device.
  public static func draw(
    width: Double, height: Double, using random: inout some RandomNumberGenerator
  ) -> GDSIILibrary {
    precondition(width >= 300 && height >= 300, "a die is at least 300 × 300 µm")
    var style = ProjectStyle(prefix: "MPW", kinds: DeviceKind.allCases, using: &random)
    var top = Block(width: width, height: height, style: style)
    frame(&top, using: &random)
    var cells: [GDSIILibrary.Cell] = []
    let inner = Box(
      low: Point(x: 12, y: 46), high: Point(x: width - 12, y: height - 46))
    let most = (width: max(620, 0.22 * width), height: max(440, 0.22 * height))
    // Dealt like cards, so that all kinds occur even where there are few projects.
    var deck: [DeviceKind] = []
    for (index, area) in projects(inner, most: most, using: &random).enumerated() {
      var kinds: [DeviceKind] = []
      for _ in 0..<random.whole(3, 6) {
        if deck.isEmpty { deck = random.shuffled(DeviceKind.allCases) }
        kinds.append(deck.removeLast())
      }
      style = ProjectStyle(prefix: prefix(index), kinds: kinds, using: &random)
      let project = Project(
        name: "PROJECT_\(style.prefix)", style: style, width: area.width - street,
        height: area.height - street, using: &random)
      cells += project.cells
      top.elements.append(
        .reference(
          cell: project.name,
          at: Point(x: area.low.x + street / 2, y: area.low.y + street / 2)))
      // Where the saw runs, drawn as a broken line along the project's right and lower border.
      guard random.chance(0.6) else { continue }
      top.rectangle(
        .deepEtch, area.low.x + 20, area.low.y - 1.5, area.high.x - 20, area.low.y + 1.5)
      top.rectangle(
        .deepEtch, area.high.x - 1.5, area.low.y + 20, area.high.x + 1.5, area.high.y - 20)
    }
    cells.append(.init(name: topCell, elements: top.elements))
    return GDSIILibrary(cells: cells)
  }

  /// The letters of a project: A, B … Z, then AA, AB and so on.
  private static func prefix(_ index: Int) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let last = String(letters[index % 26])
    return index < 26 ? last : prefix(index / 26 - 1) + last
  }

  /// Cuts an area until no part is larger than a project.
  private static func projects(
    _ area: Box, most: (width: Double, height: Double),
    using random: inout some RandomNumberGenerator
  ) -> [Box] {
    let share = random.uniform(0.4, 0.6)
    let (tooWide, tooTall) = (area.width / most.width, area.height / most.height)
    guard max(tooWide, tooTall) > 1 else { return [area] }
    if tooWide > tooTall {
      let x = area.low.x + share * area.width
      return projects(
        Box(low: area.low, high: Point(x: x, y: area.high.y)), most: most, using: &random)
        + projects(
          Box(low: Point(x: x, y: area.low.y), high: area.high), most: most, using: &random)
    }
    let y = area.low.y + share * area.height
    return projects(
      Box(low: area.low, high: Point(x: area.high.x, y: y)), most: most, using: &random)
      + projects(Box(low: Point(x: area.low.x, y: y), high: area.high), most: most, using: &random)
  }

  /// The trench along the die's border, its corner crosses and its name.
  private static func frame(_ top: inout Block, using random: inout some RandomNumberGenerator) {
    let (width, height) = (top.width, top.height)
    top.rectangle(.deepEtch, 0, 0, width, 7)
    top.rectangle(.deepEtch, 0, height - 7, width, height)
    top.rectangle(.deepEtch, 0, 7, 7, height - 7)
    top.rectangle(.deepEtch, width - 7, 7, width, height - 7)
    for (x, y) in [(27.0, 28.0), (width - 28, 27.0), (28, height - 27), (width - 27, height - 28)] {
      top.cross(
        random.pick([.pMetal, .nMetal, .ridge]), center: Point(x: x, y: y),
        arm: random.uniform(11, 14), width: random.uniform(3, 5))
    }
    top.label("MPW-\(random.whole(10, 99))", at: Point(x: 54, y: height - 38), height: 16)
    top.label("\(random.whole(1000, 9999))", at: Point(x: width - 130, y: 18), height: 13)
    // Lines of two layers whose steps differ: a vernier, which shows how well the layers meet.
    let middle = width / 2
    for line in -5...5 {
      let (coarse, fine) = (middle + Double(line) * 8, middle + Double(line) * 8.25)
      top.rectangle(.ridge, coarse - 1.5, height - 26, coarse + 1.5, height - 14)
      top.rectangle(.pMetal, fine - 1.5, height - 40, fine + 1.5, height - 28)
    }
    for (index, layer) in [ProcessLayer.ridge, .deepEtch, .pMetal, .nMetal].enumerated() {
      let x = middle - 60 + Double(index) * 40
      top.rectangle(layer, x - 12, 14, x + 12, 38)
      top.rectangle(index == 2 ? .opening : .pMetal, x - 5, 21, x + 5, 31)
    }
  }
}
