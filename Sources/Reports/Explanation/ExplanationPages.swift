public import Foundation
public import Records

/// A page of its own that explains one finding.
public enum ExplanationPages {
  /// The name of a finding's page.
  public static func name(of finding: FindingRecord) -> String { ExplanationPage.name(finding.id) }

  /// Writes a finding's page with its pictures into a folder, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - finding: a finding that is explained.
  ///   - record: what it is part of.
  ///   - pictures: what is seen there.
  ///   - concepts: what the concepts are; nil where that is not known.
  ///   - layerLooks: how layers are told.
  ///   - folder: gets the page.
  /// - Throws: `ReportError` when the file system refuses or a template can't be used.
  public static func write(
    _ finding: FindingRecord, of record: InspectionRecord, _ pictures: ExplanationPictures,
    _ concepts: ConceptSheets?, layerLooks: [LayerLook] = [], into folder: URL
  ) throws {
    guard let explanation = finding.explanation else { return }
    try FileSystem.makeFolders(folder.path)
    let page = ExplanationPage(
      record: record, finding: finding, explanation: explanation, concepts: concepts,
      layerLooks: layerLooks,
      previous: nil, next: nil, isAlone: true)
    try OutputFolder.replace(
      folder.appending(path: ExplanationPage.name(finding.id)), with: Data(try page.html().utf8))
    try OutputFolder.replace(
      folder.appending(path: "\(finding.id).jpg"), with: pictures.atlas)
    for concept in explanation.concepts {
      guard concepts?.layer == explanation.layer,
        let strip = concepts?.sheets[concept.channel]?.strip, !strip.isEmpty
      else { continue }
      try OutputFolder.replace(
        folder.appending(path: ConceptPages.strip(concept.channel)), with: strip)
    }
  }
}
