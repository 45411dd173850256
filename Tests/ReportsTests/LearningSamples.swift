import Raster
import Records
import Reports

/// A lesson of two scans and one that was left out.
func sampleLesson(device: String = "MPW-17") -> LessonRecord {
  LessonRecord(
    program: "goldendie 1.0.0", device: device,
    recipe: FileRecord(path: "recipe.yaml", sha256: String(repeating: "b", count: 64)),
    layout: FileRecord(path: "layout.gds", sha256: String(repeating: "c", count: 64)),
    taught: ["die_00.png"], heldOut: ["die_04.png"],
    refused: [.init(name: "dark.png", reason: "no structure was found")], stepsAsked: 3000, seed: 7)
}

/// Scores whose figures can be told apart.
func sampleScores(l1: Double = 3.21) -> ScoresRecord {
  func score(_ l1: Double) -> ScoresRecord.Score {
    .init(l1: l1, psnr: 32.14, ssim: 0.9123, gradientL1: 1.78)
  }
  return ScoresRecord(all: score(l1), edges: score(l1 + 3.33), flats: score(l1 - 1.11))
}

/// The report of a training of 2400 steps.
func sampleTraining(device: String = "MPW-17", layer: String = "ridge") -> TrainingReport {
  TrainingReport(
    record: TrainingRecord(
      lesson: sampleLesson(device: device),
      model: ModelRecord(
        file: FileRecord(path: "out/m.safetensors", sha256: String(repeating: "d", count: 64)),
        architecture: "fast", layers: [layer, "metal"], channels: 3, pixelSizesUm: [0.2, 0.2],
        roundingUm: 0.1, objective: "charbonnier", seed: 7, steps: 2400, seconds: 600,
        taught: ["die_00.png"], heldOut: ["die_04.png"],
        dataSha256: String(repeating: "e", count: 64), heldOutResidual: 2.9, parameters: 190_123,
        multiplicationsPerPixel: 11_024),
      ending: .noBetter,
      curve: [
        .init(step: 1200, loss: 0.05, heldOut: 4.4, rate: 0.003),
        .init(step: 2400, loss: 0.007, heldOut: 2.9, rate: 0.001),
      ],
      scores: sampleScores(),
      byLayer: [
        ResidualRecord(place: layer, share: 0.25, absolute: 4.56, bias: -1.23),
        ResidualRecord(place: "none of them", share: 0.75, absolute: 2.34, bias: 0.45),
      ],
      byDistance: [
        ResidualRecord(place: "0", share: 0.1, absolute: 9, bias: 2),
        ResidualRecord(place: "1", share: 0.9, absolute: 3, bias: -1),
      ]),
    windows: [sampleWindow(goldens: [0.5])])
}

/// A window whose scan is 0.6 bright, with goldens of given brightness.
func sampleWindow(scan: String = "die_04.png", goldens: [Float]) -> WindowPictures {
  func grey(_ value: Float) -> Picture {
    Picture(planes: [Plane(width: 16, height: 12, filling: value)])
  }
  return WindowPictures(
    scan: scan, rect: PixelRect(x: 5, y: 6, width: 16, height: 12), reason: "most edges",
    seen: grey(0.6), goldens: goldens.map(grey))
}
