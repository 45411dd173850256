public import Foundation
public import Layout
public import Raster

/// Everything that says how a device is inspected, as read from a YAML file.
///
/// Unknown keys, wrong types and values out of range are refused with the line they stand on. Paths in a recipe are
/// relative to the recipe's folder; here they are resolved, and the files were there when it was read.
public struct Recipe: Equatable, Sendable {
  /// The file it was read from; empty for one made in memory.
  public var path = ""
  /// SHA-256 of the very bytes that were read, 64 hexadecimal digits; empty for one made in memory.
  public var sha256 = ""
  /// `device`: the name of what is inspected.
  ///
  /// The default is the recipe's file name without extension.
  public var device: String
  /// `layout`: the CAD to compare with.
  ///
  /// Needed unless the golden is of pictures.
  public var layout: Layout?
  /// `scan`: what is known of the scans beforehand.
  public var scan: Scan
  /// `golden`: what a scan is compared with.
  ///
  /// The default is the table learnt from the scan.
  public var golden: Golden
  /// `golden.neighbours`: how many other scans of the wafer, from the scan's own folder, tell what is usual at each place
  /// of the golden, beyond it: 3 to 16, or 0 for none.
  ///
  /// The default is 0. What they tell is used by a calibration that was made with them. Where `golden` is `dies` they are
  /// the golden themselves.
  public var neighbours = 0
  /// `matching`: how a scan is compared.
  public var matching: Matching
  /// `classifier`: the model that names findings, as `goldendie train classifier` writes it.
  ///
  /// The default, nil, is none: findings have no class.
  public var classifier: URL?
  /// `wafer`: where the dies lie, for maps and for formats that count by dies.
  ///
  /// The default, nil, is one die as large as the layout's cell.
  public var wafer: Wafer?
  /// `outputs`: what is written for each scan.
  ///
  /// The default is `[html, json]`.
  public var outputs: [Output]

  /// A recipe made in memory.
  public init(
    device: String, layout: Layout? = nil, scan: Scan = Scan(), golden: Golden = .table,
    matching: Matching = Matching(), outputs: [Output] = [.html, .json]
  ) {
    (self.device, self.layout, self.scan) = (device, layout, scan)
    (self.golden, self.matching, self.outputs) = (golden, matching, outputs)
  }

  /// The CAD to compare with.
  public struct Layout: Equatable, Sendable {
    /// `layout.file`: a GDSII or OASIS file, told apart by content.
    public var file: URL
    /// `layout.cell`: the cell that is the wafer or die.
    ///
    /// The default, nil, is the only top cell.
    public var cell: String?
    /// `layout.layers`: the process layers that show in a scan, by name, in the recipe's order; one or more.
    public var layers: [Layer]
    /// `layout.styles`: KLayout's layer properties (`.lyp`), by whose names and colours reports and messages tell layers.
    ///
    /// The default, nil, is none.
    public var styles: URL?

    /// A layout with its layers.
    public init(file: URL, cell: String? = nil, layers: [Layer], styles: URL? = nil) {
      (self.file, self.cell, self.layers, self.styles) = (file, cell, layers, styles)
    }
  }

  /// A process layer: the recipe's name for a layer of the CAD.
  public struct Layer: Hashable, Sendable {
    /// The name, such as `ridge`.
    public var name: String
    /// Its place in the CAD.
    public var number: LayerID

    /// A named layer.
    public init(name: String, number: LayerID) { (self.name, self.number) = (name, number) }
  }

  /// What is known of the scans beforehand.
  public struct Scan: Equatable, Sendable {
    /// `scan.pixel_size_um`: µm a pixel, above 0; a number, or `[low, high]` to be searched.
    ///
    /// The default, nil, is the sidecar's or the scan file's own.
    public var pixelSizeUm: ClosedRange<Double>?
    /// `scan.valid_rows`: the rows that show the wafer, `0..<1370` or `0...1369`, to leave out a data bar.
    ///
    /// The default, nil, is all.
    public var validRows: Range<Int>?
    /// `scan.valid_columns`: the columns that do, to leave out where an electron beam is still settling.
    ///
    /// The default, nil, is all.
    public var validColumns: Range<Int>?
    /// `scan.centers`: a table of the scans' centres in layout µm, read by `CenterTable`.
    ///
    /// The default, nil, is the sidecar's `center_um`.
    public var centers: URL?
    /// `scan.fields`: a layer whose rectangles are the fields that were asked for; the pixel size is then searched
    /// around those that lie on the scan's centre.
    ///
    /// The default, nil, is none.
    public var fields: LayerID?

    /// Scans of which nothing is known, or only this.
    public init(
      pixelSizeUm: ClosedRange<Double>? = nil, validRows: Range<Int>? = nil,
      validColumns: Range<Int>? = nil, centers: URL? = nil, fields: LayerID? = nil
    ) {
      self.pixelSizeUm = pixelSizeUm
      (self.validRows, self.validColumns) = (validRows, validColumns)
      (self.centers, self.fields) = (centers, fields)
    }
  }

  /// What a scan is compared with.
  public enum Golden: Equatable, Sendable {
    /// Pictures of good dies that a golden is learnt from, at the least and at the most: a median of two is neither's.
    public static let imagesLearntFrom = 3...64

    /// What it is called in records.
    var kind: String {
      switch self {
      case .table: "table"
      case .tree: "tree"
      case .image: "image"
      case .images: "images"
      case .dies: "neighbours"
      case .generator: "generator"
      }
    }

    /// `golden: {baseline: table}`: the median colour of each combination of layers, learnt from the scan itself.
    case table
    /// `golden: {baseline: tree}`: a regression forest over distances to edges, learnt from the scan itself.
    case tree
    /// `golden: {image: golden.png}`: a supplied picture.
    case image(URL)
    /// `golden: {images: [good_1.png, good_2.png, good_3.png]}`, or a folder of pictures: what several pictures of good
    /// dies have in common, and how much they differ. The first says how it lies.
    case images([URL])
    /// `golden: {neighbours: 6}` without a layout: what as many other scans of the folder have in common.
    case dies
    /// `golden: {generator: model.safetensors}`: painted from the layout by a network that `train generator` taught.
    case generator(URL)
  }

  /// How a scan is compared.
  public struct Matching: Equatable, Sendable {
    /// `matching.search`: how far the stage may be off, to every side.
    ///
    /// The default is 25 % of the field.
    public var search: Search
    /// `matching.marks`: the layer that holds alignment marks and nothing else, which decide between places that look the
    /// same.
    ///
    /// The default, nil, is none.
    public var marks: String?
    /// `matching.rotation_deg`: how far a scan may be turned, either way, in degrees, 0…45.
    ///
    /// The default is 2.
    public var rotationDeg: Double
    /// `matching.threshold`: the difference that is flagged, in standard deviations of the scan itself, above 0.
    ///
    /// The default, nil, is the matcher's own: 8. With a calibration it means nothing.
    public var threshold: Double?
    /// `matching.least_contrast`: the least difference that is flagged, in grey levels of 255.
    ///
    /// The default, nil, is the matcher's own: none beside clean scans, 20 without.
    public var leastContrast: Double?
    /// `matching.false_alarms_per_mpx`: the rate of false alarms that the threshold is chosen for, above 0, in
    /// findings on a million pixels.
    ///
    /// The default, nil, is 0.1, unless `falseAlarmsPerCm2` is given. It takes a calibration; without one `threshold` decides.
    public var falseAlarmsPerMpx: Double?
    /// `matching.false_alarms_per_cm2`: the same on a square centimetre of the wafer; one of the two is given.
    ///
    /// The default, nil, is none.
    public var falseAlarmsPerCm2: Double?
    /// `matching.merge`: flagged places nearer than this, along both axes, are one finding.
    ///
    /// The default, nil, is the matcher's own: 4 pixels beside clean scans, 12 without.
    public var merge: Search?
    /// `matching.exclude`: boxes of the layout that are not looked at, each `[x, y, x, y]` in µm.
    ///
    /// The default is none.
    public var exclude: [Box] = []
    /// `matching.sensitivity`: by layer, how many times as many false alarms are allowed where it is drawn, 0 or more; 0 is
    /// not to look there.
    ///
    /// The default is 1 for each.
    public var sensitivity: [String: Double] = [:]
    /// `matching.calibration`: the noise of clean scans, as `goldendie calibrate` writes it.
    ///
    /// With it `falseAlarmsPerMpx` decides, and not `threshold`.
    ///
    /// The default, nil, is none.
    public var calibration: URL?

    /// Matching with these settings.
    public init(
      search: Search = .share(0.25), rotationDeg: Double = 2, threshold: Double? = nil,
      leastContrast: Double? = nil, falseAlarmsPerMpx: Double? = nil
    ) {
      (self.search, self.rotationDeg) = (search, rotationDeg)
      (self.threshold, self.leastContrast) = (threshold, leastContrast)
      self.falseAlarmsPerMpx = falseAlarmsPerMpx
    }
  }

  /// A distance on the wafer, in one of three units; above 0.
  public enum Search: Equatable, Sendable {
    /// `5um`
    case micrometres(Double)
    /// `25%`, a share of the field's width: 0.25 here, at most 1.
    case share(Double)
    /// `40px`, pixels of the scan.
    case pixels(Double)

    /// Reads a positive number with the unit `um`, `µm`, `%` or `px`; nil for anything else.
    public init?(_ text: String) {
      let units: [(String, (Double) -> Search)] = [
        ("um", Search.micrometres), ("µm", Search.micrometres), ("μm", Search.micrometres),
        ("%", { .share($0 / 100) }), ("px", Search.pixels),
      ]
      guard let (unit, make) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
      let digits = text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)
      guard let value = Double(digits), value.isFinite, value > 0, unit != "%" || value <= 100
      else { return nil }
      self = make(value)
    }
  }

  /// A file that is written for each scan.
  public enum Output: String, Sendable, CaseIterable {
    case html, json, klarf, lyrdb, csv, coco, audit
  }
}
