import ArgumentParser
import Foundation
import Layout

struct LayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout", abstract: "Tells what is in a layout.", subcommands: [Info.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Lists format, top cells, and the flattened shapes of each layer.",
      discussion: """
        Areas are summed, overlaps counted as often as they occur. --json prints format, \
        top_cells, dbu_um, bbox_um and layers: layer, datatype, shapes, area_um2.

        EXAMPLES
          goldendie layout info layout.gds
          goldendie layout info layout.gds --json
          goldendie layout info layout.gds --styles layout.lyp
        """)

    @Argument(help: ArgumentHelp("A GDSII or OASIS file.", valueName: "file"), completion: .file())
    var file: String

    @Option(
      help: ArgumentHelp(
        "KLayout's layer properties (.lyp), whose names are listed too.", valueName: "file"),
      completion: .file(extensions: ["lyp"]))
    var styles: String?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
      let names = try styles.map { try LayerStyles(contentsOf: $0) }
      let info = try Layout(contentsOf: file).info
      if json { return try Console.printJSON(info) }
      for line in lines(info, names) { print(line) }
    }

    private func lines(_ info: LayoutInfo, _ names: LayerStyles?) -> [String] {
      let box = info.bboxUm
      let extent =
        box.count == 4
        ? "\(µm(box[0])), \(µm(box[1])) to \(µm(box[2])), \(µm(box[3])) µm "
          + "(\(µm(box[2] - box[0])) × \(µm(box[3] - box[1])))" : "nothing is drawn"
      var columns: [TextTable.Column] = [
        .init(title: "layer", isNumber: true), .init(title: "shapes", isNumber: true),
        .init(title: "area µm²", isNumber: true),
      ]
      if names != nil { columns.append(.init(title: "name")) }
      var table = TextTable(columns)
      for layer in info.layers {
        let id = LayerID(layer: layer.layer, datatype: layer.datatype)
        table.add(
          ["\(layer.layer)/\(layer.datatype)", "\(layer.shapes)", layer.areaUm2.digits(3)]
            + (names.map { [$0[id]?.name ?? ""] } ?? []))
      }
      let names = info.topCells.isEmpty ? "none" : info.topCells.joined(separator: ", ")
      return [
        "format    \(info.format)", "top cells \(names)",
        "unit      \(info.dbuUm.significant(6)) µm", "extent    \(extent)", "",
      ] + table.lines
    }

    private func µm(_ value: Double) -> String { value.digits(3) }
  }
}
