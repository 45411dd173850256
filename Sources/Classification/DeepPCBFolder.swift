public import Foundation
internal import Raster

/// A folder of labelled pairs in DeepPCB's format: `N_test.jpg` the scan, `N_temp.jpg` its golden, and `N.txt` with a line
/// `x1 y1 x2 y2 type` for each defect, x2 and y2 one past its last pixel.
///
/// Source: Tang et al., "Online PCB Defect Detector On A New PCB Defect Dataset", 2019.
public struct DeepPCBFolder: Sendable {
  /// The types 1 to 6.
  public static let classes = ["open", "short", "mousebite", "spur", "copper", "pin-hole"]

  /// A pair that is not read yet.
  public struct Entry: Sendable, Equatable {
    /// Its number.
    public var name: String
    /// The board: the number's first five digits.
    public var board: String
    /// Its pictures.
    public var scan, golden: URL
    /// Its defects.
    public var boxes: [LabelledBox]
  }

  /// The pairs, by number.
  public let entries: [Entry]

  /// Lists a folder and reads its labels.
  ///
  /// - Throws: `ClassificationError`, naming the file and line.
  public init(_ folder: URL) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw ClassificationError(.noSuchFile, folder.path, "there is no such folder")
    }
    let all = Set(names)
    entries = try names.filter { $0.hasSuffix(".txt") }.sorted().map { file in
      let name = String(file.dropLast(4))
      let (scan, golden) = ("\(name)_test.jpg", "\(name)_temp.jpg")
      for picture in [scan, golden] where !all.contains(picture) {
        throw ClassificationError(
          .noSuchFile, folder.appending(path: picture).path, "\(file) needs it, and it is missing")
      }
      return Entry(
        name: name, board: String(name.prefix(5)), scan: folder.appending(path: scan),
        golden: folder.appending(path: golden),
        boxes: try Self.boxes(folder.appending(path: file)))
    }
    guard !entries.isEmpty else {
      throw ClassificationError(.empty, folder.path, "has no labelled pairs, N.txt beside pictures")
    }
  }

  private static func boxes(_ file: URL) throws -> [LabelledBox] {
    guard let data = try? Data(contentsOf: file) else {
      throw ClassificationError(.cannotRead, file.path, "can't be read")
    }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    return try lines.enumerated().map { number, line in
      let numbers = line.split { $0 == " " || $0 == "," || $0 == "\t" }.map { Int($0) }
      guard numbers.count == 5, case let known = numbers.compactMap({ $0 }), known.count == 5,
        known.allSatisfy({ (0...1 << 20).contains($0) }), known[2] > known[0], known[3] > known[1],
        (1...classes.count).contains(known[4])
      else {
        throw ClassificationError(
          .damaged, "\(file.path):\(number + 1)", "is no defect: x1 y1 x2 y2 and a type 1 to 6")
      }
      return LabelledBox(
        box: PixelRect(
          x: known[0], y: known[1], width: known[2] - known[0], height: known[3] - known[1]),
        label: known[4])
    }
  }
}
