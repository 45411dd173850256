import Foundation
import ImageFiles
import Raster
import Simulation
import TestSupport
import Testing

@Test func `writes everything an inspection needs`() throws {
  var settings = SimulationSettings()
  (settings.width, settings.height, settings.dies) = (200, 150, 2)
  settings.defectsPerScan = 1
  settings.writesCleanTwins = true
  settings.repeats = 1
  let wafer = try SimulatedWafer(seed: 3, settings: settings)
  try withTemporaryFolder { folder in
    var steps: [Int] = []
    try wafer.write(to: folder) { done, _ in steps.append(done) }
    #expect(steps == [1, 2])
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    #expect(
      names == [
        "clean", "clean/die_00.png", "clean/die_00_again.png", "clean/die_01.png",
        "clean/die_01_again.png", "layout.gds", "recipe.yaml", "repeats",
        "repeats/die_00_again.json", "repeats/die_00_again.png", "repeats/die_01_again.json",
        "repeats/die_01_again.png", "scans", "scans/die_00.json", "scans/die_00.png",
        "scans/die_01.json", "scans/die_01.png", "truth.json",
      ])
    let scan = try wafer.scan(1)
    #expect(try picture(folder, "scans/die_01.png") == scan.picture)
    #expect(try picture(folder, "clean/die_01.png") == scan.clean)
    let photograph = try wafer.photograph(1)
    let again = try photograph.picture(photograph.bounds, shot: 1)
    #expect(try picture(folder, "repeats/die_01_again.png") == again)
    let sidecar = try object(folder, "scans/die_01.json")
    #expect(
      sidecar["center_um"] as? [Double]
        == [scan.place.commandedCenterUm.x, scan.place.commandedCenterUm.y])
    let truth = try #require(try object(folder, "truth.json")["scans"] as? [String: [String: Any]])
    #expect(truth["die_01.png"]?["clean"] as? String == "clean/die_01.png")
    #expect(truth["die_01.png"]?["repeats"] as? [String] == ["repeats/die_01_again.png"])
    let mark = try #require((truth["die_01.png"]?["defects"] as? [[String: Any]])?.first)
    let defect = try #require(scan.defects.first)
    #expect(mark["class"] as? String == defect.kind.rawValue)
    #expect(
      mark["box"] as? [String: Int] == [
        "x": defect.box.x, "y": defect.box.y, "width": defect.box.width,
        "height": defect.box.height,
      ])
    let mask = try #require(mark["mask"] as? [String: [Int]])
    #expect(mask["size"] == [150, 200])
    #expect(unpacked(try #require(mask["counts"])) == pixels(of: defect, height: 150))
  }
}

@Test func `leaves a folder that holds something as it is`() throws {
  let wafer = try SimulatedWafer(seed: 3)
  try withTemporaryFolder { folder in
    try Data("mine".utf8).write(to: folder.appending(path: "layout.gds"))
    let error = #expect(throws: SimulationError.self) { try wafer.write(to: folder) }
    #expect(error?.code == .notEmpty)
    #expect(error?.path == folder.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["layout.gds"])
    #expect(try Data(contentsOf: folder.appending(path: "layout.gds")) == Data("mine".utf8))
    let file = folder.appending(path: "layout.gds")
    #expect(throws: SimulationError.self) { try wafer.write(to: file) }
  }
}

@Test func `the demo wafer is what its command makes`() throws {
  var project = URL(filePath: #filePath)
  for _ in 0..<3 { project.deleteLastPathComponent() }
  let demo = project.appending(path: "Datasets/demo")
  try withTemporaryFolder { folder in
    try SimulatedWafer(seed: 17).write(to: folder)
    let recipe = try String(contentsOf: folder.appending(path: "recipe.yaml"), encoding: .utf8)
    #expect(
      try String(contentsOf: demo.appending(path: "recipe.yaml"), encoding: .utf8)
        == recipe.replacing("baseline: table", with: "generator: ../../Models/demo.safetensors")
        .replacing(
          "search: 10%", with: "search: 10%\n  calibration: ../../Models/demo-calibration.json"
        )
        .replacing(
          "outputs:", with: "classifier: ../../Models/demo-classifier.safetensors\noutputs:"))
    for name in ["layout.gds", "truth.json", "scans/die_01.json"] {
      let (made, kept) = (folder.appending(path: name), demo.appending(path: name))
      #expect(try Data(contentsOf: made) == Data(contentsOf: kept), "\(name)")
    }
    for name in ["die_00", "die_01", "die_02"] {
      let made = try picture(folder, "scans/\(name).png")
      let kept = try picture(demo, "scans/\(name).png")
      #expect(made.bounds == kept.bounds)
      var greatest: Float = 0
      for (one, other) in zip(made.planes, kept.planes) {
        for index in one.samples.indices {
          greatest = max(greatest, abs(one.samples[index] - other.samples[index]))
        }
      }
      // Another processor may round a sum the other way, and with it a grey level.
      #expect(greatest < 1.5 / 255, "\(name)")
    }
  }
}

/// Places of the set pixels, counted down the columns, from runs of 0 and 1 in turn.
private func unpacked(_ counts: [Int]) -> [Int] {
  var (place, isSet, result) = (0, false, [Int]())
  for count in counts {
    if isSet { result += place..<place + count }
    place += count
    isSet.toggle()
  }
  #expect(place == 150 * 200)
  return result
}

private func pixels(of defect: Defect, height: Int) -> [Int] {
  let box = defect.box
  return (0..<box.width).flatMap { x in
    (0..<box.height).filter { defect.mask[x, $0] > 0 }.map { (box.x + x) * height + box.y + $0 }
  }
}

private func picture(_ folder: URL, _ name: String) throws -> Picture {
  let file = try ImageFile(path: folder.appending(path: name).path)
  return try file.read(file.bounds)
}

private func object(_ folder: URL, _ name: String) throws -> [String: Any] {
  let data = try Data(contentsOf: folder.appending(path: name))
  return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}
