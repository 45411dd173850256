import ArgumentParser
import Foundation
import Inspection
import Raster
import Records
import Reports

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains a recorded finding again: any class, layer or concept, by any method.",
    discussion: """
      The scan is compared once more by the recipe on record. --replay computes the explanation on record again and \
      compares every hash and number with it; the exit code is 65 where anything differs.

      EXAMPLES
        goldendie explain results/die_7 --finding 3
        goldendie explain results/die_7 --finding 3 --class scratch --method grad-cam
        goldendie explain results/die_7 --finding 3 --against scratch
        goldendie explain results/die_7 --finding 3 --layer down2.2.activation --concept 12 --output why
        goldendie explain results/die_7 --finding 3 --replay
      """)

  /// Ways to explain.
  enum MethodName: String, CaseIterable {
    case lrp, gradient
    case gradientTimesInput = "gradient-times-input"
    case gradCAM = "grad-cam"
  }

  /// Composites of LRP, in words that records use.
  enum CompositeName: String, CaseIterable {
    case epsilon
    case epsilonPlus = "epsilon-plus"
    case epsilonPlusFlat = "epsilon-plus-flat"
    case epsilonAlpha2Beta1 = "epsilon-alpha2-beta1"
    case epsilonGammaBox = "epsilon-gamma-box"
    case gamma

    var rules: String {
      switch self {
      case .epsilon: "convolutions=epsilon(1e-06)"
      case .epsilonPlus: "convolutions=zplus"
      case .epsilonPlusFlat: "first=flat convolutions=zplus"
      case .epsilonAlpha2Beta1: "convolutions=alphabeta(2)"
      case .epsilonGammaBox: "first=zbox(-1,1) convolutions=gamma(0.25)"
      case .gamma: "convolutions=gamma(0.25)"
      }
    }
  }

  @Argument(help: ArgumentHelp("A scan's folder of an inspection's output.", valueName: "folder"))
  var results: String

  @Option(help: ArgumentHelp("The finding's number.", valueName: "n"))
  var finding: Int

  @Option(help: ArgumentHelp("The layer whose channels are the concepts.", valueName: "name"))
  var layer: String?

  @Option(help: ArgumentHelp("A concept to be shown, whatever its relevance.", valueName: "n"))
  var concept: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class that is explained (default: the finding's own).", valueName: "name"))
  var className: String?

  @Option(
    help: ArgumentHelp(
      "A class that it is set against: what tells the two apart is explained.", valueName: "name"))
  var against: String?

  @Option(
    help: "How: lrp, gradient, gradient-times-input or grad-cam (default: as reports do).",
    transform: choice)
  var method: MethodName?

  @Option(
    help: ArgumentHelp(
      "The rules of lrp: epsilon, which ranks the concepts of deep layers best, epsilon-plus, epsilon-plus-flat, epsilon-alpha2-beta1, epsilon-gamma-box or gamma."
    ), transform: choice)
  var composite: CompositeName?

  @Flag(help: "Compute the explanation on record again, and compare.")
  var replay = false

  @Option(
    help: ArgumentHelp("The folder of a page with pictures (default: none).", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp("Where the recipe lies now (default: where it lay).", valueName: "file"))
  var recipe: String?

  @Option(help: ArgumentHelp("Where the scan lies now (default: where it lay).", valueName: "file"))
  var scan: String?

  @Flag(help: "Print the explanation as JSON.")
  var json = false

  func validate() throws {
    if composite != nil, let method, method != .lrp {
      throw ValidationError("--composite goes with --method lrp.")
    }
    if replay,
      [layer, className, against].contains(where: { $0 != nil }) || concept != nil
        || method != nil || composite != nil
    {
      throw ValidationError("--replay computes what is on record, and takes no other question.")
    }
  }

  func run() throws {
    let recorded = try RecordedScan(
      results: URL(filePath: results), recipe: recipe.map { URL(filePath: $0) },
      scan: scan.map { URL(filePath: $0) })
    if replay { return try tellReplay(recorded) }
    var question = RecordedScan.Question()
    (question.layer, question.concept) = (layer, concept)
    (question.className, question.against) = (className, against)
    if let composite {
      question.method = "lrp \(composite.rules) dense=epsilon(1e-06)"
    } else if let method, method != .lrp {
      question.method = method.rawValue
    }
    let answer = try recorded.explain(finding, question)
    if let output {
      let folder = URL(filePath: output, directoryHint: .isDirectory)
      do {
        try ExplanationPages.write(
          answer.finding, of: recorded.record, answer.pictures, answer.concepts,
          layerLooks: recorded.layerLooks, into: folder)
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
    }
    if json { return try Console.printJSON(answer.finding.explanation) }
    tell(answer)
  }

  private func tellReplay(_ recorded: RecordedScan) throws {
    let (differences, isExact) = try recorded.replay(finding)
    guard differences.isEmpty else {
      for difference in differences { print(difference) }
      throw Failure(
        .badData, "\(results): finding \(finding) is explained otherwise than on record")
    }
    print(
      isExact
        ? "finding \(finding): the same to the last bit"
        : "finding \(finding): the same within 0.01 % of the relevance given")
  }

  private func tell(_ answer: RecordedScan.Answer) {
    guard let told = answer.finding.explanation else { return }
    let scores = (answer.finding.classScores ?? [:]).sorted {
      ($1.value, $0.key) < ($0.value, $1.key)
    }
    print(
      "finding \(finding): \(answer.finding.defectClass ?? "-") ("
        + scores.prefix(3).map { "\($0.key) \(($0.value * 100).digits(1)) %" }
        .joined(separator: ", ") + ")")
    if let measured = told.measured {
      print(
        "layers tell: \(measured.kind ?? "nothing") "
          + "(odds of \(told.start.class) × \(exp(measured.kindAdds).digits(2)))")
      print(
        "measured: "
          + measured.measures.map {
            "\($0.name) \($0.value.digits(1))\($0.unit.isEmpty ? "" : " ")\($0.unit) "
              + "(odds × \(exp($0.adds).digits(2)))"
          }.joined(separator: ", "))
      print(
        "without layers and measures: \(measured.classWithout) "
          + "\((measured.probabilityWithout * 100).digits(1)) %")
    }
    print("explained: \(told.start.class) by \(told.method), concepts of \(told.layer)")
    switch told.passage {
    case .all: print("all of the relevance goes through this layer")
    case .part(let share):
      print(
        "\((share * 100).digits(0)) % of the relevance goes through this layer, the rest past it or into biases"
      )
    case .takenUp: print("biases above this layer took up more than the relevance given")
    case nil: break
    }
    print("")
    var table = TextTable([
      .init(title: "concept", isNumber: true), .init(title: "share", isNumber: true),
      .init(title: "relevance", isNumber: true), .init(title: "mostly"),
    ])
    for concept in told.concepts {
      table.add([
        "\(concept.channel)", "\((concept.share * 100).digits(1)) %",
        concept.relevance.significant(3), concept.mainClass ?? "-",
      ])
    }
    for line in table.lines { print(line) }
    print("\nabsorbed by biases: \((told.absorbed * 100).digits(1)) %")
    if !answer.feeding.isEmpty {
      print(
        "fed by \(answer.feeding[0].layer): "
          + answer.feeding.map { "\($0.channel) \(($0.share * 100).digits(0)) %" }
          .joined(separator: ", "))
    }
    if let layers = told.goldenLayers, !layers.isEmpty {
      print(
        "the golden here: "
          + layers.map { "\($0.layer) \(($0.share * 100).digits(0)) %" }.joined(separator: ", "))
    }
    if let output { print("\npage: \(output)/\(ExplanationPages.name(of: answer.finding))") }
  }
}
