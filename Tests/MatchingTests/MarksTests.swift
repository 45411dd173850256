import Foundation
import Matching
import Raster
import TestSupport
import Testing

/// Pads 30 units apart as far as the stage may go, and a small cross here and there in their stead.
@Suite struct MarksTests {
  private static let period = 30.0

  /// - Parameter crosses: their centres, at pads.
  private func pads(crosses centers: [Point]) -> Rectangles {
    var result = Rectangles(boxes: [])
    for row in -50...50 {
      for column in -50...50 {
        let (x, y) = (Self.period * Double(column), Self.period * Double(row))
        if centers.contains(where: { $0.x == x && $0.y == y }) { continue }
        result.boxes.append(
          Box(low: Point(x: x - 5, y: y - 5), high: Point(x: x + 5, y: y + 5)))
      }
    }
    for center in centers {
      for (width, height) in [(8.0, 2.0), (2.0, 8.0)] {
        result.crosses.append(
          Box(
            low: Point(x: center.x - width, y: center.y - height),
            high: Point(x: center.x + width, y: center.y + height)))
      }
    }
    return result
  }

  private func register(
    _ scan: Rectangles, at truth: Affine, to reference: Rectangles, marksAreTold: Bool
  ) throws -> RegistrationOutcome {
    var settings = RegistrationSettings()
    settings.searchPx = 130
    settings.pixelSizes = [0.99...1.01]
    var reference = reference
    reference.marksAreTold = marksAreTold
    return try Registrar(reference: reference, settings: settings).register(
      scan.drawn(truth, width: field.width, height: field.height).photographed(), field: field,
      referencePoint: Point(x: 0, y: 0), scanPoint: middle)
  }

  private let crosses = [Point(x: 120, y: 90), Point(x: -150, y: -60)]

  @Test(arguments: [Point(x: 83, y: -47), Point(x: -118, y: 90), Point(x: 3, y: 125)])
  func `marks tell which of many alike places it is`(offset: Point) throws {
    let layout = pads(crosses: crosses)
    let truth = place(offset: offset)
    // The pads alone are known up to their period.
    let blind = try register(layout, at: truth, to: layout, marksAreTold: false)
    if case .registered(let found) = blind {
      #expect(found.marks == nil && Set(found.ambiguities.map(\.axis)) == ["x", "y"], "\(found)")
    }
    let outcome = try register(layout, at: truth, to: layout, marksAreTold: true)
    guard case .registered(let found) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(abs(found.offset.x - offset.x) < 0.5 && abs(found.offset.y - offset.y) < 0.5)
    #expect(found.ambiguities.isEmpty)
    #expect(try #require(found.marks) > 0.6)
  }

  @Test func `marks that are elsewhere than drawn are no place`() throws {
    // Nearer to each other by a period than the layout has them.
    let other = pads(crosses: [Point(x: 180, y: 150), Point(x: 60, y: -120)])
    let outcome = try register(
      other, at: place(offset: Point(x: 8, y: -5)), to: pads(crosses: crosses),
      marksAreTold: true)
    guard case .refused(let reason, let best) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.contains("the alignment marks are not where the layout has them"))
    #expect(try #require(best?.marks) < 0.4)
  }

  @Test func `without a mark in the field the place is known up to the period`() throws {
    let layout = pads(crosses: [Point(x: 990, y: 990)])
    let outcome = try register(
      layout, at: place(offset: Point(x: 9, y: -6)), to: layout, marksAreTold: true)
    guard case .registered(let found) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(found.marks == nil && Set(found.ambiguities.map(\.axis)) == ["x", "y"])
    #expect(abs(found.offset.x - 9) < 0.5 && abs(found.offset.y + 6) < 0.5)
  }
}
