/// Keyed hashes (RFC 2104), by which a receiver knows who sent a message and that it is whole.
public enum HMAC {
  /// The HMAC-SHA256 in hexadecimal, lower case.
  public static func sha256(_ message: [UInt8], key: [UInt8]) -> String {
    let block = 64
    var key = key.count > block ? bytes(of: Digest(of: key)) : key
    key += [UInt8](repeating: 0, count: block - key.count)
    let inner = Digest(of: key.map { $0 ^ 0x36 } + message)
    return Digest(of: key.map { $0 ^ 0x5C } + bytes(of: inner)).description
  }

  private static func bytes(of digest: Digest) -> [UInt8] {
    let digits = Array(digest.description.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit < 0x61 ? digit - 0x30 : digit - 0x61 + 10 }
    return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }
}
