import Foundation
import Logging
import Records
import Reports
import Synchronization

/// Keeps the pages over an output folder as new as its results: the index, and the pages of lots and wafers.
///
/// They are written on a thread of their own, so that no scan waits for them, and after a long writing they are left alone
/// for a longer while, so that writing never takes more than a small share of the time. What changed is asked of the
/// records, so that decisions which someone makes meanwhile show too.
final class PageKeeper: Sendable {
  private let output: URL
  private let book: RecordBook?
  private let logger: Logger
  private let state = Mutex(State())
  /// Whether the output was opened.
  private let opening = Mutex(false)
  /// The entry of the chain up to which the pages of lots tell; held by whoever writes.
  private let pen = Mutex(0)

  private struct State {
    /// Nil until the first scan: only then is the output ours.
    var index: IndexPage?
    var isIndexDue = false
    var isWriting = false
    /// When the pages may be looked at again.
    var next = ContinuousClock.now
    /// What went wrong the last time, and whether it was said.
    var trouble: (sentence: String, isTold: Bool)?
  }

  /// - Parameter book: the records; nil where there are none, and no pages of lots.
  init(output: URL, book: RecordBook?, logger: Logger) {
    (self.output, self.book, self.logger) = (output, book, logger)
  }

  /// Reads what the output holds, and clears what a killed run left half made, unless that was done.
  func open() throws {
    // One thread alone: another would clear what the first begins to write.
    try opening.withLock { isOpen in
      guard !isOpen else { return }
      try clearLeftovers(in: output)
      let found: IndexPage
      do {
        found = try IndexPage(reading: output)
      } catch let error as ReportError where error.code == .noSuchFile {
        found = IndexPage()
      }
      state.withLock { $0.index = found }
      isOpen = true
    }
  }

  /// Clears a folder and the lots in it, told in no index when their first result was cut off.
  private func clearLeftovers(in folder: URL) throws {
    try OutputFolder.clearLeftovers(in: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !name.hasPrefix(".") {
      let inner = folder.appending(path: name)
      // A scan's folder appears whole; nothing in it is half made.
      if FileState(inner)?.kind == .folder,
        FileState(inner.appending(path: IndexPage.recordName)) == nil
      {
        try clearLeftovers(in: inner)
      }
    }
  }

  /// Adds a scan to the index, in place of what was in its folder before.
  func put(_ entry: IndexEntry) {
    state.withLock { state in
      state.index?.put(entry, recordedIn: output)
      state.isIndexDue = true
    }
  }

  /// Seconds until the pages are looked at again; nil while they are being written.
  var secondsToNext: Double? {
    state.withLock {
      $0.isWriting || $0.index == nil ? nil : max(0, ($0.next - ContinuousClock.now) / .seconds(1))
    }
  }

  /// Begins to write what is due on a thread of its own, unless that goes on already or was done a short while ago.
  ///
  /// - Parameter isIdle: whether nothing else is to be done, so that a greater share of the time may be taken.
  func writeAside(isIdle: Bool) {
    let isDue = state.withLock { state in
      guard !state.isWriting, state.index != nil, state.next <= ContinuousClock.now else {
        return false
      }
      state.isWriting = true
      return true
    }
    guard isDue else { return }
    let thread = Thread {
      let start = ContinuousClock.now
      do {
        try self.write()
        self.state.withLock { $0.trouble = nil }
      } catch {
        self.tell("\(error)")
      }
      let end = ContinuousClock.now
      self.state.withLock { state in
        state.next = end + max((end - start) * (isIdle ? 3 : 19), .seconds(2))
        state.isWriting = false
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Writes what is due, after whoever writes now.
  func write() throws {
    try pen.withLock { sequence in
      let index = state.withLock { state in
        defer { state.isIndexDue = false }
        return state.isIndexDue ? state.index : nil
      }
      do {
        try index?.write(into: output)
      } catch {
        state.withLock { $0.isIndexDue = true }
        throw error
      }
      guard let book else { return }
      sequence = try book.use { store in
        // Whether there is anything new is asked often, and costs nothing.
        try store.changes(after: sequence).wafers.isEmpty
          ? sequence : try LotPages.refresh(store, output: output)
      }
    }
  }

  /// Says what is wrong when it is still so the next time: a full disk is told of by the scans that wait for it.
  private func tell(_ sentence: String) {
    let isNews = state.withLock { state in
      let before = state.trouble
      let isAgain = before != nil && before?.isTold == false
      state.trouble = (sentence, isAgain || before?.isTold == true)
      return isAgain
    }
    if isNews { logger.error("\(sentence); the pages are written when it is mended") }
  }
}
