import Foundation
import Inspection
import TestSupport
import Testing

@Suite struct FileHashTests {
  // Origin: FIPS 180-2, appendix B.1 and B.3, and
  // coreutils 9.1 sha256sum for the file of three chunks.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ("abc", 1_000_000, "f4096a131e7e6ebfa7a512b5c299e13b065df34d15624ee1202ab394cc4d7e90"),
  ])
  func `a file's hash is the standard's`(text: String, count: Int, expected: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "scan.bin")
      let data = Data(String(repeating: text, count: count).utf8)
      try data.write(to: file)
      #expect(try FileHash.sha256(file) == expected)
      #expect(FileHash.sha256(of: data) == expected)
    }
  }

  @Test func `an absent file is said to be absent`() {
    let error = #expect(throws: RecipeError.self) {
      try FileHash.sha256(URL(filePath: "/nowhere/scan.tif"))
    }
    #expect(error?.code == .noSuchFile)
  }
}
