internal import Foundation
public import Raster

/// A photograph of a drawn layer, with what it takes to photograph that layer again where something is wrong with it.
///
/// How bright a place is follows from how far inside or outside the pattern it lies, as the photograph itself tells: its
/// blur, the bright rims of an electron micrograph and its shading are in it. What a neighbourhood is brighter by is told
/// for the pattern and for what lies between apart; noise is taken from flat places of the photograph.
public struct Micrograph: Sendable {
  /// The photograph, brightness 0…1.
  public let picture: Picture
  /// Rounding of the drawn corners, and from which coverage on the pattern stands.
  let shape: EtchedShape
  /// Pixels to the pattern's border, above 0 inside.
  let distance: Plane
  /// The drawn layer, rounded.
  let rounded: Plane
  private let looks: [Look]
  /// Standard deviation of the photograph's blur, pixels.
  let blur: Double

  /// What a plane of the photograph looks like.
  private struct Look: Sendable {
    var profile: DistanceProfile
    /// What the pattern, and what lies between, is brighter by nearby.
    var inside, outside: Plane
    var grain: Grain
  }

  /// Learns what a photograph looks like.
  ///
  /// - Parameters:
  ///   - picture: the photograph.
  ///   - coverage: the drawn layer where the photograph shows it, 0…1, of its size.
  public init(_ picture: Picture, coverage: Plane) {
    precondition(
      picture.width == coverage.width && picture.height == coverage.height,
      "a photograph and its layer have one size")
    self.picture = picture
    let shape = EtchedShape(of: coverage, in: picture.luminance)
    let rounded = shape.rounded(coverage)
    let distance = shape.distance(rounded)
    (self.shape, self.rounded, self.distance) = (shape, rounded, distance)
    looks = picture.planes.map { plane in
      let profile = DistanceProfile(plane, distance)
      var departure = plane
      for index in departure.samples.indices {
        let rest = plane.samples[index] - profile.value(distance.samples[index])
        departure.samples[index] = min(max(rest, -0.15), 0.15)
      }
      func nearby(_ holds: (Float) -> Bool) -> Plane {
        let weight = distance.map { holds($0) ? 1 : 0 }
        var sum = departure
        for index in sum.samples.indices { sum.samples[index] *= weight.samples[index] }
        var mean = sum.smoothed(sigma: Self.neighbourhood)
        let all = weight.smoothed(sigma: Self.neighbourhood)
        for index in mean.samples.indices { mean.samples[index] /= all.samples[index] + 0.02 }
        return mean
      }
      return Look(
        profile: profile, inside: nearby { $0 > 1 }, outside: nearby { $0 < -1 },
        grain: Grain(plane, distance))
    }
    blur = looks[0].profile.blur
  }

  /// Standard deviation of the window in which brightness is told, pixels.
  private static let neighbourhood = 12.0

  /// What a window would show without noise, plane by plane.
  ///
  /// - Parameter distance: pixels to the border of the pattern as it is there, of the window's size.
  func view(_ window: PixelRect, _ distance: Plane) -> [Plane] {
    looks.map { look in
      let (inside, outside) = (look.inside.crop(window), look.outside.crop(window))
      var result = distance
      for index in result.samples.indices {
        let d = distance.samples[index]
        let share = min(max(d / 2 + 0.5, 0), 1)
        result.samples[index] =
          look.profile.value(d) + share * inside.samples[index]
          + (1 - share) * outside.samples[index]
      }
      return result
    }
  }

  /// What the pattern and what lies between look like far from any border.
  func flats(_ plane: Int) -> (inside: Float, outside: Float) {
    let profile = looks[plane].profile
    return (profile.value(.greatestFiniteMagnitude), profile.value(-.greatestFiniteMagnitude))
  }

  /// A window of the photograph as it would be with another mean.
  ///
  /// What changes much takes noise from flat places of the photograph instead of its own, as strong as that brightness has
  /// it: at an edge that is no longer there the photograph's departure from the mean is no noise.
  ///
  /// - Parameters:
  ///   - window: pixels of the photograph.
  ///   - shown: what the photograph shows there by now.
  ///   - mean: what it shows without noise; one plane each.
  ///   - marred: what it should show without noise.
  func photographed(
    _ window: PixelRect, shown: Picture, mean: [Plane], marred: [Plane],
    using random: inout some RandomNumberGenerator
  ) -> Picture {
    var result = shown
    for plane in result.planes.indices {
      let grain = looks[plane].grain
      var share = marred[plane]
      for index in share.samples.indices {
        let change = abs(marred[plane].samples[index] - mean[plane].samples[index])
        share.samples[index] = min(change * (255 / 10), 1)
      }
      share = share.extremes(radius: 1).high.smoothed(sigma: 1)
      let noise = grain.patch(width: window.width, height: window.height, using: &random)
      for index in share.samples.indices {
        let (before, after) = (mean[plane].samples[index], marred[plane].samples[index])
        let own = shown.planes[plane].samples[index] - before
        let new = noise.samples[index] * grain.sigma(after)
        let weight = share.samples[index]
        // Noise of two sources adds by squares.
        result.planes[plane].samples[index] = min(
          max(after + (1 - weight) * own + (weight * (2 - weight)).squareRoot() * new, 0), 1)
      }
    }
    return result
  }
}
