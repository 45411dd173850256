import Foundation
import Records
import Reports
import TestSupport
import Testing

@Suite struct LearningReportTests {
  private let hostile = "<script>alert('x')</script>\"|*\n# no"

  @Test func `the page of a training holds what the record says`() throws {
    let page = try sampleTraining().html()
    for figure in [
      "3.21", "6.54", "2.10", "32.14", "0.9123", "1.78", "charbonnier", "2\u{202F}400",
      "ended as it got no better", "190\u{202F}123", "11\u{202F}024", "4.56", "−1.23", "+0.45",
      "dark.png", "no structure was found", "least 2.90 at step 2\u{202F}400",
    ] { #expect(page.contains(figure), "\(figure)") }
    // Loss, held out, rate, and distance to the edge.
    #expect(page.count(of: "<svg") == 4)
    #expect(page.count(of: "<circle") == 2 + 2 + 2 + 4)
    #expect(page.count(of: "data:image/jpeg") == 3)
    #expect(!page.contains("{{") && !page.contains("://") && !page.contains("=\"nan"))
  }

  @Test func `a training without anything held out, curves or pictures has a page`() throws {
    var report = sampleTraining()
    (report.windows, report.record.curve, report.record.byDistance) = ([], [], [])
    #expect(!(try report.html()).contains("<svg"))
    report.record.curve = [.init(step: 1, loss: 0, heldOut: nil, rate: 0)]
    #expect(try report.html().count(of: "<svg") == 2)
  }

  @Test func `what comes from outside can't become part of a page or a card`() throws {
    var report = sampleTraining(device: hostile, layer: hostile)
    report.record.lesson.refused = [.init(name: hostile, reason: hostile)]
    report.record.lesson.taught = [hostile]
    report.windows = [sampleWindow(scan: hostile, goldens: [0.5])]
    let contest = ContestReport(
      record: ContestRecord(
        lesson: report.record.lesson, floor: nil,
        entries: [.init(name: hostile, scores: sampleScores(), seconds: 1, mpxPerSecond: 2)]),
      windows: report.windows)
    for page in [try report.html(), try contest.html()] {
      #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(&#39;x"))
    }
    let card = ModelCard(report.record).markdown
    #expect(!card.contains("<script") && !card.contains("\n# no"))
    #expect(card.contains("\\|\\* \\# no"))
  }

  @Test func `a comparison shows every golden and says which is best`() throws {
    var entries = [("table", 5.55), ("fast", 2.22)].map {
      ContestRecord.Entry(name: $0.0, scores: sampleScores(l1: $0.1), seconds: 1, mpxPerSecond: 2)
    }
    entries[1].overFloor = 1.07
    let page = try ContestReport(
      record: ContestRecord(
        lesson: sampleLesson(), floor: sampleScores(l1: 2.01), entries: entries),
      windows: [sampleWindow(goldens: [0.5, 0.6])]
    ).html()
    #expect(page.contains("<td class=\"n best\" data-v=\"2.22\">2.22</td>"))
    #expect(page.contains("<td class=\"n\" data-v=\"5.55\">5.55</td>"))
    #expect(page.contains("1.07") && page.contains("differ by 2.01 grey levels"))
    #expect(page.count(of: "data:image/jpeg") == 5)
    #expect(page.count(of: "alt=\"Difference: fast\"") == 1)
  }

  @Test func `a report takes the place of a report and of nothing else`() throws {
    try withTemporaryFolder { folder in
      let place = folder.appending(path: "run.1")
      var report = sampleTraining()
      try report.write(to: place)
      report.record.model.steps = 2345
      try report.write(to: place)
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      #expect(names == [TrainingReport.pageName, TrainingReport.recordName])
      let json = try Data(contentsOf: place.appending(path: TrainingReport.recordName))
      #expect(try TrainingRecord(json: json) == report.record)
      let mine = place.appending(path: "mine.txt")
      try Data("x".utf8).write(to: mine)
      for check in [{ try TrainingReport.check(place) }, { try report.write(to: place) }] {
        #expect { try check() } throws: {
          ($0 as? ReportError)?.code == .notWritable && "\($0)".contains("mine.txt")
        }
      }
      #expect(FileManager.default.fileExists(atPath: mine.path))
      #expect(throws: ReportError.self) { try ContestReport.check(mine) }
    }
  }

  @Test func `a card says what was taught, how good it is, and its limits`() {
    let card = ModelCard(sampleTraining().record).markdown
    #expect(card.hasPrefix("# m.safetensors\n"))
    for text in [
      "| Pixel size | 0.200 µm |", "ridge, metal", "die\\_00.png",
      "| all | 3.21 | 32.14 | 0.9123 | 1.78 |", "## Limits", "least sure on ridge: 4.56",
      "1 scan held out",
    ] { #expect(card.contains(text), "\(text)") }
  }
}
