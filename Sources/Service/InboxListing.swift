import Foundation

/// The files of an inbox that may be scans, in folders to some depth, links not followed.
struct InboxListing {
  struct File {
    /// The path in the inbox.
    let name: String
    let scan: FileState
    let sidecar: FileState?
    let isDeclaredDone: Bool
    let priority: Int
  }

  private(set) var files: [File] = []
  /// Links, which are told of and left alone.
  private(set) var links: [String] = []

  /// - Throws: `ServiceError` when the inbox can't be read; folders below that can't be are passed over.
  init(of inbox: URL, settings: WatchFolder.Settings) throws(ServiceError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: inbox.path)
    } catch {
      throw ServiceError(
        .unreadable, path: inbox.path, detail: "can't be read: \(error.localizedDescription)")
    }
    let own: Set<String> = ["processed", "failed"]
    add(
      names.filter { !own.contains($0) }, in: inbox, below: "", depth: settings.depth, priority: 0,
      settings)
  }

  private mutating func add(
    _ names: [String], in folder: URL, below path: String, depth: Int, priority: Int,
    _ settings: WatchFolder.Settings
  ) {
    let present = Set(names)
    // Twice the limit is enough to find as many as are kept in mind.
    for name in names where !name.hasPrefix(".") && files.count < 2 * settings.queueLimit {
      let file = folder.appending(path: name)
      guard let state = FileState(file) else { continue }
      switch state.kind {
      case .file:
        guard let scan = Claim.scanState(file) else { continue }
        files.append(
          File(
            name: path + name, scan: scan,
            sidecar: Claim.sidecar(of: file).flatMap(FileState.init),
            isDeclaredDone: present.contains(name + ".done"), priority: priority))
      case .folder where depth > 0:
        let inside = (try? FileManager.default.contentsOfDirectory(atPath: file.path)) ?? []
        add(
          inside, in: file, below: path + name + "/", depth: depth - 1,
          priority: settings.priorities[name] ?? priority, settings)
      case .link: links.append(path + name)
      case .folder, .other: continue
      }
    }
  }
}
