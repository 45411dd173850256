import Foundation
import Service
import TestSupport
import Testing

@Suite struct WatchFolderTests {
  @Test func `a file is left alone until it has kept still`() throws {
    try withInbox { inbox in
      let watch = inbox.watch(stablePolls: 2)
      for text in ["h", "ha", "half", "half", "whole"] {
        try inbox.write("scan.tif", text, age: text == "whole" ? 0 : 100)
        #expect(try watch.poll { _ in .done } == WatchFolder.Tally())
      }
      try inbox.write("scan.json", "{}")
      #expect(try watch.poll { _ in .done }.done == 0)
      #expect(try watch.poll { _ in .done }.done == 0)
      var seen: String?
      let tally = try watch.poll { claim in
        seen = try String(contentsOf: claim.scan, encoding: .utf8)
        return .done
      }
      #expect(seen == "whole" && tally.done == 1)
    }
  }

  @Test func `a file declared done is taken at once, and the mark goes`() throws {
    try withInbox { inbox in
      let watch = inbox.watch(stablePolls: 1000)
      try inbox.write("scan.tif", "a")
      try inbox.write("scan.tif.done", "")
      #expect(try watch.poll { _ in .done }.done == 1)
      #expect(inbox.files == ["processed/scan.tif"])
    }
  }

  @Test func `a scan is claimed with its sidecar, and both move on`() throws {
    try withInbox { inbox in
      try inbox.write("scan.tif", "a")
      try inbox.write("scan.json", "{}")
      let tally = try inbox.watch(stablePolls: 0).poll { claim in
        let scan = claim.scan
        #expect(scan.lastPathComponent == "scan.tif")
        #expect(scan.path.contains("/.working/"))
        let sidecar = scan.deletingPathExtension().appendingPathExtension("json")
        #expect(FileManager.default.fileExists(atPath: sidecar.path))
        #expect(inbox.text("scan.tif") == nil && inbox.text("scan.json") == nil)
        return .done
      }
      #expect(tally.done == 1 && tally.refused == 0)
      #expect(inbox.files == ["processed/scan.json", "processed/scan.tif"])
    }
  }

  @Test func `scans of one name without extension share a sidecar`() throws {
    try withInbox { inbox in
      try inbox.write("scan.png", "a", age: 2)
      try inbox.write("scan.tif", "b", age: 1)
      try inbox.write("scan.json", "{}")
      var sidecars = 0
      let tally = try inbox.watch(stablePolls: 0).poll { claim in
        let sidecar = claim.scan.deletingPathExtension().appendingPathExtension("json")
        sidecars += FileManager.default.fileExists(atPath: sidecar.path) ? 1 : 0
        return .done
      }
      #expect(tally.done == 2 && sidecars == 2)
      #expect(
        inbox.files == [
          "processed/scan-2.json", "processed/scan-2.tif", "processed/scan.json",
          "processed/scan.png",
        ])
    }
  }

  @Test func `a refused scan has one line beside it that says why`() throws {
    struct Unreadable: Error, CustomStringConvertible {
      let description = "scan: truncated at byte 7"
    }
    try withInbox { inbox in
      try inbox.write("a.tif", "a", age: 2)
      try inbox.write("b.tif", "b", age: 1)
      try inbox.write("b.json", "{}")
      let tally = try inbox.watch(stablePolls: 0).poll { claim in
        if claim.name == "a.tif" { throw Unreadable() }
        return .refused("no structure\nat all")
      }
      #expect(tally.refused == 2 && tally.done == 0)
      #expect(
        inbox.files == [
          "failed/a.tif", "failed/a.tif.reason.txt", "failed/b.json", "failed/b.tif",
          "failed/b.tif.reason.txt",
        ])
      #expect(inbox.text("failed/a.tif.reason.txt") == "scan: truncated at byte 7\n")
      #expect(inbox.text("failed/b.tif.reason.txt") == "no structure at all\n")
      #expect(inbox.log.lines.contains("warning failed/b.tif: no structure at all"))
    }
  }

  @Test func `nothing is overwritten where a name is taken`() throws {
    try withInbox { inbox in
      let watch = inbox.watch(stablePolls: 0)
      for (text, outcome) in [("1", WatchFolder.Outcome.done), ("2", .done), ("3", .refused("x"))] {
        try inbox.write("scan.tif", text)
        _ = try watch.poll { _ in outcome }
      }
      try inbox.write("failed/other.json", "theirs")
      try inbox.write("other.tif", "4")
      try inbox.write("other.json", "ours")
      _ = try watch.poll { _ in .refused("y") }
      #expect(inbox.text("processed/scan.tif") == "1")
      #expect(inbox.text("processed/scan-2.tif") == "2")
      #expect(inbox.text("failed/scan.tif") == "3")
      #expect(inbox.text("failed/other.json") == "theirs")
      #expect(inbox.text("failed/other-2.tif") == "4")
      #expect(inbox.text("failed/other-2.json") == "ours")
      #expect(inbox.text("failed/other-2.tif.reason.txt") == "y\n")
    }
  }

  @Test func `what a run wrote before it was killed is taken over`() throws {
    try withInbox { inbox in
      // The note and the sidecar were there, the scan not yet.
      for (name, text) in [("failed/a.tif.reason.txt", "x\n"), ("failed/a.json", "{}")] {
        try inbox.write(name, text)
      }
      try inbox.write("a.json", "{}")
      try inbox.write("a.tif", "1")
      #expect(try inbox.watch(stablePolls: 0).poll { _ in .refused("x") }.refused == 1)
      #expect(inbox.files == ["failed/a.json", "failed/a.tif", "failed/a.tif.reason.txt"])
      // Another reason is another scan's.
      try inbox.write("failed/b.tif.reason.txt", "y\n")
      try inbox.write("b.tif", "2")
      #expect(try inbox.watch(stablePolls: 0).poll { _ in .refused("x") }.refused == 1)
      #expect(inbox.text("failed/b.tif.reason.txt") == "y\n")
      #expect(inbox.text("failed/b-2.tif.reason.txt") == "x\n")
    }
  }

  @Test func `the longest name there is can fail, too`() throws {
    try withInbox { inbox in
      let name = String(repeating: "n", count: 251) + ".tif"
      try inbox.write(name, "a")
      #expect(try inbox.watch(stablePolls: 0).poll { _ in .refused("x") }.refused == 1)
      let short = String(repeating: "n", count: 226) + ".tif"
      #expect(inbox.files == ["failed/\(short)", "failed/\(short).reason.txt"])
    }
  }

  @Test func `what is no scan is left alone`() throws {
    try withInbox { inbox in
      let names = [
        ".hidden.tif", "a.tif.tmp", "a.tif.PART", "alone.json", "alone.tif.done",
        "b.tif.reason.txt",
        "folder/.c.tif", "1/2/3/4/5/too-deep.tif", ".folder/d.tif",
      ]
      for name in names { try inbox.write(name, "a") }
      for (link, target) in [("link.tif", "/etc/hostname"), ("folder-link", "/etc")] {
        try FileManager.default.createSymbolicLink(
          atPath: inbox.folder.appending(path: link).path, withDestinationPath: target)
      }
      let before = inbox.files
      let watch = inbox.watch(stablePolls: 0)
      for _ in 0..<2 {
        #expect(try watch.poll { _ in .done } == WatchFolder.Tally())
      }
      #expect(inbox.files == before)
      #expect(
        inbox.log.lines.filter { $0.hasPrefix("error") }.sorted() == [
          "error folder-link is a symbolic link, and is left alone",
          "error link.tif is a symbolic link, and is left alone",
        ])
    }
  }

  @Test func `the oldest goes first, and a stop comes between scans`() throws {
    try withInbox { inbox in
      for (name, age) in [("a.tif", 1.0), ("b.tif", 3), ("c.tif", 2)] {
        try inbox.write(name, "x", age: age)
      }
      var seen: [String] = []
      _ = try inbox.watch(stablePolls: 0).poll(isStopped: { seen.count == 2 }) { claim in
        seen.append(claim.name)
        return .done
      }
      #expect(seen == ["b.tif", "c.tif"])
      #expect(inbox.files == ["a.tif", "processed/b.tif", "processed/c.tif"])
    }
  }

  @Test func `a drain waits for files to keep still, then returns`() throws {
    try withInbox { inbox in
      try inbox.write("a.tif", "x")
      try inbox.write("b.tif", "x")
      let tally = try inbox.watch(stablePolls: 3).drain { claim in
        claim.name == "a.tif" ? .done : .refused("x")
      }
      #expect(tally.done == 1 && tally.refused == 1)
    }
  }

  @Test func `folders of the inbox stay around their scans`() throws {
    try withInbox { inbox in
      try inbox.write("L7/W1/a.tif", "a")
      try inbox.write("L7/W1/a.json", "{}")
      try inbox.write("L8/b.tif", "b", age: 50)
      let tally = try inbox.watch(stablePolls: 0).poll { claim in
        #expect(claim.scan.path.hasSuffix("/\(claim.name)"))
        return claim.folders == ["L7", "W1"] ? .done : .refused("x")
      }
      #expect(tally.done == 1 && tally.refused == 1)
      #expect(
        inbox.files == [
          "failed/L8/b.tif", "failed/L8/b.tif.reason.txt", "processed/L7/W1/a.json",
          "processed/L7/W1/a.tif",
        ])
    }
  }

  @Test func `a folder with priority goes first, and a flood waits its turn`() throws {
    try withInbox { inbox in
      for number in 0..<20 { try inbox.write("flood\(number).tif", "x", age: 1000) }
      try inbox.write("hot/a.tif", "x", age: 1)
      var settings = WatchFolder.Settings()
      (settings.stablePolls, settings.priorities) = (0, ["hot": 5])
      settings.queueLimit = 40
      let watch = WatchFolder(inbox: inbox.folder, settings: settings, logger: inbox.logger)
      try watch.look()
      #expect(watch.next()?.name == "hot/a.tif")
      #expect(watch.queue().scans == 20)
    }
  }

  @Test func `a flood is seen a part at a time, and all of it in the end`() throws {
    try withInbox { inbox in
      for number in 0..<30 { try inbox.write("flood\(number).tif", "x") }
      var settings = WatchFolder.Settings()
      (settings.stablePolls, settings.queueLimit) = (0, 4)
      let watch = WatchFolder(inbox: inbox.folder, settings: settings, logger: inbox.logger)
      var done = 0
      for _ in 0..<8 {
        let moved = try watch.poll { _ in .done }
        #expect(moved.done <= 4)
        done += moved.done
      }
      #expect(done == 30)
    }
  }

  @Test func `what is postponed comes again, and goes back at the end`() throws {
    try withInbox { inbox in
      try inbox.write("a.tif", "x")
      let watch = inbox.watch(stablePolls: 0)
      try watch.look()
      var ids: Set<String> = []
      for _ in 0..<2 {
        let claim = try #require(watch.next())
        ids.insert(claim.id)
        watch.settle(claim, .postponed(seconds: 0))
      }
      #expect(ids.count == 1)
      watch.giveBackPostponed()
      #expect(inbox.files == ["a.tif"])
    }
  }
}
