import Foundation
import Networks
import Testing

struct NetworkTests {
  @Test func `folding the norms changes nothing but the layers`() throws {
    let network = Network.unet(norms: true)
    let folded = network.folded
    #expect(folded.layers.count == network.layers.count - 6)
    #expect(!folded.parameters.slots.contains { $0.name.contains("norm") })
    let input = picture(16, 12, 3, salt: 1)
    let expected = try Plan(network, height: 16, width: 12).forward(input)
    let found = try Plan(folded, height: 16, width: 12).forward(input)
    #expect(difference(found.values, expected.values.map { Double($0) }) < 1e-5)
  }

  @Test(arguments: [
    Operation.convolution(outputs: 4, kernel: 3, stride: 1, padding: 1, groups: 2),
    .transposedConvolution(outputs: 4, kernel: 2, stride: 2, padding: 0),
    .dense(inputs: 96, outputs: 4),
  ])
  func `norms fold into every layer that has weights`(operation: Networks.Operation) throws {
    var network = Network(inputChannels: 4)
    network.layer("first", operation, of: [network.input])
    network.layer("norm", .batchNorm(epsilon: 0.25), of: ["first"])
    network.layer("last", .activation(.tanh), of: ["norm"])
    network.fill()
    let folded = network.folded
    #expect(folded.layers.map(\.name) == ["input", "first", "last"])
    let input = picture(4, 6, 4, salt: 1)
    let expected = try Plan(network, height: 4, width: 6).forward(input)
    let found = try Plan(folded, height: 4, width: 6).forward(input)
    #expect(difference(found.values, expected.values.map { Double($0) }) < 1e-6)
  }

  @Test func `a norm stays where others take what it takes`() {
    var network = Network(inputChannels: 2)
    network.convolution("first", of: network.input, outputs: 2)
    network.layer("norm", .batchNorm(epsilon: 0), of: ["first"])
    network.layer("last", .sum, of: ["norm", "first"])
    #expect(network.folded == network)
  }

  @Test(arguments: LayerCase.all)
  func `layers are the same when written and read`(layers: LayerCase) throws {
    let network = try Network(layers: layers.layers)
    #expect(try Network(layers: network.layersJSON) == network)
  }

  @Test func `layers are written one a line`() throws {
    var network = Network(inputChannels: 6)
    network.convolution("a", of: "input", outputs: 8, stride: 2, activation: .relu(slope: 0.25))
    network.layer("b", .pooling(kind: .max, size: 2, stride: 2), of: ["a.activation"])
    #expect(
      String(decoding: network.layersJSON, as: UTF8.self) == """
        [
        {"channels":6,"name":"input","operation":"input"},
        {"groups":1,"inputs":["input"],"kernel":3,"name":"a","operation":"convolution","outputs":8,"padding":1,"stride":2},
        {"inputs":["a"],"name":"a.activation","operation":"relu","slope":0.25},
        {"inputs":["a.activation"],"name":"b","operation":"maxPooling","size":2,"stride":2}
        ]

        """)
  }

  @Test(arguments: [
    ("no JSON", "the layers can't be read: they are no sound JSON array of objects"),
    ("[]", "the first layer must be the input"),
    (#"[{"name":"a","operation":"sum","inputs":[]}]"#, "the first layer must be the input"),
    (
      #"[{"name":"a","operation":"input"}]"#, "the layers can't be read: layer 0 has no 'channels'"
    ),
    (
      #"[{"name":"a","operation":"magic"}]"#,
      "the layers can't be read: layer 0 has a 'operation' that makes no sense"
    ),
    (
      #"[{"name":"a","operation":"input","channels":0}]"#,
      "layer 'a' has numbers that make no such layer"
    ),
    (
      #"[{"name":"a","operation":"input","channels":1e99}]"#,
      "the layers can't be read: they are no sound JSON array of objects"
    ),
  ])
  func `layers that make no network are refused`(json: String, reason: String) {
    #expect(throws: NetworkError(.unsupported, reason)) { try Network(layers: Data(json.utf8)) }
  }

  @Test(arguments: [
    (#""operation":"relu","inputs":["nowhere"]"#, "takes 'nowhere', which is no layer before it"),
    (#""operation":"relu","inputs":["b"]"#, "takes 'b', which is no layer before it"),
    (#""operation":"relu","inputs":[]"#, "takes 0 inputs, which no such layer does"),
    (#""operation":"relu","inputs":["a","a"]"#, "takes 2 inputs, which no such layer does"),
    (#""operation":"sum","inputs":["a"]"#, "takes 1 inputs, which no such layer does"),
    (#""operation":"input","channels":3"#, "is a second input"),
    (#""operation":"relu","inputs":["a"],"slope":-1"#, "has numbers that make no such layer"),
    (
      #""operation":"batchNorm","inputs":["a"],"epsilon":-1"#, "has numbers that make no such layer"
    ),
    (
      #""operation":"convolution","inputs":["a"],"outputs":4,"kernel":3,"stride":0"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"convolution","inputs":["a"],"outputs":4,"kernel":3,"groups":2"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"convolution","inputs":["a"],"outputs":65536,"kernel":4000"#,
      "has more weights than any network"
    ),
    (
      #""operation":"convolution","inputs":["a"],"outputs":9223372036854775807,"kernel":3"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"dense","inputs":["a"],"outputs":65536,"values":9223372036854775807"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"pixelShuffle","inputs":["a"],"factor":2"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"pixelUnshuffle","inputs":["a"],"factor":4096"#,
      "has numbers that make no such layer"
    ),
    (
      #""operation":"maxPooling","inputs":["a"],"size":-1"#, "has numbers that make no such layer"
    ),
  ])
  func `a bad layer is named`(numbers: String, reason: String) {
    let json = #"[{"name":"a","operation":"input","channels":3},{"name":"b",\#(numbers)}]"#
    #expect(throws: NetworkError(.unsupported, "layer 'b' \(reason)")) {
      try Network(layers: Data(json.utf8))
    }
  }

  @Test(arguments: [
    (#""operation":"maxPooling","inputs":["a"],"size":9"#, "pools 9 × 9 pixels"),
    (
      #""operation":"convolution","inputs":["a"],"outputs":4,"kernel":11,"padding":0"#,
      "needs a picture as large as its kernel of 11"
    ),
    (
      #""operation":"pixelUnshuffle","inputs":["a"],"factor":3"#,
      "needs a height and a width that 3 divides"
    ),
    (#""operation":"dense","inputs":["a"],"outputs":4,"values":7"#, "takes 7 values"),
    (
      #""operation":"nearestUpsampling","inputs":["a"],"factor":4096"#,
      "would give more than fits a plan"
    ),
  ])
  func `a picture that does not fit is refused`(numbers: String, reason: String) throws {
    let json = #"[{"name":"a","operation":"input","channels":3},{"name":"b",\#(numbers)}]"#
    let network = try Network(layers: Data(json.utf8))
    #expect(
      throws: NetworkError(.wrongShape, "layer 'b' \(reason); its input is 8 × 8 × 3")
    ) { try Plan(network, height: 8, width: 8) }
  }
}
