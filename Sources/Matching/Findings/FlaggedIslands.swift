internal import Raster

/// Islands of flagged pixels that hold a seed, and what of each is shown.
///
/// Wide filters see a defect from further off than it reaches, so an island whose pixels stand out by themselves is made of
/// those alone. A few that stand out amid a wide stain do not make it: they are its noise.
struct FlaggedIslands {
  /// Pixels of a row that are shown, and the event that they are of; nil where nothing but nearness makes one.
  struct Part {
    var run: FlaggedPixels.Run
    var event: Int?
  }

  /// What is shown, from the top and from the left.
  private(set) var kept: [Part] = []
  /// Leads from a pixel of a run to its values.
  let order: [Int]

  /// Pixels that stand out by themselves, from which on an island is made of them.
  private static let leastClear = 6
  /// So far from what stands out by itself wide filters see it, pixels.
  private static let haloPx = 24

  private let flagged: FlaggedPixels
  private let rules: FlaggedPixels.Rules

  /// - Parameters:
  ///   - flagged: of the whole field.
  ///   - rules: those it was gathered by.
  init(_ flagged: FlaggedPixels, rules: FlaggedPixels.Rules) {
    let (runs, order) = flagged.sorted()
    (self.flagged, self.rules, self.order) = (flagged, rules, order)
    var islands = RunGroups(runs, within: 1)
    // Islands without a seed, or too small, are noise: they must not glue findings together.
    var members = [[FlaggedPixels.Run]](repeating: [], count: islands.number())
    for (index, run) in runs.enumerated() { members[islands.numbers[index]].append(run) }
    members.removeAll { island in
      island.reduce(0) { $0 + $1.count } < rules.leastAreaPx || !hasSeed(island)
    }
    let clear = members.map { clearRuns($0) }
    let isTrimmed = clear.map { $0.reduce(0) { $0 + $1.count } >= Self.leastClear }
    let pieces = pieces(
      of: zip(clear, isTrimmed).enumerated().filter { $0.element.1 }
        .flatMap { (island, clear) in clear.0.map { (island, $0) } })
    for (island, runs) in members.enumerated() {
      if isTrimmed[island] {
        trim(runs, to: pieces[island] ?? [], number: island)
      } else {
        kept += runs.map { Part(run: $0) }
      }
    }
    kept.sort { ($0.run.y, $0.run.first) < ($1.run.y, $1.run.first) }
  }

  /// Pixels of an island that stand out by themselves and lie near each other.
  fileprivate struct Piece {
    var number: Int
    var runs: [FlaggedPixels.Run]
    var box: PixelRect
    /// Whether it would be found if there were no wide filters.
    var standsAlone: Bool
  }

  /// The pieces of each island.
  private func pieces(of runs: [(island: Int, run: FlaggedPixels.Run)]) -> [Int: [Piece]] {
    let runs = runs.sorted { ($0.run.y, $0.run.first) < ($1.run.y, $1.run.first) }
    var groups = RunGroups(runs.map(\.run), within: rules.reach)
    _ = groups.number()
    var places: [Int: [Int: Int]] = [:]
    var pieces: [Int: [Piece]] = [:]
    for (index, part) in runs.enumerated() {
      let number = groups.numbers[index]
      let box = PixelRect(x: part.run.first, y: part.run.y, width: part.run.count, height: 1)
      let stands = order[part.run.start..<part.run.start + part.run.count].contains {
        flagged.fines[$0] >= rules.seed && abs(flagged.contrasts[$0]) >= rules.seedContrast
      }
      // Taken out, so that writing to it does not copy it.
      var own = pieces.removeValue(forKey: part.island) ?? []
      if let place = places[part.island]?[number] {
        own[place].runs.append(part.run)
        own[place].box = own[place].box.union(box)
        own[place].standsAlone = own[place].standsAlone || stands
      } else {
        places[part.island, default: [:]][number] = own.count
        own.append(Piece(number: number, runs: [part.run], box: box, standsAlone: stands))
      }
      pieces[part.island] = own
    }
    return pieces
  }

  /// Shows the pieces of an island, each with the one that stands alone next to it, or all as one where none does; and what
  /// they don't explain, as one.
  private mutating func trim(_ island: [FlaggedPixels.Run], to pieces: [Piece], number: Int) {
    let alone = pieces.filter(\.standsAlone)
    let all = near(pieces)
    let (explained, size) = island.reduce((0, 0)) { sums, run in
      (
        sums.0 + (run.first...run.last).count { all.contains(Cell(x: $0, y: run.y)) },
        sums.1 + run.count
      )
    }
    // Pieces are numbered from 0 and over all islands, so that those of one event never have another's number.
    let own = -1 - number
    if 2 * explained >= size {
      for piece in pieces {
        let event =
          piece.standsAlone
          ? piece.number
          : alone.min { ($0.distance(to: piece), $0.number) < ($1.distance(to: piece), $1.number) }?
            .number ?? own
        kept += piece.runs.map { Part(run: $0, event: event) }
      }
      return
    }
    for piece in alone { kept += piece.runs.map { Part(run: $0, event: piece.number) } }
    let cells = near(alone)
    let rest = island.flatMap { parts(of: $0) { x, y, _ in !cells.contains(Cell(x: x, y: y)) } }
    if hasSeed(rest) { kept += rest.map { Part(run: $0, event: own) } }
  }

  /// A square of the field as wide as a halo.
  private struct Cell: Hashable {
    var column, row: Int

    init(column: Int, row: Int) { (self.column, self.row) = (column, row) }
    init(x: Int, y: Int) {
      self.init(column: x / FlaggedIslands.haloPx, row: y / FlaggedIslands.haloPx)
    }
  }

  /// Cells in which halos of pieces may lie.
  private func near(_ pieces: [Piece]) -> Set<Cell> {
    var cells: Set<Cell> = []
    for run in pieces.flatMap(\.runs) {
      let (first, last) = (Cell(x: run.first, y: run.y), Cell(x: run.last, y: run.y))
      for row in first.row - 1...first.row + 1 {
        for column in first.column - 1...last.column + 1 {
          cells.insert(Cell(column: column, row: row))
        }
      }
    }
    return cells
  }

  private func hasSeed(_ runs: [FlaggedPixels.Run]) -> Bool {
    runs.contains { run in
      order[run.start..<run.start + run.count].contains {
        flagged.strengths[$0] >= rules.seed && abs(flagged.contrasts[$0]) >= rules.seedContrast
      }
    }
  }

  /// What of an island stands out by itself.
  private func clearRuns(_ island: [FlaggedPixels.Run]) -> [FlaggedPixels.Run] {
    island.flatMap { parts(of: $0) { _, _, place in flagged.fines[place] >= rules.grow } }
  }

  /// The parts of a run whose pixels hold; they are told column, row, and where their values are.
  private func parts(
    of run: FlaggedPixels.Run, where holds: (Int, Int, Int) -> Bool
  ) -> [FlaggedPixels.Run] {
    var parts: [FlaggedPixels.Run] = []
    var first: Int?
    for offset in 0...run.count {
      if offset < run.count, holds(run.first + offset, run.y, order[run.start + offset]) {
        first = first ?? offset
      } else if let start = first {
        parts.append(
          FlaggedPixels.Run(
            y: run.y, first: run.first + start, count: offset - start, start: run.start + start))
        first = nil
      }
    }
    return parts
  }
}

extension FlaggedIslands.Piece {
  /// Between the two boxes along the axis that parts them further, pixels; 0 where they overlap.
  fileprivate func distance(to other: Self) -> Int {
    max(
      max(box.x - other.box.maxX, other.box.x - box.maxX),
      max(box.y - other.box.maxY, other.box.y - box.maxY), 0)
  }
}
