public import Foundation
import Inspection

/// A scan that was taken out of the inbox into a folder of its own, `.working/ID/LOT/scan.tif`, with its sidecar.
///
/// Each step is ordered so that a kill before or after it loses nothing: the move of the scan is what counts, and what
/// goes with it is copied before and removed after.
public struct Claim: Sendable, Equatable {
  /// Names the claim among all that ever were.
  public let id: String
  /// The scan's path in the inbox, `scan.tif` or `LOT/scan.tif`.
  public let name: String
  /// The scan in its folder.
  public let scan: URL

  private let root: URL

  private init(id: String, name: String, inbox: URL) {
    (self.id, self.name) = (id, name)
    root = inbox.appending(path: ".working/\(id)")
    scan = root.appending(path: name)
  }

  /// The names of the folders that the scan lay in, below the inbox.
  public var folders: [String] { name.split(separator: "/").dropLast().map(String.init) }

  /// Scans that lie, or lay, in the same folder of the inbox, the newest of them: those processed, those being worked on, and
  /// those that wait.
  ///
  /// - Parameters:
  ///   - most: how many at most, so that a folder of years costs no more than one of a day.
  ///   - time: now; what waits and is younger than two seconds may be half written.
  func neighbours(most: Int = 256, at time: Date = Date()) -> [URL] {
    let inbox = root.deletingLastPathComponent().deletingLastPathComponent()
    let working = inbox.appending(path: ".working")
    let finished = Int((time.timeIntervalSince1970 - 2) * 1e9)
    var found: [(file: URL, time: Int)] = []
    func look(in root: URL) {
      let folder = folders.reduce(root) { $0.appending(path: $1) }
      guard FileState(folder)?.kind == .folder else { return }
      for name in (try? Self.names(in: folder)) ?? [] {
        let file = folder.appending(path: name)
        guard let state = Self.scanState(file), root != inbox || state.time < finished else {
          continue
        }
        found.append((file, state.time))
      }
    }
    // On the way that a scan takes, so that none is missed that moves meanwhile.
    look(in: inbox)
    for other in (try? Self.names(in: working)) ?? [] where other != id {
      look(in: working.appending(path: other))
    }
    look(in: inbox.appending(path: "processed"))
    return found.sorted { $0.time > $1.time }.prefix(most).map(\.file)
  }

  /// The state of a file that may be a scan; nil for every other.
  static func scanState(_ file: URL) -> FileState? {
    let name = file.lastPathComponent.lowercased()
    let endings = [".tmp", ".part", ".json", ".done", ".reason.txt"]
    guard !name.hasPrefix("."), !endings.contains(where: name.hasSuffix),
      let state = FileState(file), state.kind == .file
    else { return nil }
    return state
  }

  /// Where the sidecar of a scan is, if it has one; a link is none.
  static func sidecar(of scan: URL) -> URL? {
    guard let url = Sidecar.url(for: scan), FileState(url)?.kind == .file else { return nil }
    return url
  }

  /// Makes a folder where there is none; another scan's may be made at the same moment.
  private static func makeFolder(_ folder: URL) throws {
    do {
      guard FileState(folder)?.kind != .folder else { return }
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    } catch {
      guard FileState(folder)?.kind == .folder else { throw error }
    }
  }

  /// Takes a scan out of the inbox.
  static func take(_ name: String, from inbox: URL) throws -> Claim {
    let files = FileManager.default
    let id = UUID().uuidString.replacing("-", with: "").prefix(16).lowercased()
    let claim = Claim(id: id, name: name, inbox: inbox)
    try files.createDirectory(at: claim.root, withIntermediateDirectories: false)
    let scan = inbox.appending(path: name)
    do {
      try files.createDirectory(
        at: claim.scan.deletingLastPathComponent(), withIntermediateDirectories: true)
      // Before the scan: a mark left behind would declare a later file of that name done.
      let mark = inbox.appending(path: name + ".done")
      if FileState(mark) != nil { try files.removeItem(at: mark) }
      try copySidecar(of: scan, to: claim.scan)
      try files.moveItem(at: scan, to: claim.scan)
    } catch {
      if FileState(claim.scan) == nil { try? files.removeItem(at: claim.root) }
      throw error
    }
    claim.removeSidecar(from: inbox)
    return claim
  }

  /// The scans that a killed run left in `.working/`, by name.
  ///
  /// - Parameters:
  ///   - known: claims that are at hand, by their folders' names, and are no leftovers.
  ///   - complain: told of each folder that can't be read, and is left as it is.
  /// - Throws: what reading `.working/` throws.
  static func leftovers(
    in inbox: URL, besides known: Set<String> = [], complain: (String) -> Void
  ) throws -> [Claim] {
    let working = inbox.appending(path: ".working")
    var claims: [Claim] = []
    for id in try names(in: working) where !known.contains(id) {
      let root = working.appending(path: id)
      guard FileState(root)?.kind == .folder else { continue }
      do {
        if let name = try firstScan(in: root) {
          let claim = Claim(id: id, name: name, inbox: inbox)
          claim.removeSidecar(from: inbox)
          claims.append(claim)
        } else {
          // The scan was not moved here yet, or moved on already: what is left are copies.
          try? FileManager.default.removeItem(at: root)
        }
      } catch {
        // It may hold a scan.
        complain(".working/\(id) can't be read: \(error.localizedDescription)")
      }
    }
    return claims.sorted { $0.name < $1.name }
  }

  /// The path of the scan in a claim's folder.
  private static func firstScan(in folder: URL, below path: String = "") throws -> String? {
    for name in try names(in: folder) {
      let place = folder.appending(path: name)
      if scanState(place) != nil { return path + name }
      if FileState(place)?.kind == .folder,
        let found = try firstScan(in: place, below: path + name + "/")
      {
        return found
      }
    }
    return nil
  }

  /// Moves the scan with its sidecar, and the reason where there is one, and returns the name that it got there.
  ///
  /// - Parameter target: `processed`, `failed` or the inbox; folders of the scan's name are made in it.
  @discardableResult
  func move(to target: URL, reason: String? = nil) throws -> String {
    let files = FileManager.default
    if FileState(target) == nil { try Self.makeFolder(target) }
    var folder = target
    for name in folders {
      folder = folder.appending(path: name)
      try Self.makeFolder(folder)
    }
    let line = reason.map { Data(($0 + "\n").utf8) }
    let place = freePlace(in: folder, reason: line)
    var companions: [URL] = []
    do {
      let note = Self.reason(of: place)
      if let line, FileState(note) == nil {
        try line.write(to: note, options: .withoutOverwriting)
        companions.append(note)
      }
      if let copy = Sidecar.url(for: place), FileState(copy) == nil,
        let copied = try Self.copySidecar(of: scan, to: place)
      {
        companions.append(copied)
      }
      try files.moveItem(at: scan, to: place)
    } catch {
      for companion in companions { try? files.removeItem(at: companion) }
      throw error
    }
    try? files.removeItem(at: root)
    return (folders + [place.lastPathComponent]).joined(separator: "/")
  }

  /// The scan's name in a folder, numbered from 2 when the scan, its sidecar or its reason would meet another file.
  ///
  /// What is there and is just what would be written is no other file: a run that was killed between its steps left it.
  private func freePlace(in target: URL, reason: Data?) -> URL {
    func isFree(_ file: URL?, for content: () -> Data?) -> Bool {
      guard let file, let state = FileState(file) else { return true }
      guard state.kind == .file, let content = content() else { return false }
      return state.size == content.count && (try? Data(contentsOf: file)) == content
    }
    let ending = scan.pathExtension.isEmpty ? "" : "." + scan.pathExtension
    var stem = scan.deletingPathExtension().lastPathComponent
    // A name of 255 bytes, the most there is, would leave no room for number and reason.
    while stem.utf8.count + ending.utf8.count > 230, !stem.isEmpty { stem.removeLast() }
    for number in 1... {
      let place = target.appending(path: stem + (number > 1 ? "-\(number)" : "") + ending)
      let sidecar = Self.sidecar(of: scan)
      if FileState(place) == nil, isFree(Self.reason(of: place), for: { reason }),
        isFree(
          Sidecar.url(for: place),
          for: {
            Self.hasScan(ofSidecar: Sidecar.url(for: place), in: target)
              ? nil : sidecar.flatMap { try? Data(contentsOf: $0) }
          })
      {
        return place
      }
    }
    preconditionFailure("there is always another number")
  }

  /// Removes the sidecar that was copied from the inbox, unless it changed since or another scan waits for it.
  private func removeSidecar(from inbox: URL) {
    let files = FileManager.default
    let origin = inbox.appending(path: name)
    guard let copy = Self.sidecar(of: scan), let original = Self.sidecar(of: origin),
      files.contentsEqual(atPath: original.path, andPath: copy.path)
    else { return }
    if !Self.hasScan(ofSidecar: original, in: origin.deletingLastPathComponent()) {
      try? files.removeItem(at: original)
    }
  }

  /// Whether a folder holds, or may hold, a scan that a sidecar belongs to.
  private static func hasScan(ofSidecar sidecar: URL?, in folder: URL) -> Bool {
    guard let names = try? names(in: folder) else { return true }
    return names.map { folder.appending(path: $0) }.contains {
      Sidecar.url(for: $0)?.path == sidecar?.path && scanState($0) != nil
    }
  }

  private static func reason(of scan: URL) -> URL { scan.appendingPathExtension("reason.txt") }

  @discardableResult
  private static func copySidecar(of scan: URL, to place: URL) throws -> URL? {
    guard let sidecar = sidecar(of: scan), let copy = Sidecar.url(for: place) else { return nil }
    try FileManager.default.copyItem(at: sidecar, to: copy)
    return copy
  }

  private static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
