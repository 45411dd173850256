import Crypto
public import Foundation

/// A key that audit exports are signed or checked with.
///
/// A PEM file of an Ed25519 key as OpenSSL writes it, private (signs and checks) or public (checks); any other file of 16 to
/// 4096 bytes is the secret of an HMAC-SHA256.
///
/// Source: RFC 8032 (Ed25519), RFC 8410 (its PEM), RFC 2104 (HMAC).
public struct AuditKey: Sendable {
  /// How it signs.
  public enum Algorithm: String, Sendable {
    case ed25519
    case hmac = "hmac-sha256"
  }

  private enum Secret: Sendable {
    case signing(Data)
    case checking(Data)
    case shared(Data)
  }

  private let secret: Secret
  private let path: String

  /// Reads a key.
  ///
  /// - Throws: `StoreError` with code `noSuchFile`, or `failed` when the file is no key.
  public init(_ file: URL) throws(StoreError) {
    path = file.path
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: file.path)
      throw StoreError(
        isThere ? .failed : .noSuchFile, path: file.path,
        isThere ? "the key can't be read" : "no such file")
    }
    if let text = String(data: data, encoding: .utf8), text.contains("-----BEGIN ") {
      guard let secret = Self.secret(pem: text) else {
        throw StoreError(
          .failed, path: file.path,
          "is no Ed25519 key in PEM; 'openssl genpkey -algorithm ed25519' makes one")
      }
      self.secret = secret
    } else {
      guard (16...4096).contains(data.count) else {
        throw StoreError(
          .failed, path: file.path, "has \(data.count) bytes; the secret of an HMAC has 16 to 4096")
      }
      secret = .shared(data)
    }
  }

  /// The 32 bytes of a key stand behind these, in DER.
  private static func secret(pem text: String) -> Secret? {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard let first = lines.first, let last = lines.last,
      let der = Data(base64Encoded: lines.dropFirst().dropLast().joined())
    else { return nil }
    for (word, start) in [
      ("PRIVATE", "302e020100300506032b657004220420"), ("PUBLIC", "302a300506032b6570032100"),
    ] where first == "-----BEGIN \(word) KEY-----" && last == "-----END \(word) KEY-----" {
      guard let start = Digest.bytes(hexadecimal: start), der.starts(with: start),
        der.count == start.count + 32
      else { return nil }
      let key = Data(der.suffix(32))
      return word == "PRIVATE" ? .signing(key) : .checking(key)
    }
    return nil
  }

  /// A signature with what tells which key made it.
  public struct Signature: Sendable, Equatable {
    /// How it was made.
    public var algorithm: Algorithm
    /// The public key in hexadecimal digits; of a shared secret the beginning of its SHA-256.
    public var key: String
    /// The signature in hexadecimal digits.
    public var value: String

    /// A signature.
    public init(algorithm: Algorithm, key: String, value: String) {
      (self.algorithm, self.key, self.value) = (algorithm, key, value)
    }

    /// Whether it is the signature of some bytes by the public key it names; nil for a shared secret, which only its holders
    /// can tell.
    public func holds(for data: Data) -> Bool? {
      guard algorithm == .ed25519 else { return nil }
      guard let key = Digest.bytes(hexadecimal: key),
        let value = Digest.bytes(hexadecimal: value),
        let known = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
      else { return false }
      return known.isValidSignature(value, for: data)
    }
  }

  /// Signs bytes.
  ///
  /// - Throws: `StoreError` when the key can only check.
  public func sign(_ data: Data) throws(StoreError) -> Signature {
    switch secret {
    case .shared(let secret):
      let code = HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: secret))
      return Signature(
        algorithm: .hmac, key: Self.name(of: secret), value: Digest.hexadecimal(code))
    case .signing(let bytes):
      do {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        return Signature(
          algorithm: .ed25519, key: Digest.hexadecimal(key.publicKey.rawRepresentation),
          value: Digest.hexadecimal(try key.signature(for: data)))
      } catch {
        throw StoreError(.failed, path: path, "the key can't sign")
      }
    case .checking:
      throw StoreError(.failed, path: path, "is a public key, which can check and not sign")
    }
  }

  /// Why a signature is not this key's of some bytes; nil when it is.
  public func misfit(_ signature: Signature, of data: Data) -> String? {
    switch secret {
    case .shared(let secret):
      guard signature.algorithm == .hmac else { return "it was not made with a shared secret" }
      guard let value = Digest.bytes(hexadecimal: signature.value),
        HMAC<SHA256>.isValidAuthenticationCode(
          value, authenticating: data, using: SymmetricKey(data: secret))
      else { return "the signature is not that of this key" }
      return nil
    case .signing(let bytes), .checking(let bytes):
      var key = bytes
      if case .signing = secret,
        let known = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
      {
        key = known.publicKey.rawRepresentation
      }
      return signature.key == Digest.hexadecimal(key) && signature.holds(for: data) == true
        ? nil : "the signature is not that of this key"
    }
  }

  private static func name(of secret: Data) -> String { String(Digest.sha256(secret).prefix(16)) }
}
