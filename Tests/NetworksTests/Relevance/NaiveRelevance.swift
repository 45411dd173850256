import Networks

/// Relevance by the definitions of the rules, in double precision: every layer is the list of its matrix's entries.
struct NaiveRelevance {
  let network: Network
  let rules: [String: RelevanceRule]

  /// An entry of a layer's matrix: which value of which input goes into which value of the output, with what weight.
  private struct Entry {
    var output, input, place: Int
    var weight: Double
  }

  /// The relevance of every layer's output, before a condition takes part of it away.
  func run(
    _ values: [String: NaivePicture], from starts: [String: [Double]],
    conditions: [String: Set<Int>] = [:]
  ) -> [String: [Double]] {
    var relevance = starts
    for layer in network.layers.reversed() where !layer.inputs.isEmpty {
      guard let output = values[layer.name], var mine = relevance[layer.name] else { continue }
      if let kept = conditions[layer.name] {
        for place in mine.indices where !kept.contains(place % output.channels) { mine[place] = 0 }
      }
      let inputs = layer.inputs.compactMap { values[$0] }
      for (name, share) in zip(layer.inputs, back(layer, inputs, output, mine)) {
        let before = relevance[name] ?? share.map { _ in 0 }
        relevance[name] = zip(before, share).map { $0 + $1 }
      }
    }
    return relevance
  }

  private func back(
    _ layer: Layer, _ inputs: [NaivePicture], _ output: NaivePicture, _ relevance: [Double]
  ) -> [[Double]] {
    if case .activation = layer.operation { return [relevance] }
    let entries = entries(layer, inputs, output)
    let x = inputs.map(\.values)
    let b = network.parameters["\(layer.name).bias"].map { $0.map(Double.init) } ?? [0]
    var result = x.map { $0.map { _ in 0.0 } }

    /// Adds factor · part(x) ⊙ weights(w)ᵀ (R / z), where z is the sum of all terms.
    func share(
      _ factor: Double, where isMeant: (Double) -> Bool = { _ in true },
      bias: (Double) -> Double, epsilon: Double = 1e-6,
      _ terms: [(part: (Double) -> Double, weight: (Double) -> Double)]
    ) {
      var z = relevance.indices.map { bias(b[$0 % b.count]) }
      for (part, weight) in terms {
        for entry in entries {
          z[entry.output] += weight(entry.weight) * part(x[entry.input][entry.place])
        }
      }
      let s = relevance.indices.map { place in
        guard isMeant(output.values[place]) else { return 0.0 }
        return factor * relevance[place] / (z[place] + (z[place] >= 0 ? epsilon : -epsilon))
      }
      for (part, weight) in terms {
        for entry in entries {
          result[entry.input][entry.place] +=
            part(x[entry.input][entry.place]) * weight(entry.weight) * s[entry.output]
        }
      }
    }
    func whole(_ x: Double) -> Double { x }
    func above(_ x: Double) -> Double { max(x, 0) }
    func below(_ x: Double) -> Double { min(x, 0) }
    func nothing(_ x: Double) -> Double { 0 }
    func one(_ x: Double) -> Double { 1 }

    switch (layer.operation, rules[layer.name]) {
    case (_, .epsilon(let epsilon)):
      share(1, bias: whole, epsilon: Double(epsilon), [(whole, whole)])
    case (_, .zPlus): share(1, bias: above, [(above, above), (below, below)])
    case (_, .alphaBeta(let alpha)):
      share(Double(alpha), bias: above, [(above, above), (below, below)])
      share(1 - Double(alpha), bias: below, [(above, below), (below, above)])
    case (_, .gamma(let gamma)):
      let gamma = Double(gamma)
      func more(_ w: Double) -> Double { w + gamma * max(w, 0) }
      func less(_ w: Double) -> Double { w + gamma * min(w, 0) }
      share(1, where: { $0 > 0 }, bias: more, [(above, more), (below, less)])
      share(1, where: { $0 < 0 }, bias: less, [(above, less), (below, more)])
    case (_, .flat): share(1, bias: nothing, [(one, one)])
    case (_, .wSquare): share(1, bias: { $0 * $0 }, [(one, { $0 * $0 })])
    case (_, .zBox(let low, let high)):
      share(
        1, bias: { $0 - above($0) - below($0) },
        [(whole, whole), ({ _ in -Double(low) }, above), ({ _ in -Double(high) }, below)])
    case (.sum, _), (.pooling(.average, _, _), _): share(1, bias: nothing, [(whole, whole)])
    default:
      for entry in entries {
        result[entry.input][entry.place] += entry.weight * relevance[entry.output]
      }
    }
    return result
  }

  private func entries(
    _ layer: Layer, _ inputs: [NaivePicture], _ output: NaivePicture
  ) -> [Entry] {
    let x = inputs[0]
    let w = network.parameters["\(layer.name).weight"].map { $0.map(Double.init) } ?? []
    var result: [Entry] = []
    func place(_ picture: NaivePicture, _ y: Int, _ x: Int, _ c: Int) -> Int? {
      guard y >= 0, x >= 0, y < picture.height, x < picture.width else { return nil }
      return (y * picture.width + x) * picture.channels + c
    }
    func add(_ output: Int?, _ input: Int?, _ weight: Double, of number: Int = 0) {
      guard let output, let input else { return }
      result.append(Entry(output: output, input: number, place: input, weight: weight))
    }
    /// Every place of a picture.
    func each(_ picture: NaivePicture, _ body: (Int, Int, Int) -> Void) {
      for row in 0..<picture.height {
        for column in 0..<picture.width {
          for channel in 0..<picture.channels { body(row, column, channel) }
        }
      }
    }
    switch layer.operation {
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      let (mine, theirs) = (x.channels / groups, outputs / groups)
      each(output) { row, column, k in
        for c in 0..<mine {
          for j in 0..<kernel {
            for i in 0..<kernel {
              add(
                place(output, row, column, k),
                place(
                  x, row * stride + j - padding, column * stride + i - padding,
                  k / theirs * mine + c), w[((k * mine + c) * kernel + j) * kernel + i])
            }
          }
        }
      }
    case .transposedConvolution(let outputs, let kernel, let stride, let padding):
      each(x) { row, column, c in
        for k in 0..<outputs {
          for j in 0..<kernel {
            for i in 0..<kernel {
              add(
                place(output, row * stride + j - padding, column * stride + i - padding, k),
                place(x, row, column, c), w[((c * outputs + k) * kernel + j) * kernel + i])
            }
          }
        }
      }
    case .dense(let values, let outputs):
      for k in 0..<outputs {
        each(x) { row, column, c in
          add(
            k, place(x, row, column, c), w[k * values + (c * x.height + row) * x.width + column])
        }
      }
    case .pooling(let kind, let size, let stride):
      each(output) { row, column, c in
        var block: [(y: Int, x: Int)] = []
        for j in 0..<size {
          for i in 0..<size { block.append((row * stride + j, column * stride + i)) }
        }
        if kind == .average {
          for at in block {
            add(place(output, row, column, c), place(x, at.y, at.x, c), 1 / Double(block.count))
          }
        } else if let best = block.first(where: { at in
          block.allSatisfy { x[$0.y, $0.x, c] <= x[at.y, at.x, c] }
        }) {
          add(place(output, row, column, c), place(x, best.y, best.x, c), 1)
        }
      }
    case .upsampling(let kind, let factor):
      func between(_ place: Int, _ count: Int) -> [(Int, Double)] {
        if kind == .nearest { return [(place / factor, 1)] }
        let at = max(0, (Double(place) + 0.5) / Double(factor) - 0.5)
        let share = at - Double(Int(at))
        return [(Int(at), 1 - share), (min(Int(at) + 1, count - 1), share)]
      }
      each(output) { row, column, c in
        for (y, down) in between(row, x.height) {
          for (from, along) in between(column, x.width) {
            add(place(output, row, column, c), place(x, y, from, c), down * along)
          }
        }
      }
    case .pixelShuffle(let factor):
      each(output) { row, column, c in
        add(
          place(output, row, column, c),
          place(
            x, row / factor, column / factor, (c * factor + row % factor) * factor + column % factor
          ), 1)
      }
    case .sum:
      for (number, input) in inputs.enumerated() {
        for at in input.values.indices { add(at, at, 1, of: number) }
      }
    case .concatenation:
      var channel = 0
      for (number, input) in inputs.enumerated() {
        each(input) { row, column, c in
          add(place(output, row, column, channel + c), place(input, row, column, c), 1, of: number)
        }
        channel += input.channels
      }
    case .input, .activation, .pixelUnshuffle, .batchNorm:
      preconditionFailure("no layer of these networks")
    }
    return result
  }
}
