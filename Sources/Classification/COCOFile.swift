public import Foundation
internal import Raster

/// Labelled pictures in COCO's format: a JSON file with `images`, `annotations` and `categories`.
///
/// An annotation's box is `[x, y, width, height]`; its segmentation, where there is one, is polygons or run lengths, packed
/// or not. An image may name its golden as `golden_file_name`. File names are relative to the JSON file's folder.
///
/// Source: Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and cocodataset.org's format.
public struct COCOFile: Sendable {
  /// A picture that is not read yet.
  public struct Entry: Sendable, Equatable {
    /// Its file name.
    public var name: String
    /// The picture.
    public var scan: URL
    /// Its golden, where it has one.
    public var golden: URL?
    /// Columns and rows.
    public var width, height: Int
    /// Its defects; labels begin with 1, in the order of `classes`.
    public var boxes: [LabelledBox]
    /// The class of each pixel, where every defect has a segmentation; 0 is none.
    public var labels: [UInt8]?
  }

  /// Names of the categories, by their ids.
  public let classes: [String]
  /// The pictures, in the file's order.
  public let entries: [Entry]

  private struct File: Decodable {
    struct Image: Decodable {
      var id: Int
      var file_name: String
      var golden_file_name: String?
      var width, height: Int
    }
    struct Annotation: Decodable {
      var image_id, category_id: Int
      var bbox: [Double]
      var segmentation: Segmentation?
    }
    struct Category: Decodable {
      var id: Int
      var name: String
    }
    var images: [Image]
    var annotations: [Annotation]
    var categories: [Category]
  }

  /// Where a defect's pixels are.
  private enum Segmentation: Decodable {
    case polygons([[Double]])
    case runs([Int], height: Int)

    private struct Runs: Decodable {
      var size: [Int]
      var counts: Counts
    }
    private enum Counts: Decodable {
      case plain([Int])
      case packed(String)

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
          self = .packed(text)
        } else {
          self = .plain(try value.decode([Int].self))
        }
      }
    }

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let polygons = try? value.decode([[Double]].self) {
        self = .polygons(polygons)
        return
      }
      let runs = try value.decode(Runs.self)
      switch runs.counts {
      case .plain(let counts): self = .runs(counts, height: runs.size.first ?? 0)
      case .packed(let text): self = .runs(Self.unpacked(text), height: runs.size.first ?? 0)
      }
    }

    /// Numbers of 5 bits a character, from 48, the lowest first, bit 5 says that more follow; from the third on each is the
    /// difference to that two before.
    private static func unpacked(_ text: String) -> [Int] {
      var (counts, number, shift): ([Int], Int, Int) = ([], 0, 0)
      for byte in text.utf8 {
        let bits = Int(byte) - 48
        guard shift < 60, (0..<64).contains(bits) else { return [] }
        number |= (bits & 31) << shift
        shift += 5
        guard bits & 32 == 0 else { continue }
        if bits & 16 != 0 { number |= -1 << shift }
        if counts.count > 2 { number &+= counts[counts.count - 2] }
        counts.append(number)
        (number, shift) = (0, 0)
      }
      return counts
    }
  }

  /// Reads a file.
  ///
  /// - Throws: `ClassificationError`, naming what is wrong.
  public init(_ file: URL) throws {
    guard let data = try? Data(contentsOf: file) else {
      throw ClassificationError(
        .noSuchFile, file.path, "there is no such file, or it can't be read")
    }
    let known: File
    do { known = try JSONDecoder().decode(File.self, from: data) } catch {
      throw ClassificationError(
        .damaged, file.path, "is no COCO file with images, annotations and categories")
    }
    func damaged(_ detail: String) -> ClassificationError {
      ClassificationError(.damaged, file.path, detail)
    }
    let categories = known.categories.sorted { $0.id < $1.id }
    guard !categories.isEmpty, categories.count < 250, !known.images.isEmpty else {
      throw ClassificationError(.empty, file.path, "has no images, or no or too many categories")
    }
    let numbers = Dictionary(
      categories.enumerated().map { ($1.id, $0 + 1) }, uniquingKeysWith: { first, _ in first })
    let folder = file.deletingLastPathComponent()
    let annotations = Dictionary(grouping: known.annotations, by: \.image_id)
    if let lost = annotations.keys.first(where: { id in !known.images.contains { $0.id == id } }) {
      throw damaged("an annotation is of image \(lost), which is not there")
    }
    classes = categories.map(\.name)
    entries = try known.images.map { image in
      guard (1...1 << 20).contains(image.width), (1...1 << 20).contains(image.height),
        image.width * image.height <= 1 << 30
      else { throw damaged("image \(image.id) has no sound size") }
      let own = annotations[image.id] ?? []
      let boxes = try own.map { annotation in
        guard let label = numbers[annotation.category_id], annotation.bbox.count == 4,
          annotation.bbox.allSatisfy({ $0.magnitude <= 1_048_576 }), annotation.bbox[2] > 0,
          annotation.bbox[3] > 0
        else { throw damaged("an annotation of image \(image.id) has no sound box or category") }
        let (left, top) = (annotation.bbox[0].rounded(), annotation.bbox[1].rounded())
        let right = (annotation.bbox[0] + annotation.bbox[2]).rounded()
        let bottom = (annotation.bbox[1] + annotation.bbox[3]).rounded()
        return LabelledBox(
          box: PixelRect(
            x: Int(left), y: Int(top), width: max(1, Int(right - left)),
            height: max(1, Int(bottom - top))), label: label)
      }
      var entry = Entry(
        name: image.file_name, scan: folder.appending(path: image.file_name),
        golden: image.golden_file_name.map { folder.appending(path: $0) }, width: image.width,
        height: image.height, boxes: boxes)
      if !own.isEmpty, own.allSatisfy({ $0.segmentation != nil }) {
        var labels = [UInt8](repeating: 0, count: image.width * image.height)
        for (annotation, box) in zip(own, boxes) {
          guard let segmentation = annotation.segmentation else { continue }
          Self.fill(segmentation, UInt8(box.label), &labels, image.width, image.height)
        }
        entry.labels = labels
      }
      return entry
    }
  }

  private static func fill(
    _ segmentation: Segmentation, _ label: UInt8, _ labels: inout [UInt8], _ width: Int,
    _ height: Int
  ) {
    switch segmentation {
    case .runs(let counts, let rows):
      // Column by column, beginning with what is not it.
      guard rows == height else { return }
      var place = 0
      for (number, count) in counts.enumerated() {
        guard count >= 0, place + count <= width * height else { return }
        if number % 2 == 1 {
          for at in place..<place + count { labels[at % height * width + at / height] = label }
        }
        place += count
      }
    case .polygons(let polygons):
      for polygon in polygons where polygon.count >= 6 && polygon.allSatisfy(\.isFinite) {
        fill(polygon, label, &labels, width, height)
      }
    }
  }

  /// Pixels whose centre is inside by the even-odd rule.
  private static func fill(
    _ polygon: [Double], _ label: UInt8, _ labels: inout [UInt8], _ width: Int, _ height: Int
  ) {
    let count = polygon.count / 2
    for row in 0..<height {
      let y = Double(row) + 0.5
      var crossings: [Double] = []
      for corner in 0..<count {
        let (x0, y0) = (polygon[2 * corner], polygon[2 * corner + 1])
        let next = (corner + 1) % count
        let (x1, y1) = (polygon[2 * next], polygon[2 * next + 1])
        guard (y0 <= y) != (y1 <= y) else { continue }
        crossings.append(x0 + (y - y0) / (y1 - y0) * (x1 - x0))
      }
      crossings.sort()
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        let left = Int(max(0, min(Double(width), (crossings[pair] - 0.5).rounded(.up))))
        let right = Int(max(0, min(Double(width), (crossings[pair + 1] - 0.5).rounded(.up))))
        for column in left..<max(left, right) { labels[row * width + column] = label }
      }
    }
  }
}
