import Foundation
import Records
import Testing

@Suite struct LearningRecordTests {
  private let score = ScoresRecord.Score(l1: 3.25, psnr: nil, ssim: 0.9, gradientL1: 1.5)

  private var lesson: LessonRecord {
    LessonRecord(
      program: "goldendie 1", device: "MPW-17",
      recipe: FileRecord(path: "recipe.yaml", sha256: "aa"), layout: nil, taught: ["a.png"],
      heldOut: ["b.png"], refused: [.init(name: "c.png", reason: "is empty")], stepsAsked: 60,
      seed: .max)
  }

  private var training: TrainingRecord {
    TrainingRecord(
      lesson: lesson,
      model: ModelRecord(
        file: FileRecord(path: "m.safetensors", sha256: "bb"), architecture: "fast",
        layers: ["ridge", "metal"], channels: 3, pixelSizesUm: [0.1, 0.2], roundingUm: 0.05,
        objective: "l1 + 0.2*ssim", seed: .max, steps: 40, seconds: 12.5, taught: ["a.png"],
        heldOut: ["b.png"], dataSha256: "cc", heldOutResidual: 3.5, parameters: 190_000,
        multiplicationsPerPixel: nil),
      ending: .noBetter,
      curve: [.init(step: 20, loss: 0.1, heldOut: nil, rate: 0.003)],
      scores: ScoresRecord(all: score, edges: score, flats: score),
      byLayer: [ResidualRecord(place: "ridge", share: 0.5, absolute: 3, bias: -1)], byDistance: [])
  }

  @Test func `a training is read as it was written`() throws {
    let json = try training.json()
    #expect(try TrainingRecord(json: json) == training)
    let text = String(decoding: json, as: UTF8.self)
    for key in [
      "held_out", "pixel_sizes_um", "data_sha256", "gradient_l1", "by_layer", "no_better",
    ] {
      #expect(text.contains("\"\(key)\""))
    }
  }

  @Test func `a comparison is read as it was written`() throws {
    let scores = ScoresRecord(all: score, edges: score, flats: score)
    var entry = ContestRecord.Entry(name: "tree", scores: scores, seconds: 2, mpxPerSecond: 1.5)
    entry.overFloor = 1.25
    let record = ContestRecord(lesson: lesson, floor: scores, entries: [entry])
    #expect(try ContestRecord(json: try record.json()) == record)
  }

  @Test func `a record of another format, a cut one, and one that is not finite are refused`()
    throws
  {
    let json = try training.json()
    #expect { try ContestRecord(json: json) } throws: {
      ($0 as? RecordError)?.code == .unknownFormat
    }
    #expect { try TrainingRecord(json: json.prefix(json.count / 2)) } throws: {
      ($0 as? RecordError)?.code == .badJSON
    }
    var endless = training
    endless.curve[0].loss = .nan
    #expect { try endless.json() } throws: { ($0 as? RecordError)?.code == .notFinite }
  }
}
