internal import Raster

extension WorkingScan {
  /// Moves a placement of the reference until the blocks of the scan agree with it best.
  ///
  /// - Parameters:
  ///   - toScan: the reference's place so far, scan pixels.
  ///   - radius: how far a block may be off, working pixels.
  ///   - rounds: at most so many times the reference is drawn anew.
  ///   - isAffine: whether shear and unequal scales are fitted too.
  /// - Returns: the place, the reference's edges there and the score.
  func refine(
    _ reference: any RegistrationReference, toScan: Affine, radius: Int, rounds: Int, isAffine: Bool
  ) throws -> (toScan: Affine, edges: EdgeField, score: Double) {
    let blocks = BlockAlignment.grid(width: width, height: height, columns: 8, rows: 6)
    var current = toScan
    var drawn = try referenceEdges(reference, toScan: current)
    var score = score(drawn)
    for _ in 0..<rounds {
      let alignment = BlockAlignment(
        reference: drawn, scan: edges, blocks: blocks, radius: radius)
      let motion = alignment.bestMotion(isAffine: isAffine)
      // What does not move is drawn already.
      guard motion != .identity else { break }
      let next = current.then(toWorking).then(motion).then(toWorking.inverse)
      let nextDrawn = try referenceEdges(reference, toScan: next)
      let nextScore = self.score(nextDrawn)
      guard nextScore > score + 1e-4 else { break }
      (current, drawn, score) = (next, nextDrawn, nextScore)
    }
    return (current, drawn, score)
  }
}
