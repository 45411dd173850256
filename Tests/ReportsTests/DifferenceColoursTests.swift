import Raster
import Reports
import Testing

@Suite struct DifferenceColoursTests {
  let colours = DifferenceColours(saturation: 8)

  @Test(
    arguments: [
      (0, [240, 240, 240]), (4, [247, 158, 80]), (8, [166, 54, 3]), (-4, [120, 178, 216]),
      (-8, [5, 77, 140]), (2, [243.5, 199, 160]), (-6, [62.5, 127.5, 178]), (80, [166, 54, 3]),
      (-.infinity, [5, 77, 140]), (.nan, [176, 176, 176]),
    ] as [(Float, [Float])])
  func `a difference has the colour worked out by hand`(sigma: Float, bytes: [Float]) {
    let colour = colours.colour(sigma)
    for channel in 0..<3 { #expect(abs(colour[channel] * 255 - bytes[channel]) < 1e-3) }
  }

  @Test func `both arms grow darker all the way`() {
    for sign: Float in [-1, 1] {
      let lightness = (0...16).map { step in
        let colour = colours.colour(sign * Float(step) / 2)
        return Picture(planes: (0..<3).map { Plane(width: 1, height: 1, filling: colour[$0]) })
          .luminance[0, 0]
      }
      #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 > $1 })
    }
  }

  @Test func `a picture has the colour of each of its differences`() {
    let plane = Plane(width: 2, height: 2, samples: [0, 8, -3, .nan])
    let picture = colours.picture(of: plane)
    #expect(picture.channels == 3)
    for index in 0..<4 {
      for channel in 0..<3 {
        #expect(
          picture.planes[channel].samples[index] == colours.colour(plane.samples[index])[channel])
      }
    }
  }
}
