internal import Crypto
public import Foundation
internal import Raster
internal import Synchronization

/// Tiles of goldens in a folder, found again by what they were painted from; the least recently used go first.
///
/// Several processes may use one folder: an entry appears whole or not at all, and one that was damaged is painted again.
/// Of the folder only files that the cache made are touched. What can't be kept, on a full disk say, is painted again when it is wanted
/// again: a cache that fails costs time only.
public final class GoldenCache: Sendable {
  /// Where the entries lie.
  public let folder: URL
  /// Bytes that the entries may take.
  public let limitBytes: Int

  /// How many tiles were found, and how many were not.
  public var counts: (hits: Int, misses: Int) {
    state.withLock { ($0.hits, $0.misses) }
  }

  private let state = Mutex(State())

  private struct State {
    var hits = 0
    var misses = 0
    /// Bytes stored since the folder was last looked through; nil before the first time.
    var storedBytes: Int?
  }

  private static let ending = "golden"
  private static let temporaryEnding = "golden.tmp"
  /// An unfinished entry of this age, seconds, is that of a process that was killed.
  private static let greatestAge = 3600.0

  /// The cache in a folder, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - folder: where the entries lie.
  ///   - limitBytes: bytes that they may take; a sixteenth more for a moment, for each process.
  /// - Throws: `GoldenCacheError` where the folder can't be made or written to.
  public init(folder: URL, limitBytes: Int) throws {
    (self.folder, self.limitBytes) = (folder, limitBytes)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw GoldenCacheError(path: folder.relativePath, detail: "cannot be made")
    }
    guard access(folder.path, R_OK | W_OK | X_OK) == 0 else {
      throw GoldenCacheError(path: folder.relativePath, detail: "is not writable")
    }
  }

  /// The cache for pictures painted from one thing.
  public struct Content: Sendable {
    let cache: GoldenCache
    let identity: String

    /// The entries of one golden of one layout.
    ///
    /// - Parameter identity: everything that decides the pictures beside map, mesh and rectangle: hashes of the layout
    ///   and the model, cell, layers, the program's version.
    public init(_ cache: GoldenCache, identity: String) {
      (self.cache, self.identity) = (cache, identity)
    }

    /// The picture of a rectangle in the frame of a map, found or painted.
    func picture(
      of rect: PixelRect, _ placement: PhasedMap, paint: () throws -> Picture
    ) rethrows -> Picture {
      let key = GoldenCache.key(identity, rect, placement)
      if let found = cache.find(key), found.width == rect.width, found.height == rect.height {
        cache.state.withLock { $0.hits += 1 }
        return found
      }
      cache.state.withLock { $0.misses += 1 }
      let painted = try paint()
      cache.store(painted, key)
      return painted
    }
  }

  private static func key(
    _ identity: String, _ rect: PixelRect, _ placement: PhasedMap
  ) -> SHA256.Digest {
    let map = placement.map
    var numbers = [map.a, map.b, map.tx, map.c, map.d, map.ty].map(\.bitPattern)
    numbers += [rect.x, rect.y, rect.width, rect.height].map { UInt64(bitPattern: Int64($0)) }
    if let mesh = placement.mesh {
      let field = mesh.field
      numbers += [field.x, field.y, field.width, field.height, mesh.columns, mesh.rows]
        .map { UInt64(bitPattern: Int64($0)) }
      numbers += mesh.nodes.flatMap { [$0.x.bitPattern, $0.y.bitPattern] }
    }
    var hash = SHA256()
    hash.update(data: Data(SHA256.hash(data: Data(identity.utf8))))
    numbers.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize()
  }

  // MARK: Entries

  // An entry is: 8 bytes of a mark, its key, the SHA-256 of what follows; channels, width and height in 4 bytes each, lowest
  // first; the planes' samples as they lie in memory.
  private static let mark = Array("GDTILE1\n".utf8)
  private static let headBytes = 8 + 32 + 32
  private static let sizeBytes = 12

  private func file(_ key: SHA256.Digest) -> URL {
    let name = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return folder.appending(path: "\(name).\(Self.ending)")
  }

  /// The picture of an entry; nil where there is none, or one that was damaged.
  private func find(_ key: SHA256.Digest) -> Picture? {
    let file = file(key)
    guard let data = try? Data(contentsOf: file), data.count >= Self.headBytes + Self.sizeBytes,
      data.prefix(8).elementsEqual(Self.mark), data[8..<40].elementsEqual(key),
      data[40..<72].elementsEqual(SHA256.hash(data: data[72...]))
    else { return nil }
    let sizes = (0..<3).map { number in
      (0..<4).reduce(0) { $0 | Int(data[Self.headBytes + 4 * number + $1]) << (8 * $1) }
    }
    let (channels, width, height) = (sizes[0], sizes[1], sizes[2])
    let start = Self.headBytes + Self.sizeBytes
    guard channels == 1 || channels == 3,
      data.count - start == channels * width * height * MemoryLayout<Float>.size
    else { return nil }
    let count = width * height
    let planes = data.withUnsafeBytes { bytes in
      (0..<channels).map { channel in
        Plane(width: width, height: height) { target in
          let from = start + channel * count * MemoryLayout<Float>.size
          UnsafeMutableRawPointer(target).copyMemory(
            from: bytes.baseAddress.map { $0 + from } ?? UnsafeRawPointer(target),
            byteCount: count * MemoryLayout<Float>.size)
        }
      }
    }
    // The time of the last change is the time of the last use.
    utimes(file.path, nil)
    return Picture(planes: planes)
  }

  private func store(_ picture: Picture, _ key: SHA256.Digest) {
    var data = Data()
    for number in [picture.channels, picture.width, picture.height] {
      withUnsafeBytes(of: UInt32(number).littleEndian) { data.append(contentsOf: $0) }
    }
    for plane in picture.planes {
      plane.samples.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    let head = Data(Self.mark) + Data(key) + Data(SHA256.hash(data: data))
    let entry = file(key)
    let temporary = folder.appending(path: "\(UUID().uuidString).\(Self.temporaryEnding)")
    guard makeRoom(for: head.count + data.count),
      FileManager.default.createFile(atPath: temporary.path, contents: head)
    else { return }
    do {
      let handle = try FileHandle(forWritingTo: temporary)
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: data)
      guard rename(temporary.path, entry.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      try? FileManager.default.removeItem(at: temporary)
    }
  }

  // MARK: Room

  /// Removes entries where they would take more than the limit; false for one that is larger itself.
  private func makeRoom(for bytes: Int) -> Bool {
    guard bytes <= limitBytes else { return false }
    state.withLock { state in
      // Others store too: the folder is looked through again and again.
      if let stored = state.storedBytes, stored + bytes <= limitBytes / 16 {
        state.storedBytes = stored + bytes
        return
      }
      removeOldest(downTo: limitBytes - bytes)
      state.storedBytes = bytes
    }
    return true
  }

  private func removeOldest(downTo limit: Int) {
    let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
    let files =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: Array(keys))) ?? []
    var entries: [(file: URL, used: Date, bytes: Int)] = []
    for file in files {
      guard let values = try? file.resourceValues(forKeys: keys),
        let used = values.contentModificationDate, let bytes = values.fileSize
      else { continue }
      if file.lastPathComponent.hasSuffix("." + Self.temporaryEnding) {
        if -used.timeIntervalSinceNow > Self.greatestAge {
          try? FileManager.default.removeItem(at: file)
        }
      } else if file.pathExtension == Self.ending {
        entries.append((file, used, bytes))
      }
    }
    var total = entries.reduce(0) { $0 + $1.bytes }
    for entry in entries.sorted(by: { ($0.used, $0.file.path) < ($1.used, $1.file.path) })
    where total > limit {
      try? FileManager.default.removeItem(at: entry.file)
      total -= entry.bytes
    }
  }
}

/// Why tiles could not be kept in a folder.
public struct GoldenCacheError: Error, Equatable, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// What is wrong with it, in words that follow "path: ".
  public let detail: String

  /// The folder and what is wrong with it.
  public var description: String { "\(path): the cache \(detail)" }
}
