import Foundation
import Synchronization

/// What a service has done, counted for Prometheus.
public final class Metrics: Sendable {
  private struct State {
    var stageSeconds: [String: Double] = [:]
    var scans: [String: Int] = [:]
    var findings: [String: Int] = [:]
    var inspectedMpx = 0.0
    var refusals: [String: Int] = [:]
    var isHeld = false
  }

  /// What is asked of others when metrics are read.
  struct Gauges {
    var queuedScans = 0
    var oldestSeconds = 0.0
    var working = 0
    var freeBytes: Double?
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now

  /// Nothing done yet.
  public init() {}

  /// How a scan ended, for counting.
  enum End: String, CaseIterable {
    case inspected, notInspectable = "not_inspectable", failed, copy, postponed
  }

  func count(_ end: End) { state.withLock { $0.scans[end.rawValue, default: 0] += 1 } }

  func count(seconds: Double, of stage: String) {
    state.withLock { $0.stageSeconds[stage, default: 0] += seconds }
  }

  func count(mpx: Double, findings: [String: Int]) {
    state.withLock { state in
      state.inspectedMpx += mpx
      for (name, count) in findings { state.findings[name, default: 0] += count }
    }
  }

  func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

  /// All of it in the text format of Prometheus, version 0.0.4.
  func text(_ gauges: Gauges) -> String {
    let state = state.withLock { $0 }
    var lines: [String] = []
    func add(_ name: String, _ kind: String, _ help: String, _ values: [(String, Double)]) {
      lines.append("# HELP goldendie_\(name) \(help)")
      lines.append("# TYPE goldendie_\(name) \(kind)")
      for (label, value) in values { lines.append("goldendie_\(name)\(label) \(value)") }
    }
    func label(_ name: String, _ value: String) -> String {
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: "\\n")
      return "{\(name)=\"\(escaped)\"}"
    }
    add("queue_scans", "gauge", "Scans that wait.", [("", Double(gauges.queuedScans))])
    add(
      "queue_oldest_seconds", "gauge", "Age of the oldest scan that waits.",
      [("", gauges.oldestSeconds)])
    add("working_scans", "gauge", "Scans being inspected.", [("", Double(gauges.working))])
    add(
      "held", "gauge", "1 while no scan is taken up because something is wrong.",
      [("", state.isHeld ? 1 : 0)])
    add(
      "scans_total", "counter", "Scans by how they ended.",
      End.allCases.map {
        (label("outcome", $0.rawValue), Double(state.scans[$0.rawValue] ?? 0))
      })
    add(
      "stage_seconds_total", "counter", "Wall time by stage.",
      state.stageSeconds.sorted { $0.key < $1.key }.map { (label("stage", $0.key), $0.value) })
    add(
      "inspected_mpx_total", "counter", "Area compared, millions of pixels.",
      [("", state.inspectedMpx)])
    add(
      "findings_total", "counter", "Findings by class.",
      state.findings.sorted { $0.key < $1.key }.map { (label("class", $0.key), Double($0.value)) })
    if let free = gauges.freeBytes {
      add("output_free_bytes", "gauge", "Free space of the output.", [("", free)])
    }
    add(
      "uptime_seconds", "gauge", "Time since the start.",
      [("", (ContinuousClock.now - start) / .seconds(1))])
    add(
      "resident_bytes", "gauge", "Memory in use.", [("", Double(Self.residentBytes ?? 0))])
    return lines.joined(separator: "\n") + "\n"
  }

  /// Pages in memory times their size.
  private static var residentBytes: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return nil
    }
    let words = text.split(separator: " ")
    return words.count > 1 ? Int(words[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }
}
