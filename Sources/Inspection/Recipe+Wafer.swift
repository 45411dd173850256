internal import Foundation
internal import Golden
internal import Layout
public import Raster
public import Records

extension Recipe {
  /// Where the dies of a wafer lie, as a recipe says it.
  public struct Wafer: Equatable, Sendable {
    /// `wafer.diameter_mm`, above 0; nil when it isn't known.
    public var diameterMm: Double?
    /// `wafer.pitch_um: [x, y]`: a die with its street, above 0.
    ///
    /// The default, nil, is the size of the layout's cell.
    public var pitchUm: Point?
    /// `wafer.origin_um: [x, y]`: the lower left corner of die (0, 0) from the wafer's centre.
    ///
    /// The default, nil, is half a die to the left and below, so that die (0, 0) is in the middle.
    public var originUm: Point?
    /// `wafer.notch`: `down`, `left`, `up` or `right`.
    ///
    /// The default is `down`.
    public var notch = WaferFrame.Notch.down
    /// `wafer.sites: {A: [x, y, width, height]}`: the products of the reticle with their places in layout µm.
    public var sites: [WaferFrame.Site] = []

    static let keys = ["diameter_mm", "pitch_um", "origin_um", "notch", "sites"]

    init(_ section: RecipeSection) throws {
      diameterMm = try section.number("diameter_mm", { $0 > 0 }, expected: "a number above 0")
      let pair = "two numbers, [x, y]"
      if let size = try section.numbers("pitch_um", count: 2, expected: pair) {
        guard size.allSatisfy({ $0 > 0 }) else {
          throw section.error(.badValue, "pitch_um", "expected \(pair), above 0")
        }
        pitchUm = Point(x: size[0], y: size[1])
      }
      originUm = try section.numbers("origin_um", count: 2, expected: pair).map {
        Point(x: $0[0], y: $0[1])
      }
      let sides = WaferFrame.Notch.allCases.map(\.rawValue).joined(separator: ", ")
      if let side = try section.text("notch", expected: "one of \(sides)") {
        guard let notch = WaferFrame.Notch(rawValue: side) else {
          throw section.error(.badValue, "notch", "expected one of \(sides), found '\(side)'")
        }
        self.notch = notch
      }
      guard let names = try section.section("sites", known: nil) else { return }
      let place = "four numbers, [x, y, width, height], the last two above 0"
      for name in names.keys {
        guard let values = try names.numbers(name, count: 4, expected: place) else { continue }
        guard values[2] > 0, values[3] > 0 else {
          throw names.error(.badValue, name, "expected \(place)")
        }
        sites.append(
          WaferFrame.Site(
            name: name,
            box: Box(
              low: Point(x: values[0], y: values[1]),
              high: Point(x: values[0] + values[2], y: values[1] + values[3]))))
      }
    }
  }
}

extension RecipeSection {
  /// A list of so many finite numbers.
  fileprivate func numbers(_ key: String, count: Int, expected: String) throws -> [Double]? {
    guard let words = try list(key, expected: expected) else { return nil }
    let numbers = words.compactMap(Double.init).filter(\.isFinite)
    guard words.count == count, numbers.count == count else {
      throw error(.wrongType, key, "expected \(expected)")
    }
    return numbers
  }
}

extension Device {
  /// Where the dies lie; nil when neither the recipe nor a layout says how large one is.
  public var frame: WaferFrame? {
    let bounds = stack.flatMap { $0.layout.bounds(of: $0.cell) }
    let given = recipe.wafer
    guard let size = given?.pitchUm ?? bounds.map({ Point(x: $0.width, y: $0.height) }),
      size.x > 0, size.y > 0
    else { return nil }
    return WaferFrame(
      cell: stack.map { $0.layout.name(of: $0.cell) },
      diameterUm: given?.diameterMm.map { $0 * 1000 }, pitchUm: size,
      originUm: given?.originUm ?? Point(x: -size.x / 2, y: -size.y / 2),
      cornerUm: bounds?.low ?? Point(x: 0, y: 0), notch: given?.notch ?? .down,
      sites: given?.sites ?? [])
  }
}
