public import Foundation
public import Raster

/// Where each scan lies on the layout, from a text table of `image, x, y`.
///
/// The first column is an image's number or its file name, x and y are the centre of its field in layout µm, y up. The
/// first line is a header. A row belongs to a scan when it has the scan's file name, with or without extension, or the
/// number that is the last run of digits in that name: 144 stands for `LL_144.jpg`.
public struct CenterTable: Equatable, Sendable {
  /// Rows by file name.
  private var named: [String: Point] = [:]
  /// Rows by number.
  private var numbered: [Int: Point] = [:]

  /// Rows in the table.
  public var count: Int { named.count + numbered.count }

  /// Reads a table.
  ///
  /// - Throws: `RecipeError` with the line at fault: not three columns, no number, or an image listed twice.
  public init(contentsOf file: URL) throws {
    let data = try contentsOfSmallFile(file, limit: 64 << 20)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RecipeError(
        .unreadable, path: file.path, detail: "a centre table is UTF-8 text; this is not")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let columns = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if columns == [""] { continue }
      guard columns.count == 3, let x = Double(columns[1]), let y = Double(columns[2]),
        x.isFinite, y.isFinite, !columns[0].isEmpty
      else {
        if index == 0 { continue }
        throw RecipeError(
          .syntax, path: file.path, line: index + 1,
          detail: "expected 'image, x, y' with x and y in layout µm, found '\(line.prefix(80))'")
      }
      guard add(columns[0], Point(x: x, y: y)) else {
        throw RecipeError(
          .duplicateKey, path: file.path, line: index + 1,
          detail: "image '\(columns[0])' is listed twice")
      }
    }
    guard count > 0 else {
      throw RecipeError(.empty, path: file.path, detail: "the centre table has no rows")
    }
  }

  /// The centre of a scan in layout µm, y up; nil when the table does not list it.
  ///
  /// A name goes before a number.
  public func center(of scan: URL) -> Point? {
    let stem = scan.deletingPathExtension().lastPathComponent
    if let center = named[scan.lastPathComponent] ?? named[stem] { return center }
    guard let end = stem.lastIndex(where: \.isDigit) else { return nil }
    let digits = stem[...end].reversed().prefix(while: \.isDigit).reversed()
    return Int(String(digits)).flatMap { numbered[$0] }
  }

  private mutating func add(_ image: String, _ center: Point) -> Bool {
    guard image.allSatisfy(\.isDigit), let number = Int(image) else {
      return named.updateValue(center, forKey: image) == nil
    }
    return numbered.updateValue(center, forKey: number) == nil
  }
}

extension Character {
  /// Whether it is one of 0…9; other scripts' digits are not.
  var isDigit: Bool { ("0"..."9").contains(self) }
}
