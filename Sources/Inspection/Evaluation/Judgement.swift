internal import Matching
internal import Raster
internal import Records

/// Which defects the findings of a scan hit, and which findings hit none.
struct Judgement: Sendable {
  /// What is known of one defect, and the best score of a finding that hits it; nil when none does.
  struct Defect: Sendable {
    var `class`: String
    var areaPx: Int
    var contrast: Double
    var score: Double?
  }

  /// A finding as it is judged: its score and its pixels, row by row.
  struct Candidate: Sendable {
    var score: Double
    var box: PixelRect
    var spans: [(y: Int, columns: Range<Int>)]
  }

  /// The scan's name; a bootstrap draws whole scans.
  var scan: String
  var mpx: Double
  var defects: [Defect]
  /// Scores of the findings that hit no defect.
  var falseAlarms: [Double]
  /// Which candidates those are, and which hit.
  var falseAlarmIndices: [Int] = []

  /// Which candidates hit each defect.
  var hits: [[Int]] = []
  /// The candidates' scores.
  private let scores: [Double]

  /// How near a finding's pixel must come to a defect's to hit it, pixels: what smoothing spreads.
  static let reach = 2
  /// How near it may come without being a false alarm, pixels.
  static let surroundings = 8

  /// Judges the findings of one scan.
  ///
  /// - Parameter repeated: what the reticle has wrong, to find which is neither right nor wrong.
  init(
    scan: String, mpx: Double, marks: [KnownDefects.Mark], repeated: [KnownDefects.Mark] = [],
    candidates: [Candidate]
  ) {
    (self.scan, self.mpx) = (scan, mpx)
    scores = candidates.map(\.score)
    let truths = marks.map(Candidate.init)
    let known = repeated.map(Candidate.init)
    defects = marks.map {
      Defect(
        class: $0.class, areaPx: $0.areaPx ?? $0.mask?.area ?? $0.box.area,
        contrast: $0.contrast ?? 255)
    }
    falseAlarms = []
    hits = marks.map { _ in [] }
    for (number, candidate) in candidates.enumerated() {
      var isNear = false
      for (index, truth) in truths.enumerated()
      where Self.touch(candidate, truth, within: Self.surroundings) {
        isNear = true
        if Self.touch(candidate, truth, within: Self.reach) {
          hits[index].append(number)
          defects[index].score = max(defects[index].score ?? candidate.score, candidate.score)
        }
      }
      if !isNear, !known.contains(where: { Self.touch(candidate, $0, within: Self.surroundings) }) {
        falseAlarms.append(candidate.score)
        falseAlarmIndices.append(number)
      }
    }
  }

  /// The strongest candidate that hits a defect and no other; nil where there is none.
  ///
  /// A finding that several defects share belongs to none of them alone.
  func ownHit(of defect: Int) -> Int? {
    hits[defect].filter { hit in hits.count { $0.contains(hit) } == 1 }
      .max { scores[$0] < scores[$1] }
  }

  /// Whether two come so near to each other.
  static func touch(_ a: Candidate, _ b: Candidate, within reach: Int) -> Bool {
    guard !a.box.expanded(by: reach).intersection(b.box).isEmpty else { return false }
    // Of the smaller box, only what lies near the other counts.
    let near = b.box.expanded(by: reach)
    let rows = Dictionary(grouping: b.spans) { $0.y }
    for span in a.spans where span.y >= near.y && span.y < near.maxY {
      for y in span.y - reach...span.y + reach {
        for other in rows[y] ?? []
        where other.columns.lowerBound - reach < span.columns.upperBound
          && span.columns.lowerBound < other.columns.upperBound + reach
        {
          return true
        }
      }
    }
    return false
  }
}

extension Judgement.Candidate {
  /// A finding of a field, in pixels of the scan.
  init(_ finding: Finding, in field: PixelRect) {
    var box = finding.box
    (box.x, box.y) = (box.x + field.x, box.y + field.y)
    self.init(
      score: finding.score, box: box,
      spans: finding.runs.map {
        ($0.y + field.y, $0.columns.lowerBound + field.x..<$0.columns.upperBound + field.x)
      })
  }

  /// The pixels of a defect that is known.
  init(_ mark: KnownDefects.Mark) {
    var spans = mark.mask?.spans ?? []
    if spans.isEmpty {
      spans = (mark.box.y..<mark.box.maxY).map { ($0, mark.box.x..<mark.box.maxX) }
    }
    self.init(score: 0, box: mark.box, spans: spans)
  }
}
