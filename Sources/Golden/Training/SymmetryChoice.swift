internal import Raster

/// Which of the eight ways to lay a square on itself patches are turned in, so that few photographs teach more.
public enum SymmetryChoice: String, Sendable, Codable, CaseIterable {
  /// Those that the light allows: edges look the same whichever way they face, as far as the photographs show.
  case auto
  /// None but the square as it is.
  case none
  /// All eight, whatever the light.
  case all

  /// The symmetries, the square as it is first.
  ///
  /// - Parameters:
  ///   - stack: the layers that the photographs show.
  ///   - scans: the photographs to learn from; looked at for `auto` alone.
  ///   - roundingUm: standard deviation of the blur that rounds what the process prints, µm.
  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  public func symmetries(
    _ stack: LayerStack, _ scans: [TrainingScan], roundingUm: Double
  ) throws -> [Symmetry] {
    switch self {
    case .none: [.identity]
    case .all: Symmetry.all
    case .auto: try EdgeLight(stack, scans, roundingUm: roundingUm).allowed
    }
  }

  /// What a user is told of the symmetries that came of it.
  public func sentence(_ symmetries: [Symmetry]) -> String {
    switch symmetries.count {
    case ...1:
      "patches are not turned"
        + (self == .auto ? ": edges differ by the way they face, or too few were seen" : "")
    case 8: "patches are turned and mirrored in all eight ways"
    default:
      "patches are also shown "
        + symmetries.filter { $0 != .identity }.map(\.description).joined(separator: ", ")
    }
  }
}

extension Symmetry: CustomStringConvertible {
  /// What it does to a picture, in words.
  public var description: String {
    switch (isTransposed, mirrorsX, mirrorsY) {
    case (false, false, false): "as it is"
    case (false, true, false): "left and right exchanged"
    case (false, false, true): "top and bottom exchanged"
    case (false, true, true): "turned by 180°"
    case (true, false, false): "mirrored at the falling diagonal"
    case (true, true, true): "mirrored at the rising diagonal"
    case (true, true, false): "turned by 90°"
    case (true, false, true): "turned by 270°"
    }
  }

  /// Where a direction of the turned square comes from, of eight that count on from right by 45° downwards.
  func source(ofDirection direction: Int) -> Int {
    var (x, y) = Self.directions[direction]
    if isTransposed { (x, y) = (y, x) }
    if mirrorsX { x = -x }
    if mirrorsY { y = -y }
    guard let found = Self.directions.firstIndex(where: { $0 == (x, y) }) else {
      preconditionFailure("the eight directions are laid on each other")
    }
    return found
  }

  private static let directions = [
    (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1),
  ]
}
