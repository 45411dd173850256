/// How like photographs a golden is, of all pixels, and of edges and flats apart.
public struct ScoresRecord: Sendable, Equatable, Codable {
  /// Scores of a set of pixels; means over pixels and channels.
  public struct Score: Sendable, Equatable, Codable {
    /// Mean |golden − photograph|, grey levels of 255.
    public var l1: Double
    /// Peak signal to noise, dB; absent where there is no difference.
    public var psnr: Double?
    /// Mean structural similarity, at most 1.
    public var ssim: Double
    /// Mean |∂golden − ∂photograph|, grey levels of 255 a pixel.
    public var gradientL1: Double

    /// A set of scores.
    public init(l1: Double, psnr: Double?, ssim: Double, gradientL1: Double) {
      (self.l1, self.psnr, self.ssim, self.gradientL1) = (l1, psnr, ssim, gradientL1)
    }
  }

  /// Scores of all pixels, of those within a few pixels of an edge, and of the others.
  public var all, edges, flats: Score

  /// Scores of all pixels and of the two parts of them.
  public init(all: Score, edges: Score, flats: Score) {
    (self.all, self.edges, self.flats) = (all, edges, flats)
  }
}

/// What is left between photographs and a golden in one kind of place.
public struct ResidualRecord: Sendable, Equatable, Codable {
  /// The place: a layer's name, or whole pixels to the nearest edge.
  public var place: String
  /// Share of all pixels, 0…1.
  public var share: Double
  /// Mean |scan − golden|, grey levels of 255.
  public var absolute: Double
  /// Mean scan − golden, grey levels of 255: above 0 where the golden is too dark.
  public var bias: Double

  /// A residual of a kind of place.
  public init(place: String, share: Double, absolute: Double, bias: Double) {
    (self.place, self.share, self.absolute, self.bias) = (place, share, absolute, bias)
  }
}
