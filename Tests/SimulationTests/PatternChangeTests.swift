import Raster
import Simulation
import Testing

/// The class of what changes between two drawings of `#` on `.`.
private func kind(
  _ before: [String], _ after: [String], isMetal: Bool = true
) -> DefectClass {
  func plane(_ rows: [String]) -> Plane {
    Plane(
      width: rows[0].count, height: rows.count,
      samples: rows.flatMap { $0.map { $0 == "#" ? 1 : 0 } })
  }
  return PatternChange.kind(before: plane(before), after: plane(after), isMetal: isMetal, um: 1)
}

private let (none, line) = ("........", "########")

@Test func `a line that is cut through is broken, whatever cut it`() {
  let (cut, nick) = ("###..###", "##....##")
  #expect(kind([none, line, line, none], [none, cut, cut, none]) == .brokenLine)
  #expect(kind([none, line, line, none], [none, nick, line, none]) == .missingPattern)
  // Two columns that are left of a line's end are a splinter.
  let (end, splinter) = (".#######", ".##...##")
  #expect(kind([none, end, end, none], [none, splinter, splinter, none]) == .missingPattern)
}

@Test func `a small hole in metal is a pinhole, a notch or a hole in a ridge is not`() {
  let (pad, hole, notch) = ([line, line, line, line, line], "###..###", "#####...")
  #expect(kind(pad, [line, line, hole, line, line]) == .pinhole)
  #expect(kind(pad, [line, line, hole, line, line], isMetal: false) == .missingPattern)
  #expect(kind([none] + pad, [none, notch, line, line, line, line]) == .missingPattern)
  let large = "#......#"
  #expect(kind(pad, [line, large, large, line, line]) == .missingPattern)
}

@Test func `what joins two neighbours bridges them, what touches one is extra`() {
  let (bridge, bump) = ("...##...", "...##...")
  #expect(
    kind([line, line, none, none, line], [line, line, bridge, bridge, line]) == .bridgedLine)
  #expect(kind([line, line, none, none, line], [line, line, bump, none, line]) == .extraPattern)
  #expect(kind([line, line, none, none, none], [line, line, bump, bump, none]) == .extraPattern)
  // Two arms of one piece.
  let arms = [line, "##......", "##......", "##......", line]
  let closed = [line, "##..##..", "##..##..", "##..##..", line]
  #expect(kind(arms, closed) == .bridgedLine)
  #expect(kind(closed, arms) == .brokenLine)
}
