import Foundation
import Reports
import TestSupport
import Testing

@Suite struct OutputFolderTests {
  private struct Stop: Error {}

  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  @Test(arguments: [
    ("in/die_00.tif", "die_00"), ("die.ome.tif", "die.ome"), ("plain", "plain"),
    (".hidden.tif", "_hidden"), ("in/index.html.png", "_index.html"), ("/", "scan"),
  ])
  func `a folder has the name of its scan without the extension`(path: String, name: String) {
    #expect(OutputFolder.name(forScan: path) == name)
  }

  @Test(arguments: [true, false])
  func `a folder appears when it is whole, in place of the one before`(exchanging: Bool) throws {
    try withTemporaryFolder { parent in
      let output = OutputFolder(in: parent.appending(path: "made/on/the/way"), forScan: "a.tif")
      for round in ["one", "two"] {
        try output.write(exchanging: exchanging) { folder in
          #expect(FileManager.default.fileExists(atPath: output.url.path) == (round == "two"))
          try OutputFolder.write(Data(round.utf8), to: folder.appending(path: round))
        }
        #expect(try names(in: output.url) == [round])
      }
      #expect(try names(in: output.parent) == ["a"])
    }
  }

  @Test func `a body that fails leaves nothing, and the folder before as it was`() throws {
    try withTemporaryFolder { parent in
      let output = OutputFolder(in: parent, forScan: "a.tif")
      func fail(_ folder: URL) throws {
        try OutputFolder.write(Data("half".utf8), to: folder.appending(path: "half"))
        throw Stop()
      }
      #expect(throws: Stop.self) { try output.write(fail) }
      #expect(try names(in: parent).isEmpty)
      try output.write { try OutputFolder.write(Data("x".utf8), to: $0.appending(path: "whole")) }
      #expect(throws: Stop.self) { try output.write(fail) }
      #expect(try names(in: parent) == ["a"])
      #expect(try names(in: output.url) == ["whole"])
    }
  }

  @Test func `what a killed process left is restored or removed`() throws {
    try withTemporaryFolder { parent in
      for name in [
        ".a.old-0123ABCD", ".b.old-0123ABCD", "b", ".c.new-0123ABCD", ".other", "d.new-0123ABCD",
      ] {
        try FileManager.default.createDirectory(
          at: parent.appending(path: name), withIntermediateDirectories: false)
      }
      try OutputFolder.clearLeftovers(in: parent)
      #expect(try names(in: parent) == [".other", "a", "b", "d.new-0123ABCD"])
      try OutputFolder.clearLeftovers(in: parent.appending(path: "missing"))
    }
  }

  @Test func `a place that is no folder is refused with its path`() throws {
    try withTemporaryFolder { parent in
      let file = parent.appending(path: "file")
      try Data().write(to: file)
      #expect {
        try OutputFolder(in: file, forScan: "a.tif").write { _ in }
      } throws: { error in
        (error as? ReportError)?.code == .notWritable && "\(error)".contains(file.path)
      }
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `a full disk is told from other failures`() {
    #expect {
      try OutputFolder.write(Data("x".utf8), to: URL(filePath: "/dev/full"))
    } throws: {
      ($0 as? ReportError)?.code == .diskFull
    }
  }

  @Test func `a file is replaced in one step or stays`() throws {
    try withTemporaryFolder { parent in
      let file = parent.appending(path: "index.html")
      try OutputFolder.replace(file, with: Data("one".utf8))
      try OutputFolder.replace(file, with: Data("two".utf8))
      #expect(try text(file) == "two")
      #expect(try names(in: parent) == ["index.html"])
      #expect {
        try OutputFolder.replace(parent.appending(path: "no/file"), with: Data())
      } throws: {
        ($0 as? ReportError)?.code == .noSuchFile
      }
    }
  }
}
