/// How a regression forest is grown.
public struct TreeSettings: Codable, Sendable, Equatable {
  /// How many trees are averaged, 1 or more; the default is 8.
  public var trees = 8
  /// Greatest number of questions from a tree's root to a leaf; the default is 20.
  public var depth = 20
  /// Greatest number of leaves of a tree, the most useful splits first; the default is 4096.
  public var leaves = 4096
  /// Least number of pixels in a leaf; the default is 16.
  public var leastLeaf = 16
  /// Share of the features that each split chooses from; the default is 0.6.
  public var featureShare = 0.6
  /// Greatest number of intervals that a feature's values are told apart by, 2 to 256; the default is 256.
  public var bins = 256
  /// Pixels that are taken from the photographs; the default is 1 200 000.
  public var pixels = 1_200_000
  /// Pixels of these that each tree learns from; the default is 300 000.
  public var pixelsPerTree = 300_000
  /// How many times likelier a pixel within 3 px of an edge is taken than one far off; the default is 4.
  public var edgeWeight = 4.0
  /// Share of the pixels that nothing is learnt from, those that coarse trees explain worst; the default is 0.005.
  ///
  /// They are likely defects.
  public var dropped = 0.005
  /// Where all chance comes from; the default is 1.
  ///
  /// The same seed gives the same forest, on however many cores.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}
}
