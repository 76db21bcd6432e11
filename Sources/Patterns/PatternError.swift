import CPCRE2

/// Why a pattern cannot be compiled, where, and what to write instead.
public struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, without the place: "missing ')'".
  public let message: String
  /// The pattern from the place on, cut, control characters escaped; empty at its end.
  public let excerpt: String
  /// Where it is wrong: 1-based, in Unicode scalars of the pattern.
  public let column: Int
  /// What to write instead: "close the group or escape it".
  public let advice: String

  /// Scalars of the pattern that the excerpt shows.
  static let excerptLength = 24

  public var description: String {
    let place = excerpt.isEmpty ? "" : " at \"\(excerpt)\""
    return "\(message)\(place) (column \(column) of the pattern); \(advice)"
  }

  /// - Parameter at: a byte offset into the pattern's UTF-8; one out of bounds is moved into them.
  init(source: String, at offset: Int, message: String, advice: String) {
    let bytes = Array(source.utf8)
    var offset = max(0, min(offset, bytes.count))
    while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
    let rest = String(decoding: bytes[offset...], as: UTF8.self).unicodeScalars
    self.message = message
    self.advice = advice
    column = String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars.count + 1
    excerpt =
      rest.prefix(Self.excerptLength).map(Self.shown).joined()
      + (rest.count > Self.excerptLength ? "…" : "")
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    scalar.properties.generalCategory == .control
      ? "\\x{\(String(scalar.value, radix: 16))}" : String(scalar)
  }
}

extension PatternError {
  /// From PCRE2's error number and the offset in bytes at which it gave up.
  init(source: String, failure: Int32, offset: Int) {
    let wording =
      PatternFault.known[failure]
      ?? PatternFault(.whereNoticed, Self.pcreText(failure), "write it another way")
    self.init(
      source: source, at: wording.place.offset(in: Array(source.utf8), noticedAt: offset),
      message: wording.message, advice: wording.advice)
  }

  private static func pcreText(_ failure: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 160)
    guard pcre2_get_error_message_8(failure, &text, text.count) > 0 else { return "PCRE2 error \(failure)" }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}
