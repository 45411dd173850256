import Foundation
import Layout
import Raster
import Simulation
import Testing

/// A small field with a few defects.
private func settings(defects: Int = 2, cleanDies: Int = 0) -> SimulationSettings {
  var settings = SimulationSettings()
  (settings.width, settings.height) = (520, 440)
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

@Test func `a scan differs from its clean twin in the masks, and boxes fit them`() throws {
  let wafer = try SimulatedWafer(seed: 5, settings: settings(defects: 7))
  var kinds: Set<DefectClass> = []
  for index in 0..<2 {
    let scan = try wafer.scan(index)
    var masked = Plane(width: scan.picture.width, height: scan.picture.height)
    for defect in scan.defects {
      kinds.insert(defect.kind)
      let (mask, box) = (defect.mask, defect.box)
      #expect(scan.picture.bounds.contains(box))
      #expect(mask.bounds.width == box.width && mask.bounds.height == box.height)
      #expect(defect.contrast >= wafer.settings.leastContrast)
      var touched: Set<String> = []
      var change: Float = 0
      for y in 0..<box.height {
        for x in 0..<box.width where mask[x, y] > 0 {
          let (column, row) = (box.x + x, box.y + y)
          #expect(masked[column, row] == 0, "defects overlap")
          masked[column, row] = 1
          change +=
            zip(scan.clean.planes, scan.picture.planes)
            .map { abs($0[column, row] - $1[column, row]) }.max() ?? 0
          if x == 0 { touched.insert("left") }
          if y == 0 { touched.insert("top") }
          if x == box.width - 1 { touched.insert("right") }
          if y == box.height - 1 { touched.insert("bottom") }
        }
      }
      #expect(touched.count == 4, "the box is larger than the mask")
      // The twin has the same noise, so that the mean differs by rounding and by the change of shot noise alone.
      let measured = Double(change) / Double(defect.areaPx) * 255
      #expect(abs(measured - defect.contrast) < 1 + 0.1 * defect.contrast, "\(defect.kind)")
    }
    for (before, after) in zip(scan.clean.planes, scan.picture.planes) {
      for index in before.samples.indices where masked.samples[index] == 0 {
        #expect(abs(before.samples[index] - after.samples[index]) < 5.5 / 255)
      }
    }
  }
  #expect(kinds == Set(DefectClass.allCases))
}

@Test func `a part is the same pixels as the whole, whatever the part`() throws {
  let photograph = try SimulatedWafer(seed: 5, settings: settings(defects: 4)).photograph(0)
  let whole = try photograph.picture(photograph.bounds)
  for rect in [
    PixelRect(x: 0, y: 0, width: 1, height: 1), PixelRect(x: 3, y: 119, width: 401, height: 137),
    PixelRect(x: 371, y: 200, width: 149, height: 240),
  ] {
    #expect(try photograph.picture(rect) == whole.crop(rect))
  }
}

@Test func `another photograph of the same place differs by noise alone`() throws {
  let settings = settings(cleanDies: 1)
  let photograph = try SimulatedWafer(seed: 5, settings: settings).photograph(0)
  let rect = PixelRect(x: 100, y: 100, width: 300, height: 300)
  let (one, other) = (
    try photograph.picture(rect), try photograph.picture(rect, shot: 1)
  )
  for (first, second) in zip(one.planes, other.planes) {
    var (sum, squares) = (0.0, 0.0)
    for (a, b) in zip(first.samples, second.samples) {
      sum += Double(b - a) * 255
      squares += Double(b - a) * Double(b - a) * 255 * 255
    }
    let count = Double(rect.area)
    #expect(abs(sum / count) < 0.05)
    // Twice the variance of one, between that of no light and that of full light; rounding adds a sixth.
    let read = 2 * pow(settings.readNoise * 255, 2) + 1 / 6.0
    let shot = 2 * pow(settings.shotNoise * 255, 2)
    #expect(squares / count > read && squares / count < read + shot)
  }
}

@Test func `dies of one wafer vary in colour and in where their edges are`() throws {
  var settings = settings(cleanDies: 2)
  // A field as large as the die is always the same.
  (settings.dieWidthUm, settings.dieHeightUm) = (300, 300)
  (settings.width, settings.height) = (600, 600)
  settings.stageError = 0
  settings.rotationDeg = 0
  settings.pixelSizeError = 0
  let wafer = try SimulatedWafer(seed: 5, settings: settings)
  let (one, other) = (try wafer.scan(0), try wafer.scan(1))
  #expect(one.place.layoutToScan == other.place.layoutToScan)
  #expect(one.place.die != other.place.die)
  let differences = zip(one.picture.planes, other.picture.planes).map { first, second in
    zip(first.samples, second.samples).map { abs($0 - $1) * 255 }.reduce(0, +)
      / Float(first.samples.count)
  }
  // More than noise, which makes about two grey levels; less than another process would.
  #expect(differences.max() ?? 0 > 2.5)
  #expect(differences.allSatisfy { $0 < 25 })
}

@Test func `a clean die has no defect`() throws {
  let scan = try SimulatedWafer(seed: 5, settings: settings(cleanDies: 1)).scan(0)
  #expect(scan.defects.isEmpty)
  #expect(scan.picture == scan.clean)
}

@Test func `what the reticle has wrong is on every die, and no defect of it`() throws {
  var settings = settings(cleanDies: 2)
  (settings.dieWidthUm, settings.dieHeightUm, settings.repeatedDefects) = (330, 300, 12)
  let wafer = try SimulatedWafer(seed: 5, settings: settings)
  func places(_ index: Int) throws -> [Point] {
    let scan = try wafer.scan(index)
    #expect(scan.defects.isEmpty && scan.picture == scan.clean)
    return scan.repeated.map { defect in
      let box = defect.box
      return scan.place.layoutToScan.inverse(
        Point(
          x: Double(box.x) + Double(box.width) / 2, y: Double(box.y) + Double(box.height) / 2))
    }
  }
  let (first, second) = (try places(0), try places(1))
  let common = first.count { one in second.contains { abs($0.x - one.x) + abs($0.y - one.y) < 2 } }
  #expect(common > 0)
  settings.repeatedDefects = 0
  let plain = try SimulatedWafer(seed: 5, settings: settings).scan(0)
  #expect(plain.picture != (try wafer.scan(0)).picture && plain.repeated.isEmpty)
}

@Test(arguments: [(300.0, 300.0), (420, 900), (1600, 1200)])
func `dies of any size are drawn within their frame`(width: Double, height: Double) throws {
  var settings = SimulationSettings()
  (settings.dieWidthUm, settings.dieHeightUm) = (width, height)
  for seed in 0..<12 as Range<UInt64> {
    let layout = try SimulatedWafer(seed: seed, settings: settings).layout
    let top = try #require(layout.topCells.first)
    #expect(layout.topCells.count == 1)
    let bounds = try #require(layout.bounds(of: top))
    #expect(
      bounds == Box(low: Point(x: 0, y: 0), high: Point(x: width, y: height)), "seed \(seed)")
  }
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
  #expect(abs(place.centerUm.x - place.commandedCenterUm.x) <= 0.05 * 260)
  #expect(abs(place.centerUm.y - place.commandedCenterUm.y) <= 0.05 * 220)
  #expect(abs(place.rotationDeg) <= 0.3)
  #expect(abs(place.pixelSizeUm - 0.5) <= 0.0025)
  let center = place.layoutToScan(place.centerUm)
  #expect(abs(center.x - 260) < 1e-9 && abs(center.y - 220) < 1e-9)
  let right = place.layoutToScan(Point(x: place.centerUm.x + 50, y: place.centerUm.y))
  #expect(abs(atan2(220 - right.y, right.x - 260) * 180 / .pi - place.rotationDeg) < 1e-6)
  #expect(abs(hypot(right.x - 260, right.y - 220) * place.pixelSizeUm - 50) < 1e-6)
  let up = place.layoutToScan(Point(x: place.centerUm.x, y: place.centerUm.y + 50))
  #expect(up.y < center.y)
}
