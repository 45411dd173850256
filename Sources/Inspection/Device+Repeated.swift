internal import Golden
internal import Matching
internal import Raster
internal import Records

/// What other dies show where a scan lies.
struct Neighbourhood {
  /// What is usual there; nil where too few tell.
  let place: PlaceVariation?
  /// What is left of each beside its golden, plane by plane, where the scan shows the same place; NaN where it does not reach.
  let others: [[Plane]]
  let record: NeighboursRecord
}

/// What stands out from the golden on a scan and on others at the same place: a defect of the reticle, or something that the
/// golden gets wrong.
struct RepeatedFinding {
  let finding: Finding
  /// Dies that show it, the scan's own with them, and dies that were asked.
  let dies, asked: Int
}

extension Neighbourhood {
  /// The least share of what a scan shows that another must show to be said to show it too.
  private static let leastShare: Float = 0.5
  /// How many times as many false alarms are allowed where the others must show the same.
  static let ease = 30.0

  /// What would be found on a scan if no other die told, and is not found because they show it too.
  ///
  /// - Parameters:
  ///   - unaided: what is found when no other die tells.
  ///   - residual: of the scan.
  ///   - findings: what is found when they do.
  func repeated(
    _ unaided: [Finding], _ residual: Residual, besides findings: [Finding]
  ) -> [RepeatedFinding] {
    guard place != nil else { return [] }
    return unaided.compactMap { finding in
      guard !findings.contains(where: { !$0.box.intersection(finding.box).isEmpty }) else {
        return nil
      }
      let shares = others.compactMap { share(of: finding, residual, shownBy: $0) }
      let showing = shares.count { $0 >= Self.leastShare }
      guard showing >= 2, 2 * showing >= shares.count else { return nil }
      return RepeatedFinding(finding: finding, dies: showing + 1, asked: shares.count + 1)
    }
  }

  /// How much of what a scan shows at a finding another die shows, 1 for as much; nil where it does not reach.
  private func share(of finding: Finding, _ residual: Residual, shownBy other: [Plane]) -> Float? {
    var (both, own, told) = (Float(0), Float(0), 0)
    for run in finding.runs {
      for x in run.columns {
        let index = run.y * other[0].width + x
        guard !other[0].samples[index].isNaN else { continue }
        told += 1
        for (here, there) in zip(residual.planes, other) {
          both += here.samples[index] * there.samples[index]
          own += here.samples[index] * here.samples[index]
        }
      }
    }
    return 2 * told >= finding.areaPx && own > 0 ? both / own : nil
  }
}
