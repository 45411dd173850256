import Foundation
import ImageFiles
import Inspection
import Raster
import Records
import TestSupport
import Testing

extension Seeded {
  /// Noise with a standard deviation of 1.
  mutating func normal() -> Float {
    0.866 * (0..<4).reduce(0) { sum, _ in sum + Float.random(in: -1...1, using: &self) }
  }
}

/// Scans of dies that all show the same, each a little elsewhere, with noise and light of its own, and no layout.
private struct Dies {
  static let (width, height) = (520, 400)
  private let boxes: [PixelRect]

  init() {
    var random = Seeded(state: 11)
    boxes = (0..<30).map { _ in
      PixelRect(
        x: Int.random(in: 0...520, using: &random), y: Int.random(in: 0...400, using: &random),
        width: Int.random(in: 18...70, using: &random),
        height: Int.random(in: 18...70, using: &random))
    }
  }

  /// A die, moved by whole pixels, with a bright place where one is asked for; places are those of a die that is not moved.
  func scan(_ number: Int, defect: PixelRect? = nil, wobbling: PixelRect? = nil) -> Picture {
    var random = Seeded(state: UInt64(100 + number))
    let (dx, dy) = number == 0 ? (0, 0) : (number * 5 % 13 - 6, number * 7 % 11 - 5)
    var plane = Plane(width: Self.width + 60, height: Self.height + 60, filling: 0.35)
    func fill(_ rect: PixelRect, _ value: Float) {
      let place = PixelRect(
        x: rect.x + 20 + dx, y: rect.y + 20 + dy, width: rect.width, height: rect.height
      ).intersection(plane.bounds)
      for y in place.y..<place.maxY { for x in place.x..<place.maxX { plane[x, y] = value } }
    }
    for (index, box) in boxes.enumerated() { fill(box, index % 3 == 0 ? 0.55 : 0.75) }
    // A part that is another grey on each die.
    if let wobbling { fill(wobbling, 0.5 + 0.06 * Float((number * 3) % 7 - 3)) }
    if let defect { fill(defect, 0.97) }
    plane = plane.smoothed(sigma: 0.8)
    let light = 0.9 + 0.02 * Float(number % 5)
    for index in plane.samples.indices {
      plane.samples[index] = light * plane.samples[index] + 0.008 * random.normal()
    }
    return Picture(
      planes: [plane.crop(PixelRect(x: 20, y: 20, width: Self.width, height: Self.height))])
  }

  /// Where a place of a die that is not moved lies on a scan.
  static func place(_ rect: PixelRect, _ number: Int) -> PixelRect {
    let (dx, dy) = number == 0 ? (0, 0) : (number * 5 % 13 - 6, number * 7 % 11 - 5)
    return PixelRect(x: rect.x + dx, y: rect.y + dy, width: rect.width, height: rect.height)
  }
}

@Suite struct DiesTests {
  private let dies = Dies()
  private static let defects = [
    PixelRect(x: 200, y: 150, width: 12, height: 9), PixelRect(x: 330, y: 90, width: 9, height: 9),
    PixelRect(x: 120, y: 300, width: 10, height: 12),
  ]

  private func write(_ picture: Picture, _ name: String, _ folder: URL) throws {
    try PNGWriter.write(picture, path: folder.appending(path: name).path)
  }

  private func device(_ golden: String, in folder: URL) throws -> Device {
    let recipe = folder.appending(path: "recipe.yaml")
    try Data("golden: \(golden)\nmatching: {search: 20px}\n".utf8).write(to: recipe)
    return try Device(recipe: recipe)
  }

  private func findings(_ device: Device, _ scan: URL) throws -> [PixelRect] {
    let record = try device.inspect(scan).record
    #expect(record.verdict == .inspected, "\(record.reason ?? "")")
    return record.findings.map(\.box)
  }

  @Test func `what one die alone shows is found beside its neighbours`() throws {
    try withTemporaryFolder { folder in
      for number in 0..<6 {
        let defect = number < 3 ? Self.defects[number] : nil
        try write(dies.scan(number, defect: defect), "\(number).png", folder)
      }
      let device = try device("{neighbours: 5}", in: folder)
      for number in 0..<6 {
        let scan = folder.appending(path: "\(number).png")
        let record = try device.inspect(scan).record
        #expect(record.verdict == .inspected, "\(record.reason ?? "")")
        #expect(record.golden.kind == "neighbours" && record.neighbours?.used.count == 5)
        #expect(record.findings.allSatisfy { $0.layoutUm == nil })
        #expect(record.findings.count == (number < 3 ? 1 : 0), "die \(number)")
        guard number < 3, let found = record.findings.first else { continue }
        #expect(!found.box.intersection(Dies.place(Self.defects[number], number)).isEmpty)
      }
    }
  }

  @Test func `too few neighbours make no golden, and a stranger is none`() throws {
    try withTemporaryFolder { folder in
      for number in 0..<3 { try write(dies.scan(number), "\(number).png", folder) }
      let grey = Picture(planes: [Plane(width: 520, height: 400, filling: 0.4)])
      try write(grey, "stranger.png", folder)
      let record = try device("{neighbours: 3}", in: folder)
        .inspect(folder.appending(path: "0.png")).record
      #expect(record.verdict == .notInspectable)
      let reason = try #require(record.reason)
      #expect(reason.hasPrefix("2 other scans of use are there, and at least 3 make a golden"))
      #expect(reason.contains("stranger.png: "), "\(reason)")
    }
  }

  @Test(arguments: [true, false])
  func `a golden is learnt from pictures each of which has a defect`(isFolder: Bool) throws {
    try withTemporaryFolder { folder in
      let good = folder.appending(path: "good", directoryHint: .isDirectory)
      try FileManager.default.createDirectory(at: good, withIntermediateDirectories: true)
      for number in 0..<5 {
        let defect = Self.defects.indices.contains(number) ? Self.defects[number] : nil
        try write(dies.scan(number, defect: defect), "\(number).png", good)
      }
      let place = PixelRect(x: 260, y: 240, width: 10, height: 10)
      try write(dies.scan(8, defect: place), "scan.png", folder)
      try write(dies.scan(9), "clean.png", folder)
      let list = (0..<5).map { "good/\($0).png" }.joined(separator: ", ")
      let device = try device(isFolder ? "{images: good}" : "{images: [\(list)]}", in: folder)
      let found = try findings(device, folder.appending(path: "scan.png"))
      #expect(found.count == 1)
      #expect(found.first.map { !$0.intersection(Dies.place(place, 8)).isEmpty } == true)
      #expect(try findings(device, folder.appending(path: "clean.png")).isEmpty)
      let golden = try device.inspect(folder.appending(path: "clean.png")).record.golden
      #expect(golden.kind == "images" && golden.file == nil)
      #expect(golden.pictures?.map(\.path) == (0..<5).map { "good/\($0).png" })
    }
  }

  @Test func `where good dies differ a scan may too`() throws {
    try withTemporaryFolder { folder in
      let part = PixelRect(x: 230, y: 180, width: 40, height: 30)
      for number in 0..<7 { try write(dies.scan(number, wobbling: part), "\(number).png", folder) }
      // As far from the median as the furthest of the good ones.
      try write(dies.scan(13, wobbling: part), "scan.png", folder)
      let list = (0..<7).map { "\($0).png" }
      let wide = try device("{images: [\(list.joined(separator: ", "))]}", in: folder)
      #expect(try findings(wide, folder.appending(path: "scan.png")).isEmpty)
      // Beside one of them it stands out.
      let alike = try device("{image: 0.png}", in: folder)
      #expect(try !findings(alike, folder.appending(path: "scan.png")).isEmpty)
    }
  }

  @Test func `pictures that do not belong together are named`() throws {
    try withTemporaryFolder { folder in
      for number in 0..<3 { try write(dies.scan(number), "\(number).png", folder) }
      try write(
        dies.scan(4).crop(PixelRect(x: 0, y: 0, width: 300, height: 200)), "small.png", folder)
      try write(
        Picture(planes: [Plane(width: Dies.width, height: Dies.height, filling: 0.4)]),
        "grey.png", folder)
      func refusal(_ golden: String) -> String {
        let error = #expect(throws: InspectionError.self) { try device(golden, in: folder) }
        return error.map { URL(filePath: $0.path).lastPathComponent + " " + $0.detail } ?? ""
      }
      #expect(
        refusal("{images: [0.png, 1.png, small.png]}")
          == "small.png has 300 × 200 pixels, and 0.png, the first of golden.images, 520 × 400; they are of one size"
      )
      #expect(
        refusal("{images: [0.png, 1.png, grey.png]}").hasPrefix(
          "grey.png can't be placed on 0.png, the first of golden.images: "))
      let missing = #expect(throws: RecipeError.self) {
        try device("{images: nowhere}", in: folder)
      }
      #expect(missing?.code == .noSuchFile)
      let two = #expect(throws: RecipeError.self) {
        try device("{images: [0.png, 1.png]}", in: folder)
      }
      #expect(two?.detail.hasSuffix("asked for, and 2 are there") == true)
    }
  }
}
