import Foundation
import Raster
import Records
import Testing

@Suite struct FindingsFileTests {
  @Test func `a record comes back equal and twice the same`() throws {
    let data = try InspectionRecord.sample.json()
    #expect(try InspectionRecord(json: data) == .sample)
    #expect(try InspectionRecord.sample.json() == data)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("inbox/die_00.tif") && text.hasSuffix("}\n"))
  }

  @Test func `a record of a scan that is not inspectable comes back equal`() throws {
    var record = InspectionRecord.sample
    (record.verdict, record.reason) = (.notInspectable, "no structure")
    (record.registration, record.layout, record.findings) = (nil, nil, [])
    #expect(try InspectionRecord(json: record.json()) == record)
  }

  @Test func `the keys are those of the contract, absent parts null`() throws {
    var record = InspectionRecord.sample
    record.scan.lot = nil
    let root = try #require(object(JSONSerialization.jsonObject(with: record.json())))
    #expect(
      Set(root.keys) == [
        "format", "program", "device", "scan", "recipe", "layout", "verdict", "reason",
        "registration", "golden", "neighbours", "inspected_box", "inspected_mpx", "untaught_mpx",
        "seconds",
        "findings", "repeated", "process_variation",
      ])
    #expect(root["format"] as? String == "goldendie.findings/1")
    #expect(root["verdict"] as? String == "inspected")
    #expect(root["reason"] is NSNull)
    let scan = try #require(object(root["scan"]))
    #expect(
      Set(scan.keys) == [
        "path", "sha256", "width", "height", "lot", "wafer", "slot", "die", "taken_at",
      ])
    #expect(scan["lot"] is NSNull)
    let registration = try #require(object(root["registration"]))
    #expect(
      Set(registration.keys) == [
        "layout_to_scan", "pixel_size_um", "rotation_deg", "offset_px", "confidence", "score",
        "halves_disagree_px", "ambiguous_along",
      ])
    let golden = try #require(object(root["golden"]))
    #expect(Set(golden.keys) == ["kind", "file", "pictures"])
    let finding = try #require(object((root["findings"] as? [Any])?.first))
    #expect(
      Set(finding.keys) == [
        "id", "box", "area_px", "layout_um", "die", "polarity", "score", "contrast", "class",
        "class_scores", "mask", "layers", "explanation",
      ])
    #expect(object(finding["box"])?.keys.sorted() == ["height", "width", "x", "y"])
    #expect(object(finding["mask"])?.keys.sorted() == ["counts", "size"])
    #expect(finding["polarity"] as? String == "dark")
  }

  @Test func `what most dies show is read as it was written, and a file from before as without`()
    throws
  {
    var record = InspectionRecord.sample
    var again = record.findings[0]
    again.id = 7
    record.repeated = [RepeatedRecord(dies: 4, of: 5, finding: again)]
    #expect(try InspectionRecord(json: record.json()) == record)
    record.repeated?[0].finding.id = record.findings[0].id
    #expect(throws: RecordError.self) { try record.json() }
    record.repeated = nil
    var root = try #require(object(JSONSerialization.jsonObject(with: record.json())))
    root["repeated"] = nil
    #expect(
      try InspectionRecord(json: JSONSerialization.data(withJSONObject: root)) == record)
  }

  @Test func `displaced edges are read as they were written, and a file from before as without`()
    throws
  {
    var record = InspectionRecord.sample
    record.processVariation = [
      ProcessVariationRecord(
        layer: "ridge", box: PixelRect(x: 0, y: 0, width: 8, height: 9),
        layoutUm: [0, 0.5, 4, 4.5], isWhole: true, outwardsPx: -0.25, outwardsUm: -0.125,
        uncertaintyPx: 0.01, shiftUm: nil, edgePx: 1200, standsOut: true)
    ]
    #expect(try InspectionRecord(json: record.json()) == record)
    record.processVariation = nil
    var root = try #require(object(JSONSerialization.jsonObject(with: record.json())))
    root["process_variation"] = nil
    #expect(try InspectionRecord(json: JSONSerialization.data(withJSONObject: root)) == record)
  }

  @Test func `a number that is not finite is refused by name`() {
    var record = InspectionRecord.sample
    record.findings[0].score = .infinity
    #expect {
      try record.json()
    } throws: { error in
      (error as? RecordError)?.code == .notFinite && "\(error)".contains("findings.[0].score")
    }
  }

  @Test func `a refused scan without a reason, and a clean one with findings, are no records`() {
    var record = InspectionRecord.sample
    record.verdict = .notInspectable
    #expect(throws: RecordError.self) { try record.json() }
    record.reason = "no structure"
    #expect(throws: RecordError.self) { try record.json() }
    record.findings = []
    #expect(throws: Never.self) { try record.json() }
  }

  @Test func `another version is refused before its content is looked at`() throws {
    #expect {
      try InspectionRecord(json: Data(#"{"format": "goldendie.findings/9"}"#.utf8))
    } throws: {
      ($0 as? RecordError)?.code == .unknownFormat
    }
  }

  @Test func `damage gives an error or a record, never a crash`() throws {
    let data = try InspectionRecord.sample.json()
    for length in stride(from: 0, to: data.count - 2, by: 7) {
      #expect(throws: RecordError.self) { try InspectionRecord(json: data.prefix(length)) }
    }
    for index in stride(from: 0, to: data.count, by: 3) {
      var damaged = data
      damaged[index] = UInt8(ascii: "-")
      do { _ = try InspectionRecord(json: damaged) } catch is RecordError {}
    }
  }

  @Test(arguments: [
    (#""counts" : ["#, #""counts" : [ 1,"#), (#""width" : 2"#, #""width" : -2"#),
    (#""width" : 2"#, #""width" : 9223372036854775807"#),
  ])
  func `a box or mask that cannot be is refused`(part: String, replacement: String) throws {
    let text = String(decoding: try InspectionRecord.sample.json(), as: UTF8.self)
    #expect(text.contains(part))
    let damaged = text.replacingOccurrences(of: part, with: replacement)
    #expect {
      try InspectionRecord(json: Data(damaged.utf8))
    } throws: {
      ($0 as? RecordError)?.code == .inconsistent
    }
  }

  private func object(_ value: Any?) -> [String: Any]? { value as? [String: Any] }
}
