internal import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster

/// A scan too large to be held, placed by a smaller picture of it and by windows that are spread over it.
struct Survey {
  let placed: PlacedScan
  /// Whether the planes of a colour picture are all alike.
  let isGrey: Bool
  /// The field reduced by `factor`.
  let level: (picture: Picture, factor: Int)
  /// Some of the windows, beside their goldens.
  let samples: [PreparedScan]
}

/// What came of a survey.
enum SurveyOutcome {
  case ready(Survey)
  /// The scan doesn't show what it should.
  case refused(reason: String, best: Registration?, level: (picture: Picture, factor: Int))
}

extension Device {
  /// Greatest side of the picture that a large scan is placed by, pixels.
  private static let levelSide = 4096
  /// One window lies in each square of so many pixels a side, and is so large.
  private static let pitch = 4096, windowSide = 1024
  /// Windows that are beside their goldens to tell light and noise.
  private static let mostSamples = 9

  /// Places a scan without holding it.
  func survey(
    _ opened: OpenedScan, progress: (Stage) -> Void = { _ in }
  ) throws -> SurveyOutcome {
    progress(.registering)
    let field = opened.field
    let whole = try place(opened, by: field)
    var placed = whole
    // A very large scan has no edges left when it is small enough; its middle has some.
    while case .refused = placed.outcome,
      max(placed.part.width, placed.part.height) > Self.levelSide
    {
      let part = placed.part
      placed = try place(
        opened,
        by: PixelRect(
          x: part.x + part.width / 4, y: part.y + part.height / 4, width: max(1, part.width / 2),
          height: max(1, part.height / 2)))
    }
    guard case .registered(var registration) = placed.outcome else {
      guard case .refused(let reason, let best) = whole.outcome else {
        preconditionFailure("refused")
      }
      return .refused(reason: reason, best: best, level: whole.level)
    }
    if placed.part != field {
      registration.extent = try reference().extent(toScan: registration.toScan, field: field)
    }
    if case .generator = recipe.golden { try checkSize(registration.pixelSize, opened.file) }
    progress(.painting)
    return .ready(try refined(opened, registration, placed, whole.level))
  }

  /// Where a scan lies by a smaller picture of a part of it.
  private struct PartPlace {
    let part: PixelRect
    let level: (picture: Picture, factor: Int)
    /// In scan pixels.
    let outcome: RegistrationOutcome
    /// How the whole scan departs from its affine map; still where a part alone is known, or it was refused.
    let slow: DisplacementMesh
    /// With what was searched.
    let registrar: Registrar
  }

  private func place(_ opened: OpenedScan, by part: PixelRect) throws -> PartPlace {
    let factor = (max(part.width, part.height) + Self.levelSide - 1) / Self.levelSide
    let small = try level(opened, part, factor: factor)
    let share = 1 / Double(factor)
    let toLevel = Affine.translation(x: -Double(part.x), y: -Double(part.y))
      .then(.scale(x: share, y: share))
    var settings = opened.place.settings
    settings.searchPx *= share
    settings.pixelSizes = settings.pixelSizes.map {
      $0.lowerBound * Double(factor)...$0.upperBound * Double(factor)
    }
    let registrar = Registrar(reference: try reference(), settings: settings)
    let luminance = small.luminance
    var slow = DisplacementMesh.still(part)
    let outcome: RegistrationOutcome
    switch try registrar.register(
      luminance, field: small.bounds, referencePoint: opened.place.center,
      scanPoint: toLevel(opened.middle))
    {
    case .refused(let reason, let best):
      outcome = .refused(reason: reason, best: best?.enlarged(by: factor, field: part))
    case .registered(let found):
      outcome = .registered(found.enlarged(by: factor, field: part))
      if part == opened.field {
        slow = try registrar.mesh(luminance, field: small.bounds, toScan: found.toScan)
          .scaled(by: Double(factor), onto: part)
      }
    }
    return PartPlace(
      part: part, level: (small, factor), outcome: outcome, slow: slow, registrar: registrar)
  }

  /// A part of the scan reduced by whole pixels.
  private func level(_ opened: OpenedScan, _ field: PixelRect, factor: Int) throws -> Picture {
    let (width, height) = (field.width / factor, field.height / factor)
    var planes: [Plane] = []
    let side = factor * max(1, 2048 / factor)
    var windows: [PixelRect] = []
    let across = opened.image.storage == .rows ? field.width : side
    for y in stride(from: field.y, to: field.maxY, by: side) {
      for x in stride(from: field.x, to: field.maxX, by: across) {
        windows.append(
          PixelRect(x: x, y: y, width: across, height: side).intersection(field))
      }
    }
    try opened.image.forEach(windows) { rect, picture in
      let reduced = picture.mapPlanes { $0.reduced(by: factor) }
      if planes.isEmpty {
        planes = reduced.planes.map { _ in Plane(width: width, height: height) }
      }
      for index in planes.indices where reduced.width > 0 && reduced.height > 0 {
        planes[index].put(
          reduced.planes[index], x: (rect.x - field.x) / factor, y: (rect.y - field.y) / factor)
      }
    }
    return Picture(planes: planes).withoutIdleColour
  }

  /// The mesh of windows spread over the field, and the golden.
  private func refined(
    _ opened: OpenedScan, _ registration: Registration, _ known: PartPlace,
    _ level: (picture: Picture, factor: Int)
  ) throws -> Survey {
    let (slow, registrar) = (known.slow, known.registrar)
    let isGrey = level.picture.channels == 1
    let field = opened.field
    let (columns, rows) = (
      max(1, (field.width + Self.pitch / 2) / Self.pitch),
      max(1, (field.height + Self.pitch / 2) / Self.pitch)
    )
    var mesh = DisplacementMesh(
      field: field, columns: columns, rows: rows,
      nodes: [Point](repeating: Point(x: 0, y: 0), count: columns * rows))
    var windows: [(rect: PixelRect, node: Point)] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let node = Point(
          x: Double(field.x) + (Double(column) + 0.5) * Double(field.width) / Double(columns),
          y: Double(field.y) + (Double(row) + 0.5) * Double(field.height) / Double(rows))
        windows.append((window(about: node, in: field), node))
      }
    }
    let sampled = Set(
      (0..<min(windows.count, Self.mostSamples)).map {
        ($0 * windows.count + windows.count / 2) / min(windows.count, Self.mostSamples)
      })
    // Where a part alone is known, from there outwards: each window begins where the nearest one before it ended.
    let isPart = known.part != field
    let hub = Point(
      x: Double(known.part.x) + Double(known.part.width) / 2,
      y: Double(known.part.y) + Double(known.part.height) / 2)
    func distance(_ one: Point, _ two: Point) -> Double { hypot(one.x - two.x, one.y - two.y) }
    let order =
      isPart
      ? windows.indices.sorted {
        (distance(windows[$0].node, hub), $0) < (distance(windows[$1].node, hub), $1)
      } : Array(windows.indices)
    var drifts: [(node: Point, drift: Point)] = []
    var pictures: [Int: Picture] = [:]
    func visit(
      _ chosen: (Int) -> Bool, _ body: (Int, PixelRect, Picture) throws -> Void
    ) throws {
      var source = WindowSource(opened.image, isGrey: isGrey)
      for index in order where chosen(index) {
        let rect = windows[index].rect
        try body(index, rect, try pictures[index] ?? source.read(rect))
      }
    }
    // First by the layout's edges, with what the smaller picture told as a start.
    try visit({ _ in true }) { index, rect, picture in
      if sampled.contains(index) { pictures[index] = picture }
      let middle = Point(
        x: Double(rect.x) + Double(rect.width) / 2, y: Double(rect.y) + Double(rect.height) / 2)
      let node = windows[index].node
      var drift =
        drifts.min { distance($0.node, node) < distance($1.node, node) }?.drift
        ?? Point(x: 0, y: 0)
      let start = slow(middle)
      let local = try registrar.mesh(
        picture.luminance, field: rect,
        toScan: registration.toScan.then(
          .translation(x: start.x + drift.x, y: start.y + drift.y)))
      let (moved, far) = (local(middle), slow(node))
      drift = Point(x: drift.x + moved.x, y: drift.y + moved.y)
      mesh.nodes[index] = Point(x: far.x + drift.x, y: far.y + drift.y)
      if isPart { drifts.append((node, drift)) }
    }
    mesh = mesh.withoutOutliers
    let golden = try goldenSource(
      recipe.golden,
      from: sampled.sorted().compactMap { index in
        pictures[index].map { picture in
          let rect = windows[index].rect
          return TrainingScan(
            name: "", die: "", photograph: picture, field: rect,
            area: rect.intersection(registration.extent), toScan: registration.toScan, mesh: mesh,
            pixelSizeUm: registration.pixelSize)
        }
      })
    if let golden = golden as? GeneratorGolden {
      var finer = mesh
      try visit({ _ in true }) { index, rect, picture in
        let drawn = try golden.brightness(rect, toScan: registration.toScan, mesh: mesh)
        let moved = try GoldenPlacement.displacement(
          of: FieldViews(picture.luminance, field: rect), from: drawn)
        let middle = Point(
          x: Double(rect.x) + Double(rect.width) / 2, y: Double(rect.y) + Double(rect.height) / 2)
        let more = moved(middle)
        finer.nodes[index].x += more.x
        finer.nodes[index].y += more.y
      }
      mesh = finer.withoutOutliers
    }
    var placed = PlacedScan(
      registration: registration.showing(golden, mesh), mesh: mesh, golden: golden)
    var samples: [PreparedScan] = []
    try visit(sampled.contains) { _, rect, picture in
      samples.append(try placed.window(rect, picture))
    }
    var levels = LightLevels.Samples()
    for sample in samples { sample.add(to: &levels) }
    placed.levels = LightLevels(levels)
    samples = samples.map {
      PreparedScan(picture: $0.picture, field: $0.field, placed: placed, region: $0.region)
    }
    return Survey(placed: placed, isGrey: isGrey, level: level, samples: samples)
  }

  /// A window near a place, on the grid that generators paint on.
  private func window(about place: Point, in field: PixelRect) -> PixelRect {
    func start(_ middle: Double, _ low: Int, _ high: Int) -> Int {
      let side = Self.windowSide
      let near = Int((middle / Double(side)).rounded(.down)) * side
      return max(low, min(near, high - side))
    }
    return PixelRect(
      x: start(place.x, field.x, field.maxX), y: start(place.y, field.y, field.maxY),
      width: Self.windowSide, height: Self.windowSide
    ).intersection(field)
  }
}

extension Plane {
  /// Writes a plane over a part of this one.
  fileprivate mutating func put(_ part: Plane, x: Int, y: Int) {
    for row in 0..<part.height {
      let start = (y + row) * width + x
      samples.replaceSubrange(
        start..<start + part.width, with: part.samples[row * part.width..<(row + 1) * part.width])
    }
  }
}

extension DisplacementMesh {
  /// The mesh with nodes that lie far from all about them put amid those.
  fileprivate var withoutOutliers: DisplacementMesh {
    let greatest = 1.5
    var result = self
    for row in 0..<rows {
      for column in 0..<columns {
        var (xs, ys) = ([Float](), [Float]())
        for y in max(0, row - 1)...min(rows - 1, row + 1) {
          for x in max(0, column - 1)...min(columns - 1, column + 1) {
            xs.append(Float(nodes[y * columns + x].x))
            ys.append(Float(nodes[y * columns + x].y))
          }
        }
        guard xs.count >= 4 else { continue }
        let middle = Point(x: Double(xs.takeQuantile(0.5)), y: Double(ys.takeQuantile(0.5)))
        let own = nodes[row * columns + column]
        if max(abs(own.x - middle.x), abs(own.y - middle.y)) > greatest {
          result.nodes[row * columns + column] = middle
        }
      }
    }
    return result
  }
}

extension Registration {
  /// The registration of a picture reduced by whole pixels, as one of the scan.
  fileprivate func enlarged(by factor: Int, field: PixelRect) -> Registration {
    let scale = Double(factor)
    var result = self
    result.toScan = toScan.then(.scale(x: scale, y: scale))
      .then(.translation(x: Double(field.x), y: Double(field.y)))
    result.offset = Point(x: offset.x * scale, y: offset.y * scale)
    result.halvesDisagreePx = halvesDisagreePx.map { $0 * scale }
    result.ambiguities = ambiguities.map { period in
      var period = period
      period.px *= scale
      return period
    }
    // The last columns and rows fill no pixel of the smaller picture.
    func far(_ end: Int, _ whole: Int, _ last: Int) -> Int { end >= whole ? last : end * factor }
    let (right, bottom) = (
      far(extent.maxX, field.width / factor, field.width),
      far(extent.maxY, field.height / factor, field.height)
    )
    result.extent = PixelRect(
      x: field.x + extent.x * factor, y: field.y + extent.y * factor,
      width: right - extent.x * factor, height: bottom - extent.y * factor)
    return result
  }
}
