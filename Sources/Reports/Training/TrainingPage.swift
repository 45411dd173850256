import Foundation
import Records

/// The values that the template of a training's report names.
struct TrainingPage {
  let report: TrainingReport
  private var record: TrainingRecord { report.record }
  private var model: ModelRecord { report.record.model }

  init(_ report: TrainingReport) { self.report = report }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Training · {{architecture}} generator · {{device}}", body: page,
      parts: LearningParts.templates)
  }

  func html() throws(ReportError) -> String {
    try Self.template.get().render([
      "style": LearningParts.style, "device": record.lesson.device,
      "program": record.lesson.program, "architecture": model.architecture, "tiles": tiles,
      "facts": facts, "scans": LearningParts.scans(record.lesson), "charts": charts,
      "scores": scores, "layers": layers, "distance": distance,
      "hasWindows": !report.windows.isEmpty, "legend": WindowPictures.legend,
      "windows": report.windows.map(Self.window),
      "made": [
        "program": record.lesson.program,
        "files": LearningParts.files([
          ("Model", model.file), ("Recipe", record.lesson.recipe), ("Layout", record.lesson.layout),
        ]),
      ],
    ])
  }

  private var tiles: [[String: Any]] {
    func tile(_ name: String, _ value: String, _ unit: String, _ note: String) -> [String: Any] {
      ["name": name, "value": value, "unit": unit, "note": note]
    }
    let all = record.scores.all
    return [
      tile("Residual held out", Wording.brief(all.l1), "grey levels", "mean |scan − golden|"),
      tile("PSNR", LearningParts.decibel(all.psnr), "dB", "on scans held out"),
      tile("SSIM", Wording.number(all.ssim, digits: 4), "", "on scans held out"),
      tile(
        "Steps", Wording.grouped(model.steps), "of \(Wording.grouped(record.lesson.stepsAsked))",
        record.ending.words),
      tile("Time", Wording.duration(model.seconds), "", "to learn"),
      tile(
        "Scans", Wording.grouped(record.lesson.taught.count), "learnt from",
        "\(Wording.grouped(record.lesson.heldOut.count)) held out"),
    ]
  }

  private var facts: [[String: Any]] {
    typealias Parts = LearningParts
    let work = model.multiplicationsPerPixel.map { Wording.grouped(Int($0.rounded())) }
    return [
      Parts.fact("Device", record.lesson.device),
      Parts.fact("Layers", model.layers.joined(separator: ", ")),
      Parts.fact(
        "Architecture", model.architecture,
        "\(Wording.grouped(model.parameters)) parameters"
          + (work.map { ", \($0) multiplications a pixel" } ?? "")),
      Parts.fact("Objective", model.objective),
      Parts.fact("Pixel size", model.pixelSizes),
      Parts.fact("Pictures", model.channels == 1 ? "grey" : "colour"),
      Parts.fact(
        "Steps",
        "\(Wording.grouped(model.steps)) of \(Wording.grouped(record.lesson.stepsAsked))"),
      Parts.fact("Ended", record.ending.words),
      Parts.fact("Time", Wording.duration(model.seconds)),
      Parts.fact("Seed", "\(model.seed)"),
    ]
  }

  private var charts: [[String: Any]] {
    func chart(
      _ title: String, _ name: String, _ note: String, byPowers: Bool = true,
      _ value: (TrainingRecord.Point) -> Double?
    ) -> [String: Any]? {
      let points = record.curve.compactMap { point in
        value(point).map { (x: Double(point.step), y: $0) }
      }
      guard !points.isEmpty else { return nil }
      let chart = LineChart(
        xName: "steps", yName: title, lines: [.init(name: name, kind: "a", points: points)],
        pointName: "step", mayBeLogarithmic: byPowers)
      return ["title": title, "svg": chart.svg, "note": note]
    }
    let best = record.curve.compactMap { point in point.heldOut.map { (point.step, $0) } }
      .min { $0.1 < $1.1 }
    let note = best.map {
      "least \(Wording.brief($0.1)) at step \(Wording.grouped($0.0)); patches, each less its mean"
    }
    return [
      chart("Loss", "loss", model.objective) { $0.loss },
      chart("Residual held out, grey levels", "residual", note ?? "") { $0.heldOut },
      chart("Learning rate", "rate", "", byPowers: false) { $0.rate },
    ].compactMap { $0 }
  }

  private var scores: [[String: Any]] {
    [
      ("All", record.scores.all), ("Near edges", record.scores.edges),
      ("Flats", record.scores.flats),
    ].map { name, score in
      [
        "name": name, "l1": Wording.number(score.l1, digits: 2),
        "psnr": LearningParts.decibel(score.psnr), "ssim": Wording.number(score.ssim, digits: 4),
        "gradient": Wording.number(score.gradientL1, digits: 2),
      ]
    }
  }

  private var layers: [[String: Any]] {
    let most = record.byLayer.map { max($0.absolute, abs($0.bias)) }.max() ?? 0
    return record.byLayer.map { residual in
      func share(_ value: Double) -> Double { most > 0 ? value / most : 0 }
      let bias = share(abs(residual.bias)) * 50
      return [
        "name": residual.place, "share": Wording.number(100 * residual.share, digits: 1),
        "absolute": Wording.number(residual.absolute, digits: 2),
        "bias": Wording.signed(residual.bias, digits: 2),
        "width": ReportPage.plain(100 * share(residual.absolute)),
        "biasLeft": ReportPage.plain(residual.bias < 0 ? 50 - bias : 50),
        "biasWidth": ReportPage.plain(bias), "polarity": residual.bias < 0 ? "dark" : "bright",
      ]
    }
  }

  private var distance: [String: Any] {
    func line(_ name: String, _ kind: String, _ value: (ResidualRecord) -> Double) -> LineChart.Line
    {
      .init(
        name: name, kind: kind,
        points: record.byDistance.compactMap { residual in
          Double(residual.place).map { (x: $0, y: value(residual)) }
        })
    }
    let chart = LineChart(
      xName: "pixels to the nearest edge, the last and further off", yName: "grey levels",
      lines: [
        line("mean |scan − golden|", "a") { $0.absolute },
        line("bias: scan − golden", "b") { $0.bias },
      ], pointName: "pixel", mayBeLogarithmic: false)
    return ["svg": chart.svg, "keys": chart.legend]
  }

  private static func window(_ window: WindowPictures) -> [String: Any] {
    let golden = window.goldens[0]
    return [
      "scan": window.scan, "place": window.place, "seen": dataAddress(of: window.seen),
      "golden": dataAddress(of: golden), "difference": window.difference(to: golden),
    ]
  }
}

extension TrainingRecord.Ending {
  /// Why a training ended, as pages say it.
  var words: String {
    switch self {
    case .finished: "all steps done"
    case .noBetter: "ended as it got no better"
    case .stopped: "stopped before its end"
    }
  }
}

extension ModelRecord {
  /// The pixel sizes it was taught at, in words.
  var pixelSizes: String {
    guard let least = pixelSizesUm.first, let most = pixelSizesUm.last else { return "" }
    let (low, high) = (Wording.significant(least), Wording.significant(most))
    return low == high ? "\(low) µm" : "\(low) to \(high) µm"
  }
}
