public import Foundation
public import Raster

/// What is said of one scan by the JSON file beside it: `scan.json` beside `scan.tif`.
///
/// Everything is optional.
///
/// Keys that mean nothing are refused, for a typo must not change an inspection in silence. `null` is as good as absent.
public struct Sidecar: Equatable, Sendable {
  /// `lot`: text or a whole number.
  public var lot: String?
  /// `wafer`: text or a whole number.
  public var wafer: String?
  /// `slot`: text or a whole number.
  public var slot: String?
  /// `die: [column, row]`: the die on the wafer, two whole numbers.
  public var die: [Int]?
  /// `center_um: [x, y]`: the picture's centre in layout µm, y up.
  public var centerUm: Point?
  /// `pixel_size_um`: µm a pixel, above 0; a number, or `[low, high]` to be searched.
  public var pixelSizeUm: ClosedRange<Double>?
  /// `rotation_deg`: rotation of the layout in the scan, degrees, counter-clockwise as seen, −360…360.
  public var rotationDeg: Double?
  /// `recipe`: the name of one of the recipes that the service may choose from; other commands don't ask.
  public var recipe: String?
  /// `taken_at`: a date, or date and time, as ISO 8601 has it (`2026-02-13T10:11:12Z`); kept as it was written.
  public var takenAt: String?

  /// A sidecar that says nothing.
  public init() {}

  /// The place of a scan's sidecar; nil for a `.json` file, which is no scan.
  public static func url(for scan: URL) -> URL? {
    guard scan.pathExtension.lowercased() != "json" else { return nil }
    return scan.deletingPathExtension().appendingPathExtension("json")
  }

  /// Reads the sidecar of a scan; nil when it has none.
  ///
  /// - Throws: `RecipeError`, with the key and its line at fault where there is one.
  public static func read(for scan: URL) throws -> Sidecar? {
    guard let file = url(for: scan), FileManager.default.fileExists(atPath: file.path) else {
      return nil
    }
    return try Sidecar(contentsOf: file)
  }

  /// Reads a sidecar.
  ///
  /// - Throws: `RecipeError`, with the key and its line at fault where there is one.
  public init(contentsOf file: URL) throws {
    let object = try SidecarObject(contentsOf: file)
    lot = try object.label("lot")
    wafer = try object.label("wafer")
    slot = try object.label("slot")
    die = try object.integers("die")
    centerUm = try object.point("center_um")
    pixelSizeUm = try object.span("pixel_size_um")
    rotationDeg = try object.number("rotation_deg", (-360...360).contains)
    recipe = try object.label("recipe")
    takenAt = try object.time("taken_at")
  }

  /// The keys that mean something.
  static let keys = [
    "lot", "wafer", "slot", "die", "center_um", "pixel_size_um", "rotation_deg", "recipe",
    "taken_at",
  ]
}
