internal import Golden
internal import Raster
internal import Records

extension ScoresRecord {
  /// Scores of brightness 0…1 as grey levels.
  init(_ scores: ImageScores) {
    func score(_ tally: ImageScores.Tally) -> Score {
      Score(
        l1: 255 * tally.l1, psnr: tally.psnr.isFinite ? tally.psnr : nil, ssim: tally.ssim,
        gradientL1: 255 * tally.gradientL1)
    }
    self.init(all: score(scores.all), edges: score(scores.edges), flats: score(scores.flats))
  }
}

extension ResidualRecord {
  /// Residuals by layer, the last of what no layer covers.
  static func byLayer(_ scores: ImageScores, layers: [String]) -> [ResidualRecord] {
    var records = layers.enumerated().map { index, name in
      ResidualRecord(name, scores.residual(ofLayer: index), of: scores)
    }
    if let bare = scores.byMaterial[0] {
      records.append(ResidualRecord("none of them", bare, of: scores))
    }
    return records.filter { $0.share > 0 }
  }

  /// Residuals by whole pixels to the nearest edge.
  static func byDistance(_ scores: ImageScores) -> [ResidualRecord] {
    scores.byDistance.enumerated().map { ResidualRecord("\($0.offset)", $0.element, of: scores) }
      .filter { $0.share > 0 }
  }

  private init(_ place: String, _ residual: ImageScores.Residual, of scores: ImageScores) {
    // The scores say golden less photograph; pages and findings say scan less golden.
    self.init(
      place: place, share: scores.all.pixels > 0 ? residual.pixels / scores.all.pixels : 0,
      absolute: 255 * residual.l1, bias: -255 * residual.bias)
  }
}

extension LessonRecord {
  init(
    _ folder: TrainingFolder, device: Device, lesson: GeneratorLesson, training: TrainingSettings
  ) {
    let names = lesson.names
    self.init(
      program: Device.program, device: device.recipe.device, recipe: device.recipeRecord,
      layout: device.layoutRecord, taught: names.taught, heldOut: names.heldOut,
      refused: folder.refused.map { Refused(name: $0.name, reason: $0.reason) },
      stepsAsked: training.steps, seed: training.seed)
  }
}
