import Foundation
import Layout
import Raster
import Simulation
import Testing

/// A small field with two defects, of a kind each time.
private func settings(defects: Int = 2, cleanDies: Int = 0) -> SimulationSettings {
  var settings = SimulationSettings()
  (settings.width, settings.height) = (420, 340)
  settings.dies = 2
  (settings.defectsPerScan, settings.cleanDies) = (defects, cleanDies)
  return settings
}

@Test func `the same seed gives the same scan, another seed another`() throws {
  let one = try SimulatedWafer(seed: 5, settings: settings())
  let same = try SimulatedWafer(seed: 5, settings: settings())
  let other = try SimulatedWafer(seed: 6, settings: settings())
  let first = try one.scan(1)
  // A scan does not depend on what was photographed before.
  _ = try same.scan(0)
  let again = try same.scan(1)
  #expect(try one.gdsii.data() == same.gdsii.data())
  #expect(first.picture == again.picture)
  #expect(first.defects == again.defects)
  #expect(first.place == again.place)
  #expect(try one.gdsii.data() != other.gdsii.data())
  let another = try other.scan(1)
  #expect(first.picture != another.picture)
}

@Test func `a scan differs from its clean twin inside the masks only, and boxes fit them`() throws {
  let wafer = try SimulatedWafer(seed: 5, settings: settings(defects: 4))
  var kinds: Set<DefectClass> = []
  for index in 0..<2 {
    let scan = try wafer.scan(index)
    var allowed = Plane(width: scan.picture.width, height: scan.picture.height)
    for defect in scan.defects {
      kinds.insert(defect.kind)
      #expect(scan.picture.bounds.contains(defect.box))
      #expect(defect.mask.bounds.width == defect.box.width)
      #expect(defect.contrast >= wafer.settings.leastContrast)
      let (mask, box) = (defect.mask, defect.box)
      var touched: Set<String> = []
      for y in 0..<box.height {
        for x in 0..<box.width where mask[x, y] > 0 {
          #expect(allowed[box.x + x, box.y + y] == 0, "defects overlap")
          allowed[box.x + x, box.y + y] = 1
          if x == 0 { touched.insert("left") }
          if y == 0 { touched.insert("top") }
          if x == box.width - 1 { touched.insert("right") }
          if y == box.height - 1 { touched.insert("bottom") }
        }
      }
      #expect(touched.count == 4, "the box is larger than the mask")
    }
    var outside = 0
    var inside = 0
    for (before, after) in zip(scan.clean.planes, scan.picture.planes) {
      for index in before.samples.indices where before.samples[index] != after.samples[index] {
        if allowed.samples[index] > 0 { inside += 1 } else { outside += 1 }
      }
    }
    #expect(outside == 0)
    #expect(inside > 0)
  }
  #expect(kinds == Set(DefectClass.allCases))
}

@Test func `a clean die has no defect`() throws {
  let scan = try SimulatedWafer(seed: 5, settings: settings(cleanDies: 1)).scan(0)
  #expect(scan.defects.isEmpty)
  #expect(scan.picture == scan.clean)
}

@Test(arguments: [1, 2, 3] as [UInt64])
func `the layout reads back with every layer, in cells that are used`(seed: UInt64) throws {
  let layout = try SimulatedWafer(seed: seed).layout
  #expect(layout.topCells.map(layout.name) == [DieLayout.topCell])
  #expect(layout.cells.count > 10)
  let top = try #require(layout.topCells.first)
  for layer in ProcessLayer.allCases {
    #expect(layout.shapes(of: layer.id, in: top).count > 10, "\(layer)")
  }
  // Nothing sticks out of the die.
  let bounds = try #require(layout.bounds(of: top))
  #expect(bounds == Box(low: Point(x: 0, y: 0), high: Point(x: 1000, y: 750)))
}

@Test(arguments: 0..<6)
func `a scan's true place is near the commanded one, y up and turned counter-clockwise`(
  index: Int
) throws {
  let place = try SimulatedWafer(seed: 9, settings: settings()).scan(index).place
  #expect(abs(place.centerUm.x - place.commandedCenterUm.x) <= 0.05 * 210)
  #expect(abs(place.centerUm.y - place.commandedCenterUm.y) <= 0.05 * 170)
  #expect(abs(place.rotationDeg) <= 0.3)
  #expect(abs(place.pixelSizeUm - 0.5) <= 0.0025)
  let center = place.layoutToScan(place.centerUm)
  #expect(abs(center.x - 210) < 1e-9 && abs(center.y - 170) < 1e-9)
  let right = place.layoutToScan(Point(x: place.centerUm.x + 50, y: place.centerUm.y))
  #expect(abs(atan2(170 - right.y, right.x - 210) * 180 / .pi - place.rotationDeg) < 1e-6)
  #expect(abs(hypot(right.x - 210, right.y - 170) * place.pixelSizeUm - 50) < 1e-6)
  let up = place.layoutToScan(Point(x: place.centerUm.x, y: place.centerUm.y + 50))
  #expect(up.y < center.y)
}
