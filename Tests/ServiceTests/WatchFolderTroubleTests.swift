import Foundation
import Service
import TestSupport
import Testing

@Suite struct WatchFolderTroubleTests {
  @Test func `a scan whose inspection was cut off is taken up at the next start`() throws {
    try withInbox { inbox in
      try inbox.write("scan.tif", "a")
      try inbox.write("scan.json", "{}")
      do {
        let tally = try inbox.watch(stablePolls: 0).poll { _ in throw CancellationError() }
        #expect(tally == WatchFolder.Tally())
      }
      #expect(inbox.text("scan.tif") == nil)
      #expect(inbox.files.filter { $0.hasPrefix(".working/") }.count == 2)
      #expect(try inbox.watch(stablePolls: 1000).poll { _ in .done }.done == 1)
      #expect(inbox.files == ["processed/scan.json", "processed/scan.tif"])
    }
  }

  // The states between any two steps of a claim and of a move on.
  @Test(arguments: [
    // Copied the sidecar, did not move the scan yet.
    (["scan.tif", "scan.json", ".working/1/scan.json"], 1),
    // Moved the scan, did not remove the sidecar yet.
    ([".working/1/scan.tif", "scan.json", ".working/1/scan.json"], 1),
    // Made the folder only.
    (["scan.tif", "scan.json"], 1),
    // Moved the scan on, did not remove the copies yet.
    (["processed/scan.tif", "processed/scan.json", ".working/1/scan.json"], 0),
  ])
  func `a kill between two steps loses nothing`(files: [String], scans: Int) throws {
    try withInbox { inbox in
      try FileManager.default.createDirectory(
        at: inbox.folder.appending(path: ".working/1"), withIntermediateDirectories: true)
      for file in files { try inbox.write(file, file.hasSuffix("json") ? "{}" : "a") }
      let tally = try inbox.watch(stablePolls: 0).drain { claim in
        let sidecar = claim.scan.deletingPathExtension().appendingPathExtension("json")
        #expect(FileManager.default.fileExists(atPath: sidecar.path))
        return .done
      }
      #expect(tally.done == scans)
      #expect(inbox.files == ["processed/scan.json", "processed/scan.tif"])
    }
  }

  @Test func `a scan that its writer goes on with goes back to the inbox`() throws {
    try withInbox { inbox in
      try inbox.write("scan.tif", "half")
      try inbox.write("scan.json", "{}")
      let watch = inbox.watch(stablePolls: 0)
      let tally = try watch.poll { claim in
        try Data("whole".utf8).write(to: claim.scan)
        return .refused("truncated")
      }
      #expect(tally == WatchFolder.Tally())
      #expect(inbox.files == ["scan.json", "scan.tif"])
      #expect(try watch.poll { _ in .done }.done == 1)
      #expect(inbox.text("processed/scan.tif") == "whole")
    }
  }

  @Test func `a scan that can't go back to the inbox is inspected as it is now`() throws {
    try withInbox { inbox in
      try inbox.write("L7/scan.tif", "half")
      let watch = inbox.watch(stablePolls: 0)
      let lot = inbox.folder.appending(path: "L7")
      _ = try watch.poll { claim in
        try Data("whole".utf8).write(to: claim.scan)
        // What lies in the scan's way back.
        try FileManager.default.removeItem(at: lot)
        try FileManager.default.createSymbolicLink(atPath: lot.path, withDestinationPath: "gone")
        return .done
      }
      #expect(inbox.log.lines.contains { $0.hasPrefix("error L7/scan.tif can't be moved back: ") })
      Thread.sleep(forTimeInterval: 0.02)
      #expect(try watch.poll { _ in .done }.done == 1)
      #expect(inbox.text("processed/L7/scan.tif") == "whole")
    }
  }

  @Test func `what is at hand is no leftover when the inbox is opened again`() throws {
    try withInbox { inbox in
      try inbox.write("a.tif", "a")
      let watch = inbox.watch(stablePolls: 0)
      try watch.look()
      let claim = try #require(watch.next())
      // Another disk in its place, and the first one back.
      let aside = inbox.folder.deletingLastPathComponent().appending(path: "aside")
      try FileManager.default.moveItem(at: inbox.folder, to: aside)
      #expect(throws: ServiceError.self) { try watch.look() }
      try FileManager.default.moveItem(at: aside, to: inbox.folder)
      try watch.look()
      #expect(watch.next() == nil)
      watch.settle(claim, .done)
      #expect(inbox.files == ["processed/a.tif"])
    }
  }

  @Test func `a scan that can't be moved on is kept, and moved when it can be`() throws {
    try withInbox { inbox in
      try inbox.write("scan.tif", "a")
      let processed = inbox.folder.appending(path: "processed")
      try FileManager.default.createSymbolicLink(
        atPath: processed.path, withDestinationPath: "/nowhere/processed")
      let watch = inbox.watch(stablePolls: 0)
      var runs = 0
      for _ in 0..<3 {
        let tally = try watch.poll { _ in
          runs += 1
          return .done
        }
        #expect(tally.done == 0)
      }
      let errors = inbox.log.lines.filter { $0.hasPrefix("error scan.tif can't be moved on: ") }
      #expect(errors.count == 1)
      try FileManager.default.removeItem(at: processed)
      #expect(try watch.poll { _ in .done }.done == 1)
      #expect(runs == 1)
      #expect(inbox.files == ["processed/scan.tif"])
    }
  }

  @Test func `one inbox has one watch at work`() throws {
    try withInbox { inbox in
      var first: WatchFolder? = inbox.watch(stablePolls: 0)
      _ = try first?.poll { _ in .done }
      try inbox.write("scan.tif", "a")
      let second = inbox.watch(stablePolls: 0)
      let error = #expect(throws: ServiceError.self) { try second.poll { _ in .done } }
      #expect(error?.code == .busy)
      #expect(first != nil)
      first = nil
      #expect(try second.poll { _ in .done }.done == 1)
    }
  }

  @Test func `an inbox that vanishes is not made again, and is watched when it is back`() throws {
    try withInbox { inbox in
      let watch = inbox.watch(stablePolls: 0)
      _ = try watch.poll { _ in .done }
      try FileManager.default.removeItem(at: inbox.folder)
      for _ in 0..<2 {
        let error = #expect(throws: ServiceError.self) { try watch.look() }
        #expect(error?.code == .noSuchInbox)
        #expect(error?.description == "\(inbox.folder.path): no such folder")
      }
      #expect(!FileManager.default.fileExists(atPath: inbox.folder.path))
      try inbox.write("scan.tif", "a")
      #expect(try watch.poll { _ in .done }.done == 1)
      #expect(inbox.files == ["processed/scan.tif"])
    }
  }
}
