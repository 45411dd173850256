/// Reads versions 1.1 and 1.2: records of a word and values, each ended by a semicolon; lengths in µm.
///
/// Rows of findings may wrap, and are told apart by the number of columns alone. `IMAGELIST` is a count and as many pairs.
/// A file may hold several `DefectList`s, each after the `TiffFileName` that its pictures are in.
struct KLARF12Reader {
  private var tokens: KLARFTokens
  private var file = KLARFFile(version: .v1_2, fileTimestamp: "", wafers: [])
  private var wafer = KLARFFile.Wafer()
  private var columns: [String]?
  private var picture: String?
  private var summaryColumns: [String] = []
  /// The line of the summary, and how many findings it tells of.
  private var summary: (line: Int, defects: Int)?
  private var seen: [String: Int] = [:]

  /// Records that may stand in a file more than once.
  private static let repeated: Set<String> = [
    "DefectList", "TiffFileName", "SummaryList", "SummarySpec", "DefectRecordSpec",
    "InspectionTest",
    "SampleTestPlan", "AreaPerTest", "ClassLookup", "RemovedDieList", "DefectClusterSpec",
    "DefectClusterSetup", "ClusterClassificationList",
  ]

  init(_ tokens: KLARFTokens) { self.tokens = tokens }

  mutating func read() throws(KLARFError) -> KLARFFile {
    var hasEnded = false
    while let token = try tokens.peek(), !hasEnded {
      let word = try tokens.take("a record")
      guard !word.isQuoted, word.text.first?.isLetter == true else {
        throw tokens.error(
          .malformed, at: token, "found '\(word.text.prefix(40))' where a record begins")
      }
      if let line = seen.updateValue(word.line, forKey: word.text),
        !Self.repeated.contains(word.text)
      {
        throw tokens.error(
          .twice, at: word, "\(word.text) stands in line \(line) already, and may stand there once")
      }
      hasEnded = word.text == "EndOfFile"
      try record(word)
    }
    guard hasEnded else { throw tokens.error(.truncated, "the file ends without 'EndOfFile;'") }
    guard seen["DefectRecordSpec"] != nil else {
      throw tokens.error(.truncated, "the file holds no 'DefectRecordSpec'")
    }
    if let summary, summary.defects != wafer.defects.count {
      file.remarks.append(
        "line \(summary.line): the summary tells of \(summary.defects) defects, and the lists hold \(wafer.defects.count)"
      )
    }
    file.wafers = [wafer]
    return file
  }

  private mutating func record(_ word: KLARFToken) throws(KLARFError) {
    switch word.text {
    case "FileVersion":
      let (major, minor) = (try tokens.integer("version"), try tokens.integer("version"))
      guard let version = KLARFFile.Version(rawValue: "\(major).\(minor)"), version != .v1_8 else {
        throw tokens.error(
          .unknownVersion, at: word, "version \(major).\(minor) is not 1.1 or 1.2")
      }
      file.version = version
    case "FileTimestamp": file.fileTimestamp = try timestamp()
    case "ResultTimestamp": wafer.resultTimestamp = try timestamp()
    case "InspectionStationID":
      wafer.station = [
        try tokens.text("a station"), try tokens.text("a station"), try tokens.text("a station"),
      ]
    case "LotID": wafer.lot = try tokens.text("the lot")
    case "WaferID": wafer.wafer = try tokens.text("the wafer")
    case "DeviceID": wafer.device = try tokens.text("the device")
    case "StepID": wafer.step = try tokens.text("the step")
    case "SetupID":
      wafer.setup = try tokens.text("the setup")
      return try skipToEnd()
    case "ResultsID": wafer.resultsID = try tokens.text("the result's name")
    case "Slot": wafer.slot = try tokens.integer("the slot")
    case "SampleSize":
      _ = try tokens.integer("the kind of sample")
      wafer.diameterUm = try tokens.number("the diameter") * 1000
      return try skipToEnd()
    case "SampleOrientationMarkType": wafer.mark = try tokens.text("the mark")
    case "OrientationMarkLocation": wafer.markSide = try tokens.text("the mark's side")
    case "DiePitch":
      (wafer.pitchX, wafer.pitchY) = (try tokens.number("DiePitch"), try tokens.number("DiePitch"))
    case "DieOrigin":
      (wafer.originX, wafer.originY) = (
        try tokens.number("DieOrigin"), try tokens.number("DieOrigin")
      )
    case "SampleCenterLocation":
      (wafer.centerX, wafer.centerY) = (
        try tokens.number("SampleCenterLocation"), try tokens.number("SampleCenterLocation")
      )
    case "ClassLookup":
      for _ in 0..<(try count()) {
        let number = try tokens.integer("the class")
        wafer.classes[number] = try tokens.text("the class's name")
      }
    case "SampleTestPlan":
      for _ in 0..<(try count()) {
        wafer.dies.append([try tokens.integer("a die's column"), try tokens.integer("a die's row")])
      }
    case "AreaPerTest": wafer.areaUm2 += try tokens.number("AreaPerTest")
    case "TiffFileName":
      picture = try tokens.peek()?.isMark(";") == true ? nil : try tokens.text("a file")
    case "DefectRecordSpec": columns = try columnNames()
    case "DefectList": return try defects(word)
    case "SummarySpec": summaryColumns = try columnNames()
    case "SummaryList": return try summaries(word)
    default: return try skipToEnd()
    }
    try tokens.require(";")
  }

  private mutating func skipToEnd() throws(KLARFError) {
    while !(try tokens.take("';'").isMark(";")) {}
  }

  private mutating func timestamp() throws(KLARFError) -> String {
    let (date, time) = (try tokens.text("a date"), try tokens.text("a time"))
    guard date.wholeMatch(of: /\d{1,2}-\d{1,2}-(\d{2}|\d{4})|\d{4}-\d{1,2}-\d{1,2}/) != nil,
      time.wholeMatch(of: /\d{1,2}:\d{2}:\d{2}(\.\d+)?/) != nil
    else { throw tokens.error(.malformed, "'\(date) \(time)' is no date and time") }
    return "\(date) \(time)"
  }

  private mutating func count() throws(KLARFError) -> Int {
    let count = try tokens.integer("a count")
    guard (0...10_000_000).contains(count) else {
      throw tokens.error(.miscounted, "\(count) is no count")
    }
    return count
  }

  private mutating func columnNames() throws(KLARFError) -> [String] {
    let count = try count()
    var names: [String] = []
    while try tokens.peek()?.isMark(";") == false { names.append(try tokens.text("a column")) }
    guard names.count == count else {
      throw tokens.error(.miscounted, "\(count) columns are stated, and \(names.count) are named")
    }
    return names
  }

  private mutating func defects(_ word: KLARFToken) throws(KLARFError) {
    guard let columns else {
      throw tokens.error(.malformed, at: word, "DefectList comes before DefectRecordSpec")
    }
    while !(try tokens.skip(";")) {
      var row = KLARFRow()
      let line = try tokens.peek()?.line ?? tokens.line
      for column in columns {
        if let token = try tokens.peek(), token.isMark(";") {
          throw tokens.error(
            .miscounted, at: token,
            "a row of defects that begins in line \(line) ends before \(column)"
          )
        }
        if column == "IMAGELIST" {
          for _ in 0..<(try count()) {
            _ = (try tokens.integer("IMAGELIST"), try tokens.integer("IMAGELIST"))
            if let picture, !row.images.contains(picture) { row.images.append(picture) }
          }
        } else {
          try row.set(column, try tokens.take(column), tokens)
        }
      }
      wafer.defects.append(row.defect(lengthsIn: 1, areasIn: 1))
    }
  }

  private mutating func summaries(_ word: KLARFToken) throws(KLARFError) {
    var defects = summary?.defects ?? 0
    while !(try tokens.skip(";")) {
      for column in summaryColumns {
        let value = try tokens.number(column)
        if column == "NDEFECT" { defects += Int(exactly: value.rounded()) ?? 0 }
      }
      if summaryColumns.isEmpty { return try skipToEnd() }
    }
    summary = (word.line, defects)
  }
}

/// The row of a finding, value by value.
struct KLARFRow {
  private var values: [String: Double] = [:]
  var images: [String] = []

  /// The columns that are whole numbers in every version.
  private static let integers: Set<String> = [
    "DEFECTID", "XINDEX", "YINDEX", "CLASSNUMBER", "TEST", "CLUSTERNUMBER", "ROUGHBINNUMBER",
    "FINEBINNUMBER", "REVIEWSAMPLE", "IMAGECOUNT",
  ]

  /// Takes the value of a column; `NA` is none.
  mutating func set(
    _ column: String, _ token: KLARFToken, _ tokens: KLARFTokens
  ) throws(KLARFError) {
    if token.isQuoted || token.text == "NA" { return }
    guard let value = Double(token.text), value.isFinite else {
      throw tokens.error(
        .malformed, at: token, "\(column) is '\(token.text.prefix(40))', no number")
    }
    if Self.integers.contains(column), Int(token.text) == nil {
      throw tokens.error(
        .malformed, at: token, "\(column) is \(token.text), expected a whole number")
    }
    values[column] = value
  }

  /// The finding.
  func defect(lengthsIn um: Double, areasIn um2: Double) -> KLARFFile.Defect {
    func integer(_ column: String) -> Int { values[column].flatMap { Int(exactly: $0) } ?? 0 }
    func length(_ column: String) -> Double { (values[column] ?? 0) * um }
    return KLARFFile.Defect(
      id: integer("DEFECTID"), x: length("XREL"), y: length("YREL"), column: integer("XINDEX"),
      row: integer("YINDEX"), width: length("XSIZE"), height: length("YSIZE"),
      area: (values["DEFECTAREA"] ?? 0) * um2, size: length("DSIZE"),
      classNumber: integer("CLASSNUMBER"), bin: integer("ROUGHBINNUMBER"), images: images)
  }
}
