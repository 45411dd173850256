import Classification
import Foundation
import Networks
import Raster
import TestSupport
import Testing

/// A pair of one size whose pixels are all different, with two labelled places.
func pair(width: Int = 24, height: Int = 16) -> LabelledPair {
  func plane(_ salt: Int) -> Plane {
    Plane(
      width: width, height: height,
      samples: (0..<width * height).map { Float(($0 * 37 + salt) % 256) / 255 })
  }
  return LabelledPair(
    name: "a", group: "b",
    source: CropSource(
      scan: Picture(planes: [plane(0)]), golden: Picture(planes: [plane(90)])),
    boxes: [
      LabelledBox(box: PixelRect(x: 4, y: 2, width: 8, height: 4), label: 1),
      LabelledBox(box: PixelRect(x: 20, y: 10, width: 4, height: 6), label: 2),
    ])
}

@Suite struct LabelledPairTests {
  @Test func `gives scan, golden and their difference`() {
    let planes = pair().planes(PixelRect(x: 3, y: 1, width: 5, height: 4))
    #expect(planes.height == 4 && planes.width == 5 && planes.channels == 5)
    let place = 24 + 3
    let (scan, golden) = (
      Float((place * 37) % 256) / 255, Float((place * 37 + 90) % 256) / 255
    )
    // Pictures without two levels join and part nothing.
    let all = [scan - 0.5, golden - 0.5, scan - golden, 0, 0]
    for (plane, expected) in all.enumerated() {
      let apart = planes[0, 0, plane] - expected
      #expect(abs(apart) < 1e-6)
    }
  }

  @Test(arguments: 0..<8)
  func `turns pixels and boxes together`(symmetry: Int) {
    let rect = PixelRect(x: 2, y: 1, width: 20, height: 12)
    let (plain, turned) = (pair().crop(rect), pair().crop(rect, symmetry: symmetry))
    #expect(plain.boxes.count == 2 && turned.boxes.count == 2)
    for (mine, theirs) in zip(turned.boxes, plain.boxes) {
      // The pixels of a box are the same ones, and so are the labels.
      func values(_ crop: LabelledCrop, _ box: PixelRect) -> Set<Float> {
        let inside = box.intersection(
          PixelRect(x: 0, y: 0, width: crop.planes.width, height: crop.planes.height))
        var found: Set<Float> = []
        for y in inside.y..<inside.maxY {
          for x in inside.x..<inside.maxX { found.insert(crop.planes[y, x, 0]) }
        }
        return found
      }
      #expect(values(turned, mine.box) == values(plain, theirs.box))
      #expect(mine.label == theirs.label)
    }
    for label in [UInt8(0), 1, 2, LabelledCrop.unknown] {
      #expect(turned.labels.count { $0 == label } == plain.labels.count { $0 == label })
    }
  }

  @Test func `labels the middle of a box and leaves its rim open`() {
    let crop = pair().crop(PixelRect(x: 0, y: 0, width: 24, height: 16))
    func label(_ x: Int, _ y: Int) -> UInt8 { crop.labels[y * 24 + x] }
    #expect(label(7, 3) == 1 && label(6, 3) == 1)
    #expect(label(4, 2) == LabelledCrop.unknown && label(11, 5) == LabelledCrop.unknown)
    #expect(label(12, 5) == 0 && label(3, 3) == 0)
    #expect(label(21, 13) == 2)
  }

  @Test func `crops labels with pixels where every pixel has one`() {
    var labelled = pair()
    labelled.labels = (0..<24 * 16).map { UInt8($0 % 3) }
    let crop = labelled.crop(PixelRect(x: 5, y: 2, width: 6, height: 4), symmetry: 2)
    // The last row is the first: rows 5 and 2, columns 5 and 10 of 24.
    let (first, last) = (UInt8(125 % 3), UInt8(58 % 3))
    #expect(crop.labels[0] == first)
    #expect(crop.labels[23] == last)
  }

  @Test func `repeats the border's pixels outside`() {
    let planes = pair().planes(PixelRect(x: -3, y: -2, width: 30, height: 20))
    #expect(planes[0, 0, 0] == planes[2, 3, 0])
    #expect(planes[19, 29, 1] == planes[17, 26, 1])
  }
}

@Suite struct CropSourceTests {
  private func plane(_ values: [Float]) -> Plane { Plane(width: 4, height: 1, samples: values) }

  @Test func `gives colours of scan and golden, and the normalised difference from -1 to 1`() {
    let scan = Picture(planes: [[0, 0.2, 0.4, 1], [1, 1, 1, 1], [0, 0, 0, 0]].map(plane))
    let golden = Picture(planes: [[0.2, 0.2, 0.2, 0.2], [0, 0, 0, 0], [1, 1, 1, 1]].map(plane))
    let source = CropSource(
      scan: scan, golden: golden, difference: plane([7, -7, .nan, .infinity]), threshold: 7)
    // A shift of the golden would tell of another difference than the one given.
    let crop = source.planes(
      source.scan(PixelRect(x: 0, y: 0, width: 4, height: 1)).bounds, shift: (2, 0))
    #expect(crop.channels == 7 && source.planes == 7)
    func row(_ channel: Int) -> [Float] { (0..<4).map { crop[0, $0, channel] } }
    let expected: [[Float]] = [
      [-0.5, -0.3, -0.1, 0.5], [0.5, 0.5, 0.5, 0.5], [-0.5, -0.5, -0.5, -0.5],
      [-0.3, -0.3, -0.3, -0.3], [-0.5, -0.5, -0.5, -0.5], [0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0, 1],
    ]
    for (channel, expected) in expected.enumerated() {
      for (found, value) in zip(row(channel), expected) { #expect(abs(found - value) < 0.005) }
    }
  }

  @Test func `takes the mean difference of colours where no other is given`() {
    let scan = Picture(
      planes: [[0.2], [0.4], [0.9]].map { Plane(width: 1, height: 1, samples: $0) })
    let golden = Picture(planes: [Plane(width: 1, height: 1, samples: [0.2])])
    let crop = CropSource(scan: scan, golden: golden)
      .planes(PixelRect(x: 0, y: 0, width: 1, height: 1))
    let apart = crop[0, 0, 6] - 0.3
    #expect(abs(apart) < 0.005)
  }
}

@Suite struct LabelledSetTests {
  @Test func `draws every class as often, however rare it is`() {
    let many = (0..<9).map {
      LabelledBox(box: PixelRect(x: 2 * $0, y: 2, width: 2, height: 2), label: 1)
    }
    var rare = pair()
    rare.boxes = many + [LabelledBox(box: PixelRect(x: 20, y: 10, width: 4, height: 4), label: 2)]
    let set = LabelledSet([rare], classes: ["a", "b"])
    #expect(set.counts == ["a": 9, "b": 1])
    let crops = (0..<200).map { set.crop($0, seed: 3, side: 8, anywhere: 0, shift: 0) }
    let seen = crops.count { $0.boxes.contains { $0.label == 2 } }
    #expect((70...150).contains(seen))
    #expect(set.crop(7, seed: 3, side: 8).planes == set.crop(7, seed: 3, side: 8).planes)
  }

  @Test func `classes by chance keep the places and change the labels of their pixels`() {
    var labelled = pair()
    labelled.labels = (0..<24 * 16).map { place in
      UInt8(labelled.boxes.first { $0.box.contains(x: place % 24, y: place / 24) }?.label ?? 0)
    }
    let sets = (0..<20).map {
      LabelledSet([labelled], classes: ["a", "b"]).withLabelsByChance(seed: $0).pairs[0]
    }
    #expect(sets.allSatisfy { $0.boxes.map(\.box) == labelled.boxes.map(\.box) })
    #expect(sets.contains { $0.boxes.map(\.label) != [1, 2] })
    for set in sets {
      for (place, label) in (set.labels ?? []).enumerated() {
        let box = set.boxes.first { $0.box.contains(x: place % 24, y: place / 24) }
        #expect(Int(label) == box?.label ?? 0)
      }
    }
  }
}

@Suite final class FolderTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "labelled-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  @Test func `lists DeepPCB's pairs with their boards`() throws {
    try write("00041007.txt", "10 20 40 60 3\n1 2 3 4 6\n")
    for picture in ["00041007_test.jpg", "00041007_temp.jpg"] { try write(picture, "") }
    let entry = try #require(try DeepPCBFolder(folder).entries.first)
    #expect(entry.board == "00041" && entry.name == "00041007")
    #expect(
      entry.boxes == [
        LabelledBox(box: PixelRect(x: 10, y: 20, width: 30, height: 40), label: 3),
        LabelledBox(box: PixelRect(x: 1, y: 2, width: 2, height: 2), label: 6),
      ])
  }

  @Test(arguments: ["10 20 40 60 7", "10 20 40 60", "40 20 10 60 1", "a b c d 1", "-1 0 3 4 1"])
  func `names the line that is no defect`(line: String) throws {
    try write("00041007.txt", "10 20 40 60 3\n\(line)\n")
    for picture in ["00041007_test.jpg", "00041007_temp.jpg"] { try write(picture, "") }
    let folder = folder
    let error = #expect(throws: ClassificationError.self) { try DeepPCBFolder(folder) }
    #expect(error?.code == .damaged && error?.place.hasSuffix("00041007.txt:2") == true)
  }

  @Test func `tells a missing folder and a missing picture`() throws {
    let folder = folder
    let missing = #expect(throws: ClassificationError.self) {
      try DeepPCBFolder(folder.appending(path: "nowhere"))
    }
    #expect(missing?.code == .noSuchFile)
    try write("00041007.txt", "10 20 40 60 3")
    let picture = #expect(throws: ClassificationError.self) { try DeepPCBFolder(folder) }
    #expect(picture?.code == .noSuchFile)
  }

  @Test func `reads COCO's boxes, polygons and run lengths`() throws {
    try write(
      "labels.json",
      """
      {"images": [{"id": 5, "file_name": "a.png", "golden_file_name": "g.png", "width": 6, "height": 4},
                  {"id": 6, "file_name": "b.png", "width": 3, "height": 2}],
       "annotations": [
        {"image_id": 5, "category_id": 9, "bbox": [1, 1, 3, 2], "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]},
        {"image_id": 5, "category_id": 2, "bbox": [5, 0, 1, 2],
         "segmentation": {"size": [4, 6], "counts": [20, 2, 2]}},
        {"image_id": 5, "category_id": 2, "bbox": [0, 3, 1, 1],
         "segmentation": {"size": [4, 6], "counts": "31d0"}}],
       "categories": [{"id": 9, "name": "scratch"}, {"id": 2, "name": "particle"}]}
      """)
    let file = try COCOFile(folder.appending(path: "labels.json"))
    #expect(file.classes == ["particle", "scratch"])
    let entry = file.entries[0]
    #expect(entry.golden?.lastPathComponent == "g.png" && file.entries[1].labels == nil)
    #expect(
      entry.boxes[0] == LabelledBox(box: PixelRect(x: 1, y: 1, width: 3, height: 2), label: 2))
    let expected: [UInt8] = [
      0, 0, 0, 0, 0, 1,
      0, 2, 2, 2, 0, 1,
      0, 2, 2, 2, 0, 0,
      1, 0, 0, 0, 0, 0,
    ]
    #expect(entry.labels == expected)
  }

  @Test(arguments: [
    "", "{}", #"{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}]}"#,
    #"{"images": [{"id": 1, "file_name": "a", "width": 4, "height": 4}], "annotations": [{"image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1]}], "categories": [{"id": 1, "name": "a"}]}"#,
    #"{"images": [{"id": 1, "file_name": "a", "width": 4, "height": 4}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1]}], "categories": [{"id": 1, "name": "a"}]}"#,
    #"{"images": [{"id": 1, "file_name": "a", "width": -4, "height": 4}], "annotations": [], "categories": [{"id": 1, "name": "a"}]}"#,
  ])
  func `refuses what is no COCO file`(text: String) throws {
    try write("labels.json", text)
    let file = folder.appending(path: "labels.json")
    #expect(throws: ClassificationError.self) { try COCOFile(file) }
  }

  @Test func `a classifier comes back from its file as it was`() throws {
    var random = Seeded(state: 4)
    let classifier = Classifier(card: .init(classes: ["a", "b"], nuisances: ["b"]), using: &random)
    let file = folder.appending(path: "classifier.safetensors")
    try classifier.write(to: file)
    #expect(try Classifier(contentsOf: file) == classifier)
    try write("other.safetensors", "x")
    let other = folder.appending(path: "other.safetensors")
    #expect(throws: NetworkError.self) { try Classifier(contentsOf: other) }
  }
}
