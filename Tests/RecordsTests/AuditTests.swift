import Foundation
import Records
import TestSupport
import Testing

@Suite struct AuditTests {
  @Test func `the chain starts with zeros, and each entry holds the one before`() throws {
    let first = AuditEntry(after: nil, time: noon, event: .inspected, body: .object([:]))
    let second = AuditEntry(after: first, time: noon, event: .decided, body: .text("b"))
    #expect(first.previous == Digest.none && second.previous == first.hash)
    // sha256sum of the line without its hash.
    #expect(
      String(decoding: first.line, as: UTF8.self)
        == #"{"body":{},"event":"inspected","hash":"\#(first.hash)","previous":"\#(Digest.none)","sequence":1,"time":"2026-03-01T12:00:00.000Z"}"#
    )
    let content =
      #"{"body":{},"event":"inspected","previous":"\#(Digest.none)","sequence":1,"time":"2026-03-01T12:00:00.000Z"}"#
    #expect(first.hash == Digest.sha256(Data(content.utf8)))
    #expect(first.misfit(after: nil) == nil && second.misfit(after: first) == nil)
    #expect(second.misfit(after: nil) != nil && first.misfit(after: second) != nil)
    #expect(try AuditEntry(line: second.line) == second)
  }

  @Test(arguments: [
    ("UPDATE scans SET verdict = 'not_inspectable' WHERE id = 2", 2),
    ("UPDATE scans SET lot = 'L9' WHERE id = 1", 1),
    ("UPDATE findings SET record = replace(record, '9.5', '9.6') WHERE scan_id = 3", 3),
    ("DELETE FROM findings WHERE scan_id = 2", 2),
    ("UPDATE explanations SET content = '{}' WHERE scan_id = 1", 1),
    ("UPDATE decisions SET who = 'eve'", 4),
    ("UPDATE decisions SET old_status = 'waived'", 4),
    ("UPDATE documents SET content = 'x'", 1),
    ("UPDATE audit SET time = '2026-03-01T12:00:00.001Z' WHERE sequence = 3", 3),
    ("UPDATE audit SET body = replace(body, 'die_00', 'die_01') WHERE sequence = 1", 1),
    ("DELETE FROM audit WHERE sequence = 2", 3),
    ("DELETE FROM scans WHERE id = 2", 2),
  ])
  func `whatever is changed in the database is found, by entry`(sql: String, entry: Int) throws {
    try withStore { store in
      for die in 0..<3 { _ = try store.add(sampleResult(die: die), at: noon) }
      _ = try store.decide(
        DecisionRequest(
          scan: sampleResult().key.text, finding: 1, kind: .confirm, who: "ada", why: ""),
        at: noon)
      #expect(try store.verify().fits)
      try change(store.file, sql)
      guard case .broken(let found, _, _) = try store.verify() else {
        Issue.record("nothing was found")
        return
      }
      #expect(found == entry)
    }
  }

  @Test func `rows that no entry tells of are found`() throws {
    try withStore { store in
      for die in 0..<2 { _ = try store.add(sampleResult(die: die), at: noon) }
      try change(store.file, "DELETE FROM audit WHERE sequence = 2")
      #expect(try !store.verify().fits)
    }
  }

  @Test func `a key signs and checks`() throws {
    try withTemporaryFolder { folder in
      func key(_ name: String, _ text: String) throws -> AuditKey {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return try AuditKey(file)
      }
      // The key pair of RFC 8410, section 10.
      let secret = try key(
        "secret.pem",
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """)
      let known = try key(
        "public.pem",
        """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """)
      let shared = try key("shared", "sixteen bytes or more")
      let data = Data("manifest".utf8)
      let signature = try secret.sign(data)
      #expect(signature.algorithm == .ed25519 && signature.holds(for: data) == true)
      #expect(known.misfit(signature, of: data) == nil)
      #expect(known.misfit(signature, of: Data("manifesto".utf8)) != nil)
      #expect(shared.misfit(signature, of: data) != nil)
      let code = try shared.sign(data)
      #expect(code.holds(for: data) == nil && shared.misfit(code, of: data) == nil)
      #expect(known.misfit(code, of: data) != nil)
      #expect(throws: StoreError.self) { try known.sign(data) }
      #expect(throws: StoreError.self) { try key("short", "short") }
      #expect(throws: StoreError.self) { try key("bad.pem", "-----BEGIN RSA KEY-----\nAAAA\n") }
    }
  }
}
