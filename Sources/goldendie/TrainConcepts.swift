import ArgumentParser
import Foundation
import Inspection

extension TrainCommand {
  struct Concepts: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "concepts",
      abstract: "Looks anew for the training examples that show a classifier's concepts.",
      discussion: """
        The examples are written beside the model, MODEL.references.json, as 'train classifier' does. With --layer the \
        channels of another layer become the concepts that reports tell of; what the classifier has learnt stays as it is. \
        The data sets are those that it was taught by, in the same order.

        EXAMPLES
          goldendie train concepts --classifier defects.safetensors --dataset wafer corrections.csv
          goldendie train concepts --classifier defects.safetensors --dataset wafer --layer down3.2.activation
        """)

    @OptionGroup var data: NamingOptions

    @Option(help: ArgumentHelp("The classifier.", valueName: "file.safetensors"))
    var classifier: String

    @Option(
      help: ArgumentHelp(
        "The layer whose channels are the concepts (default: as it is).", valueName: "name"))
    var layer: String?

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Scans that the classifier was not taught, as in 'train classifier' (default: every fifth).",
        valueName: "name"))
    var holdOut: [String] = []

    func run() throws {
      let lesson = try ConceptLesson(URL(filePath: classifier), layer: layer)
      let data = try data.read(classes: lesson.classes)
      let told = try lesson.run(data, holdingOut: holdOut)
      print(
        "\(classifier): \(told.concepts) concepts of \(told.layer), shown by \(told.examples) examples"
      )
    }
  }
}
