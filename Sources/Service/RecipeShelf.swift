public import Foundation
public import Inspection
public import Records
import Synchronization

/// A recipe that was opened with everything it names, and the hashes that results are filed under.
public struct LoadedRecipe: Sendable {
  /// The recipe, ready to inspect.
  public let device: Device
  /// SHA-256 of the recipe's bytes.
  public let recipeHash: String
  /// SHA-256 over the files that it names, each with its key.
  public let modelsHash: String
  /// The recipe's text, and a card of each model.
  public let documents: [StoredDocument]
  /// Where the dies lie.
  public let frame: WaferFrame?
  fileprivate let stamps: [String: FileState?]

  /// Opens a recipe.
  ///
  /// - Throws: what `Device.init(recipe:)` throws, and `ServiceError` when its files change all the while.
  public init(_ file: URL) throws {
    // A model that is replaced while it is read must not be filed under the hash of the other.
    for _ in 0..<3 {
      let loaded = try LoadedRecipe(reading: file)
      if !loaded.isStale {
        self = loaded
        return
      }
    }
    throw ServiceError(
      .changing, path: file.relativePath,
      detail: "the recipe, or a file that it names, changes while it is read")
  }

  private init(reading file: URL) throws {
    // Before anything is read, so that what changes meanwhile is seen as a change.
    var stamps: [String: FileState?] = [file.path: FileState(file)]
    let text = try? Data(contentsOf: file)
    for (_, file) in try Recipe(contentsOf: file).files { stamps[file.path] = FileState(file) }
    device = try Device(recipe: file)
    recipeHash = device.recipe.sha256
    var hashes: [String: JSONValue] = [:]
    var documents = [
      StoredDocument(
        kind: .recipe, name: file.lastPathComponent, sha256: recipeHash, content: text ?? Data())
    ]
    for (key, file) in device.recipe.files {
      let hash = try FileHash.sha256(file)
      hashes[key] = .text(hash)
      documents.append(
        StoredDocument(
          kind: .model, name: file.lastPathComponent, sha256: hash,
          content: Self.card(of: file, key: key, hash: hash)))
    }
    modelsHash = Digest.sha256(JSONValue.object(hashes).canonical)
    (self.documents, frame, self.stamps) = (documents, device.frame, stamps)
  }

  /// Whether a file of it is another now.
  var isStale: Bool {
    stamps.contains { FileState(URL(filePath: $0.key)) != $0.value }
  }

  /// What is kept of a file: its name and hash, and of a safetensors file its metadata.
  private static func card(of file: URL, key: String, hash: String) -> Data {
    var members: [String: JSONValue] = [
      "file": .text(file.lastPathComponent), "key": .text(key), "sha256": .text(hash),
      "bytes": .integer(FileState(file)?.size ?? 0),
    ]
    if file.pathExtension == "safetensors", let metadata = metadata(of: file) {
      members["metadata"] = metadata
    }
    return JSONValue.object(members).canonical
  }

  /// The `__metadata__` in the head of a safetensors file.
  private static func metadata(of file: URL) -> JSONValue? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    guard let head = try? handle.read(upToCount: 8), head.count == 8 else { return nil }
    let length = head.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
    guard length <= 1 << 24, let json = try? handle.read(upToCount: Int(length)) else { return nil }
    return try? JSONValue(parsing: json)["__metadata__"]
  }
}

/// The recipes that a service inspects by: a standard one, and a folder of others that scans may ask for by name.
///
/// A scan asks by the key `recipe` of its sidecar, or by a folder that it lies in. A recipe is opened again when one of its
/// files has changed.
public final class RecipeShelf: Sendable {
  private let standard: URL
  private let folder: URL?
  private let loaded = Mutex<[URL: LoadedRecipe]>([:])

  /// A shelf.
  ///
  /// - Parameters:
  ///   - standard: the recipe of scans that ask for none.
  ///   - folder: the folder of `NAME.yaml` that scans may ask for; nil when there is none.
  public init(standard: URL, folder: URL? = nil) {
    (self.standard, self.folder) = (standard, folder)
  }

  /// Whether a folder's name is that of a recipe.
  func isRecipe(_ name: String) -> Bool { file(named: name) != nil }

  /// The recipe of a scan.
  ///
  /// - Throws: `ServiceError` with code `noSuchRecipe` when there is none of the name that the sidecar asks for, and what
  ///   opening throws.
  func recipe(folders: [String], named name: String?) throws -> (file: URL, recipe: LoadedRecipe) {
    let place: URL
    if let name {
      guard let named = file(named: name) else {
        throw ServiceError(
          .noSuchRecipe, path: name,
          detail: folder == nil
            ? "the sidecar asks for a recipe by name, and no folder of recipes is given"
            : "the sidecar asks for a recipe that the folder of recipes does not have")
      }
      place = named
    } else {
      place = folders.lazy.compactMap(file(named:)).first ?? standard
    }
    if let known = loaded.withLock({ $0[place] }), !known.isStale { return (place, known) }
    let new = try LoadedRecipe(place)
    loaded.withLock { $0[place] = new }
    return (place, new)
  }

  /// The file of a recipe; nil for names that are none, or would lead out of the folder.
  private func file(named name: String) -> URL? {
    guard let folder, !name.isEmpty, !name.hasPrefix("."), !name.contains("/"),
      !name.contains("\0")
    else { return nil }
    let file = folder.appending(path: name + ".yaml")
    return FileState(file)?.kind == .file ? file : nil
  }
}
