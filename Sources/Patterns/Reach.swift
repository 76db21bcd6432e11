import CPCRE2

/// How far a pattern that does not match came in a text: for people who ask why.
public struct Reach: Sendable, Equatable {
  /// The bytes over which the pattern still might have matched, had the text ended there.
  public let matched: Range<Int>

  /// Where the first byte stands that no longer fits.
  public var stop: Int { matched.upperBound }
}

extension Pattern {
  /// Bytes of a text that `reach` looks at.
  public static let maximumReach = 2048

  /// The longest piece of the text over which the pattern partially matches; nil if not even one character
  /// fits.
  ///
  /// Asks PCRE2 for a partial match (pcre2partial) of every prefix of the text, so it costs the square of
  /// the length and is not for judging. A text beyond `maximumReach` bytes is cut.
  public func reach(in text: String) -> Reach? {
    let bytes = Array(text.utf8.prefix(Self.maximumReach))
    guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
      preconditionFailure("out of memory")
    }
    defer {
      pcre2_match_data_free_8(data)
      pcre2_match_context_free_8(context)
      withExtendedLifetime(self) {}
    }
    pcre2_set_match_limit_8(context, MatchContext.matchLimit)
    pcre2_set_heap_limit_8(context, MatchContext.heapLimit)
    var best: Reach?
    for end in stride(from: bytes.count, to: 0, by: -1) {
      if end < bytes.count, bytes[end] & 0xC0 == 0x80 { continue }
      // Machine code was made for whole matches only.
      let result = pcre2_match_8(
        code, bytes, end, 0, UInt32(PCRE2_PARTIAL_HARD) | UInt32(PCRE2_NO_JIT), data, context)
      guard result == PCRE2_ERROR_PARTIAL || result >= 0 else { continue }
      let offsets = pcre2_get_ovector_pointer_8(data)!
      let (start, stop) = (min(offsets[0], end), result >= 0 ? max(offsets[0], min(offsets[1], end)) : end)
      guard stop > start, stop - start > best?.matched.count ?? 0 else { continue }
      best = Reach(matched: start..<stop)
    }
    return best
  }
}
