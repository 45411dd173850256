public import Foundation

extension KLARFFile {
  /// The bytes of the file, in its version.
  ///
  /// Version 1.8 rounds lengths to nm, earlier ones to 0.1 nm. A file of an earlier version has one wafer, and each finding's
  /// first picture goes before it as `TiffFileName`.
  public var data: Data {
    switch version {
    case .v1_8: Data(text18.utf8)
    case .v1_1, .v1_2: Data(text12.utf8)
    }
  }

  /// A text between quotes; quotes and line ends inside would end it.
  private static func quoted(_ text: String) -> String {
    let inside = text.unicodeScalars.map { $0 == "\"" ? "'" : $0.value < 32 ? " " : String($0) }
    return "\"\(inside.joined())\""
  }

  private static func um(_ value: Double) -> String { String(format: "%.4f", value) }

  private var text12: String {
    precondition(wafers.count == 1, "a file before version 1.8 holds one wafer")
    let wafer = wafers[0]
    var lines: [String] = []
    func add(_ line: String) { lines.append(line + ";") }
    add("FileVersion 1 \(version == .v1_1 ? 1 : 2)")
    add("FileTimestamp \(fileTimestamp)")
    add(
      "InspectionStationID " + Self.station(wafer.station).map(Self.quoted).joined(separator: " "))
    add("SampleType WAFER")
    add("ResultTimestamp \(wafer.resultTimestamp)")
    add("LotID \(Self.quoted(wafer.lot))")
    add("SampleSize 1 \(Self.short(wafer.diameterUm / 1000))")
    add("DeviceID \(Self.quoted(wafer.device))")
    add("SetupID \(Self.quoted(wafer.setup)) \(wafer.resultTimestamp)")
    add("StepID \(Self.quoted(wafer.step))")
    if !wafer.resultsID.isEmpty { add("ResultsID \(Self.quoted(wafer.resultsID))") }
    add("SampleOrientationMarkType \(wafer.mark)")
    add("OrientationMarkLocation \(wafer.markSide)")
    add("DiePitch \(Self.um(wafer.pitchX)) \(Self.um(wafer.pitchY))")
    add("DieOrigin \(Self.um(wafer.originX)) \(Self.um(wafer.originY))")
    add("WaferID \(Self.quoted(wafer.wafer))")
    add("Slot \(wafer.slot)")
    add("SampleCenterLocation \(Self.um(wafer.centerX)) \(Self.um(wafer.centerY))")
    let classes = wafer.classes.sorted { $0.key < $1.key }
    add(
      "ClassLookup \(classes.count)"
        + classes.map { "\n \($0.key) \(Self.quoted($0.value))" }.joined())
    add("InspectionTest 1")
    add("SampleTestPlan \(wafer.dies.count)" + wafer.dies.map { "\n \($0[0]) \($0[1])" }.joined())
    add("AreaPerTest \(Self.short(wafer.areaUm2))")
    add(
      "DefectRecordSpec 15 DEFECTID XREL YREL XINDEX YINDEX XSIZE YSIZE DEFECTAREA DSIZE "
        + "CLASSNUMBER TEST CLUSTERNUMBER ROUGHBINNUMBER IMAGECOUNT IMAGELIST ")
    if wafer.defects.isEmpty { add("DefectList") }
    var rest = wafer.defects[...]
    while let first = rest.first {
      // All that follow without a picture, or the one that has its own.
      let end =
        first.images.isEmpty
        ? rest.firstIndex { !$0.images.isEmpty } ?? rest.endIndex : rest.startIndex + 1
      if let picture = first.images.first { add("TiffFileName \(Self.quoted(picture))") }
      add("DefectList" + rest[..<end].map { "\n " + Self.row12($0) }.joined())
      rest = rest[end...]
    }
    add("SummarySpec 5 TESTNO NDEFECT DEFDENSITY NDIE NDEFDIE ")
    let spoilt = Set(wafer.defects.map { [$0.column, $0.row] }).count
    // Findings a square centimetre.
    let density = wafer.areaUm2 > 0 ? Double(wafer.defects.count) / wafer.areaUm2 * 1e8 : 0
    add(
      "SummaryList\n 1 \(wafer.defects.count) \(Self.short(density)) \(wafer.dies.count) \(spoilt)")
    add("EndOfFile")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row12(_ defect: Defect) -> String {
    let numbers =
      [
        defect.x, defect.y,
      ].map(um) + ["\(defect.column)", "\(defect.row)"]
    let sizes = [defect.width, defect.height, defect.area, defect.size].map(um)
    let pictures = defect.images.isEmpty ? ["0", "0"] : ["1", "1 1 0"]
    return
      (["\(defect.id)"] + numbers + sizes + ["\(defect.classNumber)", "1", "0", "\(defect.bin)"]
      + pictures)
      .joined(separator: " ")
  }

  private static func station(_ names: [String]) -> [String] {
    Array((names + ["", "", ""]).prefix(3))
  }

  /// A number without needless digits.
  private static func short(_ value: Double) -> String { String(format: "%.10g", value) }

  private static func nm(_ um: Double) -> String {
    String(format: "%.0f", (um * 1000).rounded())
  }

  private var text18: String {
    var lines: [String] = []
    func add(_ depth: Int, _ line: String) {
      lines.append(String(repeating: "  ", count: depth) + line)
    }
    func field(_ depth: Int, _ name: String, _ values: [String]) {
      add(depth, "Field \(name) \(values.count) {\(values.joined(separator: ", "))}")
    }
    func list(_ depth: Int, _ name: String, _ columns: [String], _ rows: [String]) {
      add(depth, "List \(name)")
      add(depth, "{")
      add(depth + 1, "Columns \(columns.count) { \(columns.joined(separator: ", ")) }")
      add(depth + 1, "Data \(rows.count)")
      add(depth + 1, "{")
      for row in rows { add(depth + 2, row + ";") }
      add(depth + 1, "}")
      add(depth, "}")
    }
    func time(_ text: String) -> [String] {
      text.split(separator: " ").map { Self.quoted(String($0)) }
    }
    add(0, "Record FileRecord \"1.8\"")
    add(0, "{")
    field(1, "FileTimestamp", time(fileTimestamp))
    let lots = wafers.reduce(into: [String]()) { if !$0.contains($1.lot) { $0.append($1.lot) } }
    for lot in lots {
      let members = wafers.filter { $0.lot == lot }
      let first = members[0]
      add(1, "Record LotRecord \(Self.quoted(lot))")
      add(1, "{")
      field(2, "DeviceID", [Self.quoted(first.device)])
      field(2, "DiePitch", [Self.nm(first.pitchX), Self.nm(first.pitchY)])
      field(2, "InspectionStationID", Self.station(first.station).map(Self.quoted))
      field(2, "OrientationMarkLocation", [Self.quoted(first.markSide)])
      field(2, "RecipeID", [Self.quoted(first.setup)] + time(first.resultTimestamp))
      field(2, "ResultTimestamp", time(first.resultTimestamp))
      field(2, "SampleOrientationMarkType", [Self.quoted(first.mark)])
      field(2, "SampleSize", [Self.nm(first.diameterUm), "0"])
      field(2, "SampleType", ["\"WAFER\""])
      field(2, "StepID", [Self.quoted(first.step)])
      list(
        2, "ClassLookupList",
        ["int32 CLASSNUMBER", "string CLASSNAME", "string CLASSCODE"],
        first.classes.sorted { $0.key < $1.key }.map {
          "\($0.key) \(Self.quoted($0.value)) \"\""
        })
      for wafer in members {
        add(2, "Record WaferRecord \(Self.quoted(wafer.wafer))")
        add(2, "{")
        field(3, "DieOrigin", [Self.nm(wafer.originX), Self.nm(wafer.originY)])
        if !wafer.resultsID.isEmpty { field(3, "ResultsID", [Self.quoted(wafer.resultsID)]) }
        field(3, "ResultTimestamp", time(wafer.resultTimestamp))
        field(3, "SampleCenterLocation", [Self.nm(wafer.centerX), Self.nm(wafer.centerY)])
        field(3, "SlotNumber", ["\(wafer.slot)"])
        list(
          3, "DefectList",
          [
            "int32 DEFECTID", "int32 XREL", "int32 YREL", "int32 XINDEX", "int32 YINDEX",
            "int32 XSIZE", "int32 YSIZE", "float DEFECTAREA", "int32 DSIZE", "int32 CLASSNUMBER",
            "int32 TEST", "int32 CLUSTERNUMBER", "int32 ROUGHBINNUMBER", "ImageList IMAGEINFO",
          ], wafer.defects.map(Self.row18))
        add(3, "Record TestRecord \"1\"")
        add(3, "{")
        field(4, "AreaPerTest", [String(format: "%.0f", wafer.areaUm2 * 1e6)])
        list(
          4, "SampleTestPlanList", ["int32 XINDEX", "int32 YINDEX"],
          wafer.dies.map { "\($0[0]) \($0[1])" })
        add(3, "}")
        add(2, "}")
      }
      add(1, "}")
    }
    add(0, "}")
    add(0, "EndOfFile;")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row18(_ defect: Defect) -> String {
    let images =
      defect.images.isEmpty
      ? "N"
      : "Images \(defect.images.count) { "
        + defect.images.map { "\(quoted($0)) \"JPG\" 1 \"Patch\"" }.joined(separator: ", ") + " }"
    return [
      "\(defect.id)", nm(defect.x), nm(defect.y), "\(defect.column)", "\(defect.row)",
      nm(defect.width), nm(defect.height), String(format: "%.1f", defect.area * 1e6),
      nm(defect.size), "\(defect.classNumber)", "1", "0", "\(defect.bin)", images,
    ].joined(separator: " ")
  }
}
