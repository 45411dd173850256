import Foundation
import Raster
import Testing

@Suite struct FourierTests {
  /// A transform with a field of random samples of its size.
  private func sample(_ width: Int, _ height: Int) -> (Fourier, Fourier.Field) {
    let fourier = Fourier(atLeastWidth: width, height: height)
    var field = fourier.field(EdgeField(ofCoverage: [Plane(width: 1, height: 1)], sigma: 0))
    field.samples = randomPlane(2 * fourier.width, fourier.height).samples
    return (fourier, field)
  }

  @Test(
    arguments: [
      (2, 1), (3, 1), (4, 1), (5, 1), (12, 1), (30, 1), (1, 2), (1, 30), (12, 5), (9, 20),
    ], [-1.0, 1.0])
  func `both directions agree with the definition`(size: (Int, Int), sign: Double) {
    let (width, height) = size
    let (fourier, field) = sample(width, height)
    #expect(fourier.width == width && fourier.height == height)
    var found = field
    if sign < 0 { fourier.forward(&found) } else { fourier.backward(&found) }
    var worst = 0.0
    for v in 0..<height {
      for u in 0..<width {
        var (re, im) = (0.0, 0.0)
        for y in 0..<height {
          for x in 0..<width {
            let turn = Double(u * x) / Double(width) + Double(v * y) / Double(height)
            let (c, s) = (cos(2 * .pi * turn), sign * sin(2 * .pi * turn))
            let index = 2 * (y * width + x)
            let (a, b) = (Double(field.samples[index]), Double(field.samples[index + 1]))
            re += a * c - b * s
            im += a * s + b * c
          }
        }
        let index = 2 * (v * width + u)
        worst = max(worst, abs(re - Double(found.samples[index])))
        worst = max(worst, abs(im - Double(found.samples[index + 1])))
      }
    }
    #expect(worst < 1e-4)
  }

  @Test func `there and back is the field times its size`() {
    let (fourier, field) = sample(48, 40)
    var found = field
    fourier.forward(&found)
    fourier.backward(&found)
    let worst = zip(found.samples, field.samples).map { abs($0 / (48 * 40) - $1) }.max() ?? 1
    #expect(worst < 1e-5)
  }

  @Test func `a size with another factor is padded with nothing`() {
    let edges = EdgeField(ofCoverage: [randomPlane(37, 31)], sigma: 0)
    let fourier = Fourier(atLeastWidth: 37, height: 31)
    #expect(fourier.width == 40 && fourier.height == 32)
    let field = fourier.field(edges)
    for y in 0..<32 {
      for x in 0..<40 {
        let inside = x < 37 && y < 31
        #expect(field.samples[2 * (y * 40 + x)] == (inside ? edges.re[x, y] : 0))
        #expect(field.samples[2 * (y * 40 + x) + 1] == (inside ? edges.im[x, y] : 0))
      }
    }
  }
}
