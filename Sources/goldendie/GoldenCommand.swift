import ArgumentParser
import Foundation
import Golden
import ImageFiles
import Inspection
import Raster
import Reports

struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden", abstract: "Paints the simulated golden die of a region of the layout.",
    discussion: """
      With --scan the colours are learnt from that scan; without it the recipe's generator paints, \
      or each layer has a nominal grey. The pixel size is --pixel-size, else the recipe's where that is one number, else the \
      scan's. A region of any size is painted and written a row of tiles at a time; a TIFF is a \
      pyramid. With --cache the tiles are kept, and those of the same layout, colours and part \
      of a pixel are not painted again.

      EXAMPLES
        goldendie golden --recipe r.yaml --region 0,0,120,80 --output g.png
        goldendie golden --recipe r.yaml --region -40,25,60,60 --output g.tif \\
          --scan die_7.png --pixel-size 0.2
      """)

  @Option(
    help: ArgumentHelp("The recipe that names the layout and its layers.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Left, bottom, width and height in layout µm, y up.", valueName: "x,y,w,h"))
  var region: Region

  @Option(
    help: ArgumentHelp("The picture to write: .png, .tif or .tiff.", valueName: "file"),
    completion: .file(extensions: ["png", "tif", "tiff"]))
  var output: String

  @Option(
    help: ArgumentHelp("A scan to learn the colours from.", valueName: "file"), completion: .file())
  var scan: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Micrometres a pixel.", valueName: "um"))
  var pixelSize: Double?

  @Option(
    help: ArgumentHelp(
      "A folder that keeps painted tiles, for this and other regions.", valueName: "dir"),
    completion: .directory)
  var cache: String?

  @Option(help: ArgumentHelp("GiB that the kept tiles may take.", valueName: "gib"))
  var cacheSize = 8.0

  func validate() throws {
    guard ["png", "tif", "tiff"].contains(format) else {
      throw ValidationError("--output ends in .png, .tif or .tiff; '\(output)' does not")
    }
    if let pixelSize, !(pixelSize > 0 && pixelSize.isFinite) {
      throw ValidationError("--pixel-size is a number of µm above 0, not \(pixelSize)")
    }
    if !(cacheSize > 0 && cacheSize < 1e6) {
      throw ValidationError("--cache-size is a number of GiB above 0, not \(cacheSize)")
    }
  }

  func run() throws {
    let device = try Device(recipe: URL(filePath: recipe))
    if let scan, !FileManager.default.fileExists(atPath: scan) {
      throw Failure(.missingInput, "\(scan): no such file")
    }
    try checkOutput()
    let stated = pixelSize ?? device.recipe.scan.onePixelSizeUm
    if stated == nil, scan == nil {
      throw InspectionError(
        .noPixelSize, path: recipe,
        "nothing says how large a pixel is: give --pixel-size, or set scan.pixel_size_um to one "
          + "number")
    }
    let progress = ProgressLine()
    defer { progress.clear() }
    let painter = try device.goldenPainter(learningFrom: scan.map { URL(filePath: $0) }) {
      progress.show("learning from \(scan ?? ""): \($0.rawValue)")
    }
    guard let size = stated ?? painter.learntPixelSizeUm else {
      preconditionFailure("a scan that colours were learnt from has a pixel size")
    }
    if let obstacle = painter.obstacle(to: region.box, pixelSizeUm: size) {
      throw ValidationError("the region \(obstacle)")
    }
    let tiles = try cache.map {
      try GoldenCache(
        folder: URL(filePath: $0), limitBytes: Int(cacheSize * Double(1 << 30)))
    }
    let (width, height) = try write(painter, pixelSizeUm: size, cache: tiles, progress)
    progress.clear()
    if painter.learntPixelSizeUm == nil {
      Console.tell("the greys are nominal, a shade per layer; --scan learns them from a scan")
    }
    print(
      "\(output): \(width) × \(height) pixels of \(size.significant(5)) µm")
    if device.recipe.layout?.styles != nil { listLayers(device.layerLooks) }
  }

  /// Prints the layers that were painted as CAD tells them.
  private func listLayers(_ looks: [LayerLook]) {
    var table = TextTable([
      .init(title: "layer"), .init(title: "number"), .init(title: "in CAD"),
      .init(title: "colour"),
    ])
    for look in looks {
      table.add([look.layer, look.number, look.name ?? "–", look.colour ?? "–"])
    }
    for line in table.lines { print(line) }
  }

  private var format: String { (output as NSString).pathExtension.lowercased() }

  /// Refuses a place that can't be written to before work is put into the picture.
  private func checkOutput() throws {
    let folder = URL(filePath: output).absoluteURL.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    func refuse(_ reason: String) -> ImageFileError {
      ImageFileError(code: .cannotWrite, path: output, detail: "cannot be written: \(reason)")
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw refuse("\(folder) does not exist")
    }
    if !isFolder.boolValue { throw refuse("\(folder) is a file") }
    if access(folder, W_OK | X_OK) != 0 { throw refuse("\(folder) is not writable") }
    if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder.boolValue {
      throw refuse("it is a folder")
    }
  }

  /// Paints the region into the file, row of tiles by row of tiles.
  private func write(
    _ painter: GoldenPainter, pixelSizeUm: Double, cache: GoldenCache?, _ progress: ProgressLine
  ) throws -> (width: Int, height: Int) {
    let size = GoldenPainter.size(of: region.box, pixelSizeUm: pixelSizeUm)
    let (width, height) = (Int(size.width), Int(size.height))
    // How many channels it has, the first rows tell.
    var writer: (any PictureWriter)?
    let clock = ContinuousClock()
    let start = clock.now
    try painter.paint(
      region.box, pixelSizeUm: pixelSizeUm, cache: cache,
      progress: { share in
        let (seconds, _) = (clock.now - start).components
        progress.show("painting: \(TimeLeft.words(share: share, seconds: Double(seconds)))")
      },
      into: { band in
        let file = try writer ?? makeWriter(width, height, band.channels, pixelSizeUm)
        writer = file
        try file.write(rows: band)
      })
    progress.show("writing \(output)")
    try writer?.finish()
    return (width, height)
  }

  private func makeWriter(
    _ width: Int, _ height: Int, _ channels: Int, _ pixelSizeUm: Double
  ) throws -> any PictureWriter {
    if format == "png" {
      return try PNGWriter(
        path: output, width: width, height: height, channels: channels, pixelSizeUm: pixelSizeUm)
    }
    return try TIFFWriter(
      path: output, width: width, height: height, channels: channels, pixelSizeUm: pixelSizeUm,
      isPyramid: true)
  }
}

/// How much of a long task is done, and how long the rest takes.
enum TimeLeft {
  /// Such as `37 %, 4 min left`; without the time while too little is known.
  static func words(share: Double, seconds: Double) -> String {
    let done = "\(Int(100 * share)) %"
    guard seconds >= 2, share > 0 else { return done }
    let left = seconds / share * (1 - share)
    switch left {
    case ..<60: return "\(done), \(Int(left.rounded(.up))) s left"
    case ..<5400: return "\(done), \(Int((left / 60).rounded())) min left"
    default: return "\(done), \((left / 3600).significant(2)) h left"
    }
  }
}

/// A region of a layout as it is given on the command line: `x,y,w,h`.
struct Region: ExpressibleByArgument {
  /// Layout µm, y up.
  let box: Box

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard words.count == 4, numbers.count == 4,
      numbers.allSatisfy({ $0.isFinite && abs($0) < 1e9 }), numbers[2] > 0, numbers[3] > 0
    else { return nil }
    let low = Point(x: numbers[0], y: numbers[1])
    box = Box(low: low, high: Point(x: low.x + numbers[2], y: low.y + numbers[3]))
  }
}

extension Recipe.Scan {
  /// The pixel size where it is one number, µm.
  fileprivate var onePixelSizeUm: Double? {
    pixelSizeUm.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil }
  }
}
