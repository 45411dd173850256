import Raster

/// What `layout info` says about a layout.
public struct LayoutInfo: Codable, Sendable, Equatable {
  /// One layer over all top cells.
  public struct Layer: Codable, Sendable, Equatable {
    /// The layer number.
    public var layer: Int
    /// The datatype.
    public var datatype: Int
    /// Flattened polygons, boxes and paths; texts don't count.
    public var shapes: Int
    /// Their areas summed in µm², overlaps counted as often as they occur.
    public var areaUm2: Double

    enum CodingKeys: String, CodingKey {
      case layer, datatype, shapes
      case areaUm2 = "area_um2"
    }
  }

  /// The kind of file.
  public var format: String
  /// Names of the cells that no other contains.
  public var topCells: [String]
  /// Micrometres per database unit.
  public var dbuUm: Double
  /// Left, bottom, right and top of all top cells in µm; empty where nothing is drawn.
  public var bboxUm: [Double]
  /// Every layer that occurs, in rising order; one with texts alone has no shapes.
  public var layers: [Layer]

  enum CodingKeys: String, CodingKey {
    case format, layers
    case topCells = "top_cells"
    case dbuUm = "dbu_um"
    case bboxUm = "bbox_um"
  }
}

extension Layout {
  /// Format, top cells, bounding box, and the flattened shapes of each layer, counted without flattening.
  public var info: LayoutInfo {
    var box: Box?
    for cell in topCells {
      guard let bounds = bounds(of: cell) else { continue }
      box = box?.union(bounds) ?? bounds
    }
    return LayoutInfo(
      format: format, topCells: topCells.map { name(of: $0) }, dbuUm: dbuMicrometres,
      bboxUm: box.map { [$0.low.x, $0.low.y, $0.high.x, $0.high.y] } ?? [],
      layers: layers.map(info(of:)))
  }

  private func info(of layer: LayerID) -> LayoutInfo.Layer {
    var (count, area) = (0, 0.0)
    for cell in topCells {
      let shapes = shapes(of: layer, in: cell)
      let (sum, overflow) = count.addingReportingOverflow(shapes.count)
      count = overflow ? .max : sum
      area += shapes.areaUm2
    }
    return LayoutInfo.Layer(
      layer: layer.layer, datatype: layer.datatype, shapes: count, areaUm2: area)
  }
}
