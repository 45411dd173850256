internal import CDNNL

/// What a network computes in.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32
  /// bfloat16 between layers; sums, weights that are learnt, and the output are single precision.
  case bfloat16

  var bytes: Int { self == .float32 ? 4 : 2 }

  /// Whether this machine has instructions for it; without them bfloat16 is slower than single precision, or missing.
  public var isFast: Bool { self == .float32 || gd_bf16_supported() != 0 }

  /// The version of oneDNN, as `major.minor.patch`.
  public static var oneDNNVersion: String {
    let version = gd_dnnl_version()
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }
}
