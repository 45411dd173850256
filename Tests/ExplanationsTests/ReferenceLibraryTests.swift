import Explanations
import Foundation
import Networks
import TestSupport
import Testing

@Suite struct ReferenceLibraryTests {
  private let key = ReferenceLibrary.Key(
    modelSHA256: "aa", dataSHA256: "dd", layer: "deep", kind: .relevance)

  private func library(_ samples: some Sequence<Int>, capacity: Int = 5) -> ReferenceLibrary {
    var library = ReferenceLibrary(key, capacity: capacity)
    for sample in samples {
      library.add(
        "s\(sample)", label: sample % 3, values: picture(4, channels: 6, seed: UInt64(sample)))
    }
    return library
  }

  @Test func `keeps the best samples with the place of their maximum, and counts every class`()
    throws
  {
    let found = library(0..<30)
    for channel in 0..<6 {
      let values = (0..<30).map { sample in
        let picture = picture(4, channels: 6, seed: UInt64(sample))
        let own = (0..<16).map { Double(picture.values[$0 * 6 + channel]) }
        let place = own.indices.max { own[$0] < own[$1] } ?? 0
        return (sample: sample, sum: own.reduce(0, +), x: place % 4, y: place / 4)
      }
      let best = values.sorted { $0.sum > $1.sum }.prefix(5)
      let concept = found.concepts[channel]
      #expect(concept.references.map(\.sample) == best.map { "s\($0.sample)" })
      #expect(concept.references.map(\.x) == best.map(\.x))
      #expect(concept.references.map(\.y) == best.map(\.y))
      for label in 0..<3 {
        let own = values.filter { $0.sample % 3 == label }.map(\.sum)
        let part = try #require(concept.classes[label])
        #expect(part.samples == 10 && part.above == own.count { $0 > 0 })
        #expect(abs(part.sum - own.reduce(0, +)) < 1e-9)
        #expect(abs(part.greatest - (own.max() ?? 0)) < 1e-9)
      }
    }
  }

  @Test func `is the same in any order and merged of parts`() throws {
    let whole = library(0..<30)
    let turned = library((0..<30).reversed())
    var merged = library(20..<30)
    try merged.merge(library(0..<20))
    for (mine, theirs) in [(turned, whole), (merged, whole)] {
      for (a, b) in zip(mine.concepts, theirs.concepts) {
        #expect(a.references == b.references)
        #expect(a.mainClass == b.mainClass)
      }
    }
    var empty = ReferenceLibrary(key, capacity: 5)
    try empty.merge(whole)
    #expect(empty.concepts == whole.concepts)
  }

  @Test func `comes back from its file as it was`() throws {
    let whole = library(0..<8)
    let data = try JSONEncoder().encode(whole)
    #expect(try JSONDecoder().decode(ReferenceLibrary.self, from: data) == whole)
  }

  fileprivate typealias Key = ReferenceLibrary.Key
  fileprivate static let others: [(Key, Bool)] = [
    (Key(modelSHA256: "bb", dataSHA256: "dd", layer: "deep", kind: .relevance), true),
    (Key(modelSHA256: "aa", dataSHA256: "dd", layer: "else", kind: .relevance), true),
    (Key(modelSHA256: "aa", dataSHA256: "ee", layer: "deep", kind: .relevance), false),
    (Key(modelSHA256: "aa", dataSHA256: "dd", layer: "deep", kind: .activation), false),
    (
      Key(
        modelSHA256: "aa", dataSHA256: "dd", layer: "deep", kind: .relevance, method: .gradient),
      false
    ),
  ]

  @Test(arguments: others)
  func `is refused by another model or other data`(other: ReferenceLibrary.Key, isModel: Bool) {
    var mine = library(0..<3)
    let error = #expect(throws: ExplanationError.self) { try mine.require(other) }
    #expect(error?.code == (isModel ? .otherModel : .otherData))
    #expect(throws: ExplanationError.self) { try mine.merge(ReferenceLibrary(other)) }
  }

  @Test func `crops a reference by what its pixel goes back to`() throws {
    let network = Network.chain()
    let explainer = try Explainer(network, height: 48, width: 48, method: .relevance(.epsilonPlus))
    explainer.forward(picture(48))
    let values = explainer.value(of: "deep.activation")
    let channel = (0..<8).max { values[12, 12, $0] < values[12, 12, $1] } ?? 0
    let box = explainer.referenceBox(layer: "deep.activation", channel: channel, x: 12, y: 12)
    // Its 3 × 3 of 2 × 2 pooled pixels with 1 around, grown by the blur's 6 at most.
    #expect(box.width <= 8 + 12 && box.height <= 8 + 12 && box.width >= 4)
    #expect((14...24).contains(box.x) && (14...24).contains(box.y))
  }
}
