/// Why a network, its weights or its training state could not be read, written or used.
public struct NetworkError: Error, Equatable, CustomStringConvertible {
  /// The kind of reason.
  public enum Code: String, Sendable {
    /// Nothing is at the path.
    case noSuchFile
    /// The system does not let it be read: a folder, no permission, a failing disk.
    case cannotRead
    /// The system does not let it be written: no permission, no space.
    case cannotWrite
    /// The content is something else than safetensors.
    case notSafetensors
    /// The header is safetensors', but what it says can't be right.
    case damaged
    /// The file stops before its tensors do.
    case truncated
    /// A tensor, or an entry of the metadata, that has to be there and is not.
    case missingTensor
    /// A tensor holds another number of values, or other axes, than expected.
    case wrongShape
    /// A tensor holds another kind of values than expected.
    case wrongType
    /// A network that can't be built, or that this machine can't compute.
    case unsupported
    /// A value is infinite or not a number.
    case notFinite
  }

  /// The kind of reason.
  public let code: Code
  /// The path as the caller gave it; nil where no file is at fault.
  public let path: String?
  /// The byte of the file at fault, from 0, where known.
  public let offset: Int?
  /// What is wrong, in words that follow "path: ".
  public let detail: String

  /// A failure with one sentence about it.
  public init(_ code: Code, path: String? = nil, offset: Int? = nil, _ detail: String) {
    (self.code, self.path, self.offset, self.detail) = (code, path, offset, detail)
  }

  /// The path, what is wrong with it, and the byte where that is known.
  public var description: String {
    let place = path.map { "\($0): " } ?? ""
    return place + detail + (offset.map { " (at byte \($0))" } ?? "")
  }

  /// The same reason, said of a file.
  func inFile(_ path: String) -> NetworkError {
    NetworkError(code, path: path, offset: offset, detail)
  }
}
