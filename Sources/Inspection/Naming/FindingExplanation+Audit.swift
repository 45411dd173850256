internal import Explanations
internal import Raster
internal import Records

extension FindingExplanation {
  /// What no layer made: the wafer where nothing is drawn.
  static let bare = "nothing drawn"

  /// The record of an explanation in the form of `findings.json`.
  init(
    _ audit: ExplanationRecord, _ explanation: Explanation, crop: PixelRect, classes: [String],
    mainClass: (Int) -> String?
  ) {
    let start = audit.start
    var told = Start(
      class: classes[start.channel], channel: start.channel,
      box: start.box.map { PixelRect(x: $0.x, y: $0.y, width: $0.width, height: $0.height) },
      contenders: start.contenders?.count, amount: start.amount.rawValue,
      normalised: start.isNormalised)
    told.against = start.against
    self.init(
      modelSha256: audit.sources.modelSHA256, weightsSha256: audit.sources.weightsSHA256,
      inputSha256: audit.sources.inputSHA256, goldenSha256: audit.sources.goldenSHA256,
      crop: crop, method: audit.method.text, stabiliser: audit.stabiliser,
      start: told,
      layer: audit.layer,
      concepts: explanation.concepts.map {
        Concept(
          channel: $0.channel, relevance: $0.relevance, share: $0.share,
          mainClass: mainClass($0.channel))
      },
      heatMapSha256: audit.heatMapSHA256, given: audit.given, arrived: audit.arrived,
      absorbed: audit.absorbed)
  }

  /// The same in the form that can be computed again; nil where it names what is not known.
  var audit: ExplanationRecord? {
    guard let method = Method(text: method),
      let amount = Explanations.Start.Amount(rawValue: start.amount)
    else { return nil }
    return ExplanationRecord(
      sources: .init(
        modelSHA256: modelSha256, weightsSHA256: weightsSha256, inputSHA256: inputSha256,
        goldenSHA256: goldenSha256),
      method: method, stabiliser: stabiliser,
      start: Explanations.Start(
        channel: start.channel,
        box: start.box.map {
          Explanations.Start.Box(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
        },
        contenders: start.contenders.map { 0..<$0 }, against: start.against, amount: amount,
        isNormalised: start.normalised),
      layer: layer,
      concepts: concepts.map {
        ExplanationRecord.Concept(channel: $0.channel, relevance: $0.relevance)
      },
      heatMapSHA256: heatMapSha256, given: given, arrived: arrived, absorbed: absorbed)
  }
}
