import Foundation
import Inspection

/// How much memory inspecting scans takes, and how many of them go on at once.
public enum ScanMemory {
  /// Memory that an inspection takes for each pixel that it holds, bytes: a bound with room.
  ///
  /// A colour scan of 2.6 Mpx took 150, the program's own memory counted in.
  static let bytesAPixel = 260

  /// What scans may take together, bytes: 60 % of the machine's.
  public static let most = Int(0.6 * Double(ProcessInfo.processInfo.physicalMemory))

  /// Scans that are worth inspecting at once: one alone leaves cores idle between its stages.
  public static let usefulWorkers = min(4, ProcessInfo.processInfo.activeProcessorCount)

  /// What a scan's inspection may take, bytes; 0 for one that can't be read, which is told when it is inspected.
  static func bytes(for scan: URL) -> Int {
    guard let header = try? ScanHeader(scan) else { return 0 }
    // A larger scan is held in parts, which together take no more.
    let held = min(Double(header.width) * Double(header.height), Double(Device.Footprint().wholePx))
    return Int(held) * bytesAPixel
  }
}
