public import Foundation

/// Lists scans that may tell of another one; asked again when some were moved since.
public typealias OtherScans = @Sendable () -> [URL]

extension Device {
  /// Asks other scans, the nearest dies first by their sidecars and then by name, until enough were of use.
  ///
  /// A service moves scans while it works on others: where one of no use is gone, the list is made again, twice at most, and
  /// what was not asked yet is asked in its new place.
  ///
  /// - Parameters:
  ///   - scan: the one that they are to tell of.
  ///   - list: the scans that may be asked; nil for those of the scan's own folder.
  ///   - isOfUse: whether one was.
  static func ask(
    _ enough: Int, othersThan scan: URL, among list: OtherScans?, isOfUse: (URL) throws -> Bool
  ) throws {
    var (asked, useful): (Set<String>, Int) = ([], 0)
    for _ in 0..<3 {
      var isOneGone = false
      for other in try otherScans(than: scan, among: list?()) {
        guard useful < enough else { return }
        let content = contentKey(other)
        guard content.map({ !asked.contains($0) }) ?? true else { continue }
        if let content, try isOfUse(other) {
          useful += 1
          asked.insert(content)
        } else if let content, contentKey(other) == content {
          asked.insert(content)
        } else {
          isOneGone = true
        }
      }
      guard isOneGone else { return }
    }
  }

  /// Names a file's content whatever its path, so that one that is moved keeps its name; nil where there is none.
  static func contentKey(_ file: URL) -> String? {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return nil }
    let time = status.st_mtim
    return "\(status.st_dev) \(status.st_ino) \(status.st_size) \(time.tv_sec) \(time.tv_nsec)"
  }

  /// Scans but one, those of dies first that lie nearest to its own; not those that show its own die again, nor such as
  /// their sidecars tell to be of another lot, wafer or recipe.
  static func otherScans(than scan: URL, among given: [URL]? = nil) throws -> [URL] {
    let own = scan.standardizedFileURL
    let found =
      try given
      ?? TrainingFolder.files(in: own.deletingLastPathComponent())
      .filter { $0.standardizedFileURL.lastPathComponent != own.lastPathComponent }
    guard let here = try? Sidecar.read(for: scan) else { return found }
    func distance(_ other: URL) -> Int? {
      guard let there = try? Sidecar.read(for: other) else { return .max }
      for key in [\Sidecar.lot, \Sidecar.wafer, \Sidecar.recipe] {
        if let one = here[keyPath: key], let two = there[keyPath: key], one != two { return nil }
      }
      guard let one = here.die, let two = there.die, one.count == 2, two.count == 2 else {
        return .max
      }
      let (columns, rows) = (two[0] - one[0], two[1] - one[1])
      // The same die shows the same defect, and would tell that it is usual.
      return columns == 0 && rows == 0 ? nil : columns * columns + rows * rows
    }
    return found.compactMap { other in distance(other).map { (other, $0) } }
      .sorted { ($0.1, $0.0.lastPathComponent) < ($1.1, $1.0.lastPathComponent) }.map(\.0)
  }
}
