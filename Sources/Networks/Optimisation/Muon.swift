internal import COpenBLAS
internal import Dispatch
internal import Foundation

/// Muon, for the kernels of convolutions: steps along the running gradient with all its singular values made about 1.
///
/// B ← μB + g, w ← w − rate · ⅕√max(rows, columns) · polar(g + μB). Each matrix moves by about what Adam would move it by,
/// yet in all directions alike: so what few pixels show is learnt too, which Adam's steps leave to the very end.
///
/// Matrices are computed side by side, each by one thread in a fixed order: the same bytes for any number of cores.
/// Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; the factor by Liu et al., "Muon
/// is scalable for LLM training", arXiv 2502.16982.
public struct Muon: Sendable, Equatable {
  /// A tensor that is stepped as a matrix.
  public struct Matrix: Sendable, Equatable {
    /// What its state is called in a checkpoint.
    public let name: String
    /// Where its numbers lie among all parameters, row by row.
    public let range: Range<Int>
    /// Outputs.
    public let rows: Int
    /// What an output hangs on.
    public var columns: Int { range.count / rows }

    /// A matrix of so many rows.
    public init(name: String, range: Range<Int>, rows: Int) {
      precondition(rows > 0 && range.count % rows == 0, "a matrix has whole rows")
      (self.name, self.range, self.rows) = (name, range, rows)
    }
  }

  /// The matrices.
  public let matrices: [Matrix]
  /// How much of the running gradient stays at a step, 0..<1.
  public let momentum: Double
  /// The running gradients.
  private var running: [[Float]]

  /// An optimiser that has taken no step.
  ///
  /// - Parameters:
  ///   - matrices: they do not overlap.
  ///   - momentum: how much of the running gradient stays at a step. The default is 0.95.
  public init(_ matrices: [Matrix], momentum: Double = 0.95) {
    precondition((0..<1).contains(momentum), "a momentum is 0 or more and below 1")
    (self.matrices, self.momentum) = (matrices, momentum)
    running = matrices.map { [Float](repeating: 0, count: $0.range.count) }
    // One thread keeps every sum in one order.
    openblas_set_num_threads(1)
  }

  /// Moves all matrices by a step.
  ///
  /// - Parameters:
  ///   - values: all parameters.
  ///   - gradient: of the loss by all parameters.
  ///   - rate: the learning rate, as Adam's.
  ///   - scale: what the gradient is multiplied with. The default is 1.
  public mutating func step(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
    rate: Double, scale: Float = 1
  ) {
    precondition(values.count == gradient.count, "there is a gradient for each parameter")
    let (matrices, momentum) = (matrices, Float(momentum))
    running.withUnsafeMutableBufferPointer { running in
      let parts = Parts(running: running, values: values, gradient: gradient)
      DispatchQueue.concurrentPerform(iterations: matrices.count) { index in
        let matrix = matrices[index]
        let slope = UnsafeBufferPointer(rebasing: parts.gradient[matrix.range])
        let weights = UnsafeMutableBufferPointer(rebasing: parts.values[matrix.range])
        var direction = Muon.direction(
          slope, scale: scale, momentum: momentum, running: &parts.running[index])
        Muon.equaliseSingularValues(of: &direction, rows: matrix.rows)
        let pace = rate * 0.2 * Double(max(matrix.rows, matrix.columns)).squareRoot()
        cblas_saxpy(Int32(weights.count), Float(-pace), direction, 1, weights.baseAddress, 1)
      }
    }
  }

  /// Takes a gradient into the running one, and looks ahead along it as Nesterov does.
  private static func direction(
    _ slope: UnsafeBufferPointer<Float>, scale: Float, momentum: Float, running: inout [Float]
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: slope.count) { direction, count in
      running.withUnsafeMutableBufferPointer { running in
        for index in 0..<slope.count {
          let new = slope[index] * scale
          running[index] = running[index] * momentum + new
          direction[index] = new + running[index] * momentum
        }
      }
      count = slope.count
    }
  }

  /// Brings all singular values of a matrix to between about 0.7 and 1.2, by five rounds of Newton and Schulz with the
  /// coefficients of Jordan et al.: X ← aX + (b XXᵀ + c (XXᵀ)²) X.
  private static func equaliseSingularValues(of matrix: inout [Float], rows: Int) {
    let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
    let (height, width) = (Int32(rows), Int32(matrix.count / rows))
    let (side, isWide) = (min(height, width), height <= width)
    let norm = cblas_snrm2(Int32(matrix.count), matrix, 1)
    cblas_sscal(Int32(matrix.count), 1 / (norm + 1e-7), &matrix, 1)
    var product = [Float](repeating: 0, count: Int(side * side))
    var next = matrix
    for _ in 0..<5 {
      // Along the shorter side.
      cblas_sgemm(
        CblasRowMajor, isWide ? CblasNoTrans : CblasTrans, isWide ? CblasTrans : CblasNoTrans, side,
        side, max(height, width), 1, matrix, width, matrix, width, 0, &product, side)
      var polynomial = product
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, c, product, side, product,
        side,
        b, &polynomial, side)
      next = matrix
      if isWide {
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, height, width, side, 1, polynomial, side,
          matrix,
          width, a, &next, width)
      } else {
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, height, width, side, 1, matrix, width,
          polynomial, side, a, &next, width)
      }
      swap(&matrix, &next)
    }
  }

  /// `@unchecked Sendable`: every matrix's part is written by one thread.
  private struct Parts: @unchecked Sendable {
    let running: UnsafeMutableBufferPointer<[Float]>
    let values: UnsafeMutableBufferPointer<Float>
    let gradient: UnsafeBufferPointer<Float>
  }
}

extension Muon {
  /// The state as tensors, from which `restore` goes on byte for byte.
  public var checkpoint: Checkpoint {
    Checkpoint(
      tensors: zip(matrices, running).map {
        NamedTensor(name: "muon.\($0.name)", shape: [$0.range.count], values: $1)
      }, metadata: [:])
  }

  /// Takes the state from a checkpoint of the same matrices.
  ///
  /// - Throws: `NetworkError`: `missingTensor`, `wrongShape`, `wrongType` or `notFinite`; this optimiser then stays as it was.
  public mutating func restore(from file: Safetensors) throws(NetworkError) {
    var running: [[Float]] = []
    for matrix in matrices {
      let tensor = try file.tensor("muon.\(matrix.name)", shape: [matrix.range.count])
      try tensor.requireFinite(path: file.path)
      running.append(tensor.values)
    }
    self.running = running
  }
}
