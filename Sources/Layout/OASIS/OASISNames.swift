/// Names by reference number, which may be used before they are told.
struct OASISNames {
  /// For each reference number of a cell, the number of a nameless name that stands for it.
  private var cellNumbers: [UInt64: Int] = [:]
  private var cellNames: [UInt64: Int] = [:]
  private var nextCell: UInt64 = 0
  private var textNumbers: [UInt64: Int32] = [:]
  private var usedTexts: [UInt64] = []
  private var texts: [UInt64: Int32] = [:]
  private var nextText: UInt64 = 0

  /// The number that stands for a cell that is named by reference.
  mutating func cell(number: UInt64, in draft: inout LayoutDraft) -> Int {
    if let known = cellNames[number] { return known }
    if let known = cellNumbers[number] { return known }
    let made = draft.names.addNameless()
    draft.firstUses.append(-1)
    cellNumbers[number] = made
    return made
  }

  mutating func define(cell name: Int, number: UInt64?) {
    cellNames[number ?? nextCell] = name
    nextCell = (number ?? nextCell) &+ 1
  }

  /// What stands for a text that is named by reference: a complement.
  mutating func text(number: UInt64) -> Int32 {
    if let known = textNumbers[number] { return known }
    let made = ~Int32(usedTexts.count)
    usedTexts.append(number)
    textNumbers[number] = made
    return made
  }

  mutating func define(text string: Int32, number: UInt64?) {
    texts[number ?? nextText] = string
    nextText = (number ?? nextText) &+ 1
  }

  /// Puts the names in place of what stood for them.
  func resolve(in draft: inout LayoutDraft) throws {
    var meant = [Int](0..<draft.names.count)
    for (number, standIn) in cellNumbers {
      guard let name = cellNames[number] else {
        throw LayoutError(
          .unknownCell, at: max(draft.firstUses[standIn], 0),
          "cell number \(number) has no CELLNAME")
      }
      meant[standIn] = name
      draft.noteUse(of: name, at: draft.firstUses[standIn])
    }
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    let unnamed = Int32(draft.strings.number(of: nothing))
    for cell in draft.cells.indices {
      draft.cells[cell].name = meant[draft.cells[cell].name]
      if !cellNumbers.isEmpty {
        for place in draft.cells[cell].placements.indices {
          let number = Int(draft.cells[cell].placements[place].cell)
          if number >= 0 { draft.cells[cell].placements[place].cell = Int32(meant[number]) }
        }
      }
      for text in draft.cells[cell].notes.texts.indices {
        let string = draft.cells[cell].notes.texts[text].string
        if string < 0 {
          draft.cells[cell].notes.texts[text].string = texts[usedTexts[Int(~string)]] ?? unnamed
        }
      }
    }
  }
}

extension OASISReader {
  /// Reads CELLNAME and TEXTSTRING; the names of layers, properties and extensions are passed over.
  mutating func readName(_ kind: UInt64, at start: Int) throws {
    if kind >= 30 { _ = try cursor.unsigned() }
    let name = try cursor.string()
    switch kind {
    case 3, 4:
      let number = kind == 4 ? try cursor.unsigned() : nil
      names.define(cell: draft.cellName(name), number: number)
    case 5, 6:
      let number = kind == 6 ? try cursor.unsigned() : nil
      names.define(text: Int32(draft.strings.number(of: name)), number: number)
    case 8, 10, 31: _ = try cursor.unsigned()
    case 11, 12:
      try skipInterval()
      try skipInterval()
    default: break
    }
  }

  private mutating func skipInterval() throws {
    switch try cursor.unsigned() {
    case 0: break
    case 1, 2, 3: _ = try cursor.unsigned()
    case 4:
      _ = try cursor.unsigned()
      _ = try cursor.unsigned()
    case let other: throw cursor.failure(.badRecord, "there is no interval of kind \(other)")
    }
  }

  mutating func skipProperty() throws {
    let info = try cursor.byte()
    if info & 0x04 != 0 {
      if info & 0x02 != 0 { _ = try cursor.unsigned() } else { _ = try cursor.string() }
    }
    if info & 0x08 != 0 { return }
    let few = UInt64(info >> 4)
    let count = few == 15 ? try cursor.unsigned() : few
    var done: UInt64 = 0
    while done < count {
      let kind = try cursor.unsigned()
      switch kind {
      case 0...7: _ = try cursor.real(kind: kind)
      case 8, 9, 13, 14, 15: _ = try cursor.unsigned()
      case 10, 11, 12: _ = try cursor.string()
      default: throw cursor.failure(.badRecord, "there is no property value of kind \(kind)")
      }
      done += 1
    }
  }
}
