/// The habits of one customer's designer, which all devices of a project share.
struct ProjectStyle {
  /// What the bond pads of a project look like.
  enum PadShape: CaseIterable { case square, octagon, disc }

  /// Begins the names of the project's devices.
  let prefix: String
  /// The kinds of device that the project consists of.
  let kinds: [DeviceKind]
  /// Width of a waveguide, µm.
  let guideUm: Double
  /// Between neighbouring waveguides that couple, border to border, µm.
  let gapUm: Double
  /// Width of a trench, µm.
  let trenchUm: Double
  /// Largest plot of a device, µm.
  let plotUm: (width: Double, height: Double)
  let padShape: PadShape
  /// Across a pad, µm.
  let padUm: Double
  /// Between the middles of neighbouring pads, µm.
  let padPitchUm: Double
  /// Width of a track, µm.
  let trackUm: Double
  /// Height of a device's label, µm.
  let labelUm: Double
  /// Period of a grating, µm.
  let gratingUm: Double

  /// Draws a style.
  ///
  /// - Parameter kinds: those to choose from, in the order of the project.
  init(prefix: String, kinds: [DeviceKind], using random: inout some RandomNumberGenerator) {
    (self.prefix, self.kinds) = (prefix, kinds)
    guideUm = random.uniform(1.6, 2.8)
    gapUm = random.uniform(1.1, 2)
    trenchUm = random.uniform(2.5, 5)
    plotUm = (random.uniform(170, 260), random.uniform(105, 160))
    padShape = random.pick(PadShape.allCases)
    padUm = random.uniform(42, 66).rounded()
    padPitchUm = (padUm + random.uniform(10, 40)).rounded()
    trackUm = random.uniform(4, 12)
    labelUm = random.uniform(7, 10)
    gratingUm = random.pick([2.4, 2.8, 3.2, 3.6, 4])
  }
}
