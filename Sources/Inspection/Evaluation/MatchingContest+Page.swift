public import Records
public import Reports

extension MatchingContest {
  /// The report of entries made before, with pictures of what they missed and falsely found.
  public func report(_ entries: [DetectionRecord.Entry]) -> DetectionReport {
    DetectionReport(
      record: record(entries),
      crops: samples.map { .init(sample: $0.told, seen: $0.seen, golden: $0.golden) })
  }
}
