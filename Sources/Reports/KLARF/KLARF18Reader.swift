/// Reads version 1.8: records, fields and lists in braces; lengths in nm, areas in nm².
///
/// `Data n` must be followed by n rows. An image list is `N`, or `Images n { "path" "JPG" 1 "Patch", … }`.
struct KLARF18Reader {
  private var tokens: KLARFTokens
  private var file = KLARFFile(version: .v1_8, fileTimestamp: "", wafers: [])

  init(_ tokens: KLARFTokens) { self.tokens = tokens }

  /// A block as it stands: fields, lists and the blocks in it.
  private struct Block {
    var kind: String
    var name: String
    var fields: [String: [String]] = [:]
    var blocks: [Block] = []
    var lists: [String: List] = [:]
  }

  private struct List {
    var columns: [(type: String, name: String)] = []
    var rows: [[Cell]] = []
  }

  private struct Cell {
    var token: KLARFToken
    var images: [String] = []
  }

  mutating func read() throws(KLARFError) -> KLARFFile {
    try tokens.require("Record")
    let block = try block(depth: 0)
    try tokens.require("EndOfFile")
    _ = try tokens.skip(";")
    guard block.kind == "FileRecord", block.name == "1.8" else {
      throw tokens.error(
        .unknownVersion, "'\(block.kind) \(block.name)' is not FileRecord \"1.8\"")
    }
    file.fileTimestamp = (block.fields["FileTimestamp"] ?? []).joined(separator: " ")
    for lot in block.blocks where lot.kind == "LotRecord" {
      for wafer in lot.blocks where wafer.kind == "WaferRecord" {
        file.wafers.append(try self.wafer(wafer, of: lot))
      }
    }
    return file
  }

  private func wafer(_ block: Block, of lot: Block) throws(KLARFError) -> KLARFFile.Wafer {
    let nm = 1e-3
    var wafer = KLARFFile.Wafer()
    (wafer.lot, wafer.wafer) = (lot.name, block.name)
    func field(_ name: String) -> [String] { block.fields[name] ?? lot.fields[name] ?? [] }
    func lengths(_ name: String) throws(KLARFError) -> (Double, Double) {
      let values = field(name)
      guard !values.isEmpty else { return (0, 0) }
      let numbers = values.compactMap(Double.init)
      guard numbers.count == 2 else {
        throw tokens.error(.malformed, "\(name) of wafer \(block.name) is not two numbers")
      }
      return (numbers[0] * nm, numbers[1] * nm)
    }
    wafer.device = field("DeviceID").first ?? ""
    wafer.step = field("StepID").first ?? ""
    wafer.setup = field("RecipeID").first ?? ""
    wafer.resultsID = field("ResultsID").first ?? ""
    wafer.slot = field("SlotNumber").first.flatMap { Int($0) } ?? 0
    wafer.resultTimestamp = field("ResultTimestamp").joined(separator: " ")
    wafer.station = field("InspectionStationID")
    wafer.diameterUm = try lengths("SampleSize").0
    wafer.mark = field("SampleOrientationMarkType").first ?? wafer.mark
    wafer.markSide = field("OrientationMarkLocation").first ?? wafer.markSide
    (wafer.pitchX, wafer.pitchY) = try lengths("DiePitch")
    (wafer.originX, wafer.originY) = try lengths("DieOrigin")
    (wafer.centerX, wafer.centerY) = try lengths("SampleCenterLocation")
    for list in [lot.lists["ClassLookupList"], block.lists["ClassLookupList"]] {
      guard let list, list.columns.count >= 2 else { continue }
      for row in list.rows {
        if let number = Int(row[0].token.text) { wafer.classes[number] = row[1].token.text }
      }
    }
    for test in block.blocks where test.kind == "TestRecord" {
      wafer.areaUm2 += (test.fields["AreaPerTest"]?.first.flatMap(Double.init) ?? 0) * nm * nm
      for row in test.lists["SampleTestPlanList"]?.rows ?? [] {
        let die = row.prefix(2).compactMap { Int($0.token.text) }
        if die.count == 2, !wafer.dies.contains(die) { wafer.dies.append(die) }
      }
    }
    guard let list = block.lists["DefectList"] else { return wafer }
    for cells in list.rows {
      var row = KLARFRow()
      for (column, cell) in zip(list.columns, cells) {
        if column.type == "ImageList" {
          row.images += cell.images
        } else if column.type != "string" {
          try row.set(column.name, cell.token, tokens)
        }
      }
      wafer.defects.append(row.defect(lengthsIn: nm, areasIn: nm * nm))
    }
    return wafer
  }

  private mutating func block(depth: Int) throws(KLARFError) -> Block {
    guard depth < 16 else { throw tokens.error(.malformed, "records lie deeper than 16 levels") }
    var block = Block(kind: try tokens.text("a record's kind"), name: "")
    if try tokens.peek()?.isMark("{") == false { block.name = try tokens.text("a record's name") }
    try tokens.require("{")
    while !(try tokens.skip("}")) {
      let word = try tokens.take("'}'")
      switch word.text {
      case "Record": block.blocks.append(try self.block(depth: depth + 1))
      case "Field":
        let name = try tokens.text("a field's name")
        guard block.fields.updateValue(try values(), forKey: name) == nil else {
          throw tokens.error(.twice, at: word, "field \(name) is given twice in \(block.kind)")
        }
      case "List":
        let name = try tokens.text("a list's name")
        guard block.lists.updateValue(try list(), forKey: name) == nil else {
          throw tokens.error(.twice, at: word, "list \(name) is given twice in \(block.kind)")
        }
      default:
        throw tokens.error(
          .malformed, at: word,
          "found '\(word.text.prefix(40))', expected Record, Field, List or '}'")
      }
    }
    return block
  }

  private mutating func count() throws(KLARFError) -> Int {
    let count = try tokens.integer("a count")
    guard (0...10_000_000).contains(count) else {
      throw tokens.error(.miscounted, "\(count) is no count")
    }
    return count
  }

  private mutating func values() throws(KLARFError) -> [String] {
    let count = try count()
    try tokens.require("{")
    var values: [String] = []
    while !(try tokens.skip("}")) {
      if !values.isEmpty { try tokens.require(",") }
      values.append(try tokens.text("a value"))
    }
    guard values.count == count else {
      throw tokens.error(.miscounted, "\(count) values are stated, and \(values.count) given")
    }
    return values
  }

  private mutating func list() throws(KLARFError) -> List {
    try tokens.require("{")
    var list = List()
    try tokens.require("Columns")
    let columns = try count()
    try tokens.require("{")
    while !(try tokens.skip("}")) {
      if !list.columns.isEmpty { try tokens.require(",") }
      list.columns.append((try tokens.text("a type"), try tokens.text("a column")))
    }
    guard list.columns.count == columns, columns > 0 else {
      throw tokens.error(
        .miscounted, "\(columns) columns are stated, and \(list.columns.count) are named")
    }
    try tokens.require("Data")
    let rows = try count()
    try tokens.require("{")
    while !(try tokens.skip("}")) { list.rows.append(try row(list)) }
    guard list.rows.count == rows else {
      throw tokens.error(
        .miscounted, "\(rows) rows are stated, and \(list.rows.count) are there")
    }
    try tokens.require("}")
    return list
  }

  private mutating func row(_ list: List) throws(KLARFError) -> [Cell] {
    var cells: [Cell] = []
    for column in list.columns {
      let token = try tokens.take(column.name)
      if !token.isQuoted, [";", "}", "{", ","].contains(token.text) {
        throw tokens.error(
          .miscounted, at: token,
          "the row has \(cells.count) of \(list.columns.count) values, \(column.name) is missing")
      }
      var cell = Cell(token: token)
      if column.type == "ImageList", token.text == "Images" {
        let count = try count()
        try tokens.require("{")
        while !(try tokens.skip("}")) {
          if !cell.images.isEmpty { try tokens.require(",") }
          cell.images.append(try tokens.text("a picture's path"))
          _ = try tokens.text("a picture's kind")
          _ = try tokens.integer("a picture's number")
          _ = try tokens.text("a picture's name")
        }
        guard cell.images.count == count else {
          throw tokens.error(
            .miscounted, at: token, "\(count) pictures are stated, and \(cell.images.count) named")
        }
      }
      cells.append(cell)
    }
    let end = try tokens.take("';'")
    guard end.isMark(";") else {
      throw tokens.error(
        .miscounted, at: end, "the row has more than its \(list.columns.count) values")
    }
    return cells
  }
}
