/// The findings of one or more wafers as the fab's yield systems exchange them: a KLARF file of version 1.1, 1.2 or 1.8.
///
/// Lengths here are µm and areas µm², whatever the file's version has. What a file holds beyond the members below is read
/// past, but must be well-formed.
public struct KLARFFile: Sendable, Equatable {
  /// The versions that are known.
  public enum Version: String, Sendable, CaseIterable {
    case v1_1 = "1.1"
    case v1_2 = "1.2"
    case v1_8 = "1.8"
  }

  /// The version.
  public var version: Version
  /// When the file was written, as it says.
  public var fileTimestamp: String
  /// The wafers, each with its findings; one in versions before 1.8.
  public var wafers: [Wafer]
  /// What doesn't fit in the file though it can be read, one sentence each with its line.
  public var remarks: [String]

  /// A file of these wafers.
  public init(
    version: Version, fileTimestamp: String, wafers: [Wafer], remarks: [String] = []
  ) {
    (self.version, self.fileTimestamp) = (version, fileTimestamp)
    (self.wafers, self.remarks) = (wafers, remarks)
  }

  /// One inspected wafer.
  public struct Wafer: Sendable, Equatable {
    /// Where it comes from.
    public var lot, wafer, device, step, setup: String
    /// Names the result, as its maker likes.
    public var resultsID: String
    /// Slot in the cassette.
    public var slot: Int
    /// When it was inspected, as the file says.
    public var resultTimestamp: String
    /// Maker, model and name of the tool.
    public var station: [String]
    /// Diameter, µm; 0 when it isn't known.
    public var diameterUm: Double
    /// `NOTCH` or `FLAT`, and its side: `DOWN`, `LEFT`, `UP`, `RIGHT`.
    public var mark, markSide: String
    /// Width and height of a die, µm.
    public var pitchX, pitchY: Double
    /// Die origin, µm.
    public var originX, originY: Double
    /// The wafer's centre from the lower left corner of die (0, 0), µm.
    public var centerX, centerY: Double
    /// Names of the classes by number.
    public var classes: [Int: String]
    /// Column and row of each inspected die.
    public var dies: [[Int]]
    /// Inspected area, µm².
    public var areaUm2: Double
    /// The findings.
    public var defects: [Defect]

    /// A wafer of which nothing is known.
    public init() {
      (lot, wafer, device, step, setup, resultsID) = ("", "", "", "", "", "")
      (slot, resultTimestamp, station, diameterUm) = (0, "", ["", "", ""], 0)
      (mark, markSide) = ("NOTCH", "DOWN")
      (pitchX, pitchY, originX, originY, centerX, centerY) = (0, 0, 0, 0, 0, 0)
      (classes, dies, areaUm2, defects) = ([:], [], 0, [])
    }
  }

  /// One finding.
  public struct Defect: Sendable, Equatable {
    /// Its number in the file.
    public var id: Int
    /// Its place from the lower left corner of its die, µm, y up.
    public var x, y: Double
    /// Its die.
    public var column, row: Int
    /// Its extent, µm, and area, µm².
    public var width, height, area, size: Double
    /// Its class, a number of the wafer's table.
    public var classNumber: Int
    /// Its rough bin: 0 open, 1 confirmed, 2 waived in files of ours.
    public var bin: Int
    /// Its pictures, paths from the file.
    public var images: [String]

    /// A finding.
    public init(
      id: Int, x: Double, y: Double, column: Int, row: Int, width: Double, height: Double,
      area: Double, size: Double, classNumber: Int, bin: Int = 0, images: [String] = []
    ) {
      (self.id, self.x, self.y, self.column, self.row) = (id, x, y, column, row)
      (self.width, self.height, self.area, self.size) = (width, height, area, size)
      (self.classNumber, self.bin, self.images) = (classNumber, bin, images)
    }
  }
}

/// Why a KLARF file could not be read.
public struct KLARFError: Error, Equatable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Sendable {
    /// There is no such file.
    case noSuchFile
    /// The file can't be read, or is too long.
    case unreadable
    /// It is no KLARF file, or of an unknown version.
    case unknownVersion
    /// A record is not built as its kind is.
    case malformed
    /// A record stands there more often than it may.
    case twice
    /// Rows and columns, or a count and what it counts, don't fit.
    case miscounted
    /// The file ends too early.
    case truncated
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The file.
  public let path: String
  /// The line, from 1; 0 for the file as a whole.
  public let line: Int
  /// One sentence.
  public let detail: String

  /// One sentence: path, line, and what is wrong there.
  public var description: String {
    line > 0 ? "\(path):\(line): \(detail)" : "\(path): \(detail)"
  }
}
