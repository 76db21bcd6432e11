import CPCRE2

/// One of PCRE2's compile errors in Outrider's words.
struct PatternFault {
  /// Where the writer has to look; PCRE2 tells only where it gave up.
  enum Place {
    case whereNoticed
    /// The last of these bytes before the place where PCRE2 gave up.
    case last(UInt8)
    /// The sign of repetition there, or the braces that end there.
    case repetition
    /// The innermost group that is still open at the end.
    case openGroup
    /// The character class that is still open at the end.
    case openClass
    case start
  }

  let place: Place
  let message: String
  let advice: String

  init(_ place: Place, _ message: String, _ advice: String) {
    self.place = place
    self.message = message
    self.advice = advice
  }

  static let known: [Int32: PatternFault] = [
    PCRE2_ERROR_END_BACKSLASH: .init(
      .last("\\"), "'\\' at the end", "write \\\\ for a backslash"),
    PCRE2_ERROR_UNKNOWN_ESCAPE: .init(
      .last("\\"), "an escape that means nothing", "leave out the backslash, or double it"),
    PCRE2_ERROR_UNSUPPORTED_ESCAPE_SEQUENCE: .init(
      .last("\\"), "an escape that PCRE2 does not have", "write \\x{…} for a character by its number"),
    PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER: .init(
      .last("{"), "the bounds are the wrong way round", "write the smaller number first"),
    PCRE2_ERROR_QUANTIFIER_TOO_BIG: .init(
      .last("{"), "the repetition is too long", "repeat at most 65535 times, or write + or *"),
    PCRE2_ERROR_MISSING_SQUARE_BRACKET: .init(
      .openClass, "missing ']'", "close the character class, or write \\[ for a bracket"),
    PCRE2_ERROR_CLASS_RANGE_ORDER: .init(
      .last("-"), "the range is the wrong way round", "write the smaller character first, or put '-' last"),
    PCRE2_ERROR_CLASS_INVALID_RANGE: .init(
      .last("-"), "the range has a class for an end", "put '-' last, or write \\-"),
    PCRE2_ERROR_QUANTIFIER_INVALID: .init(
      .repetition, "nothing to repeat", "put a character or a group before it, or a backslash"),
    PCRE2_ERROR_INVALID_AFTER_PARENS_QUERY: .init(
      .last("("), "unknown kind of group", "write (?:…), (?<name>…), (?=…), (?!…), or \\( for a parenthesis"),
    PCRE2_ERROR_UNRECOGNIZED_AFTER_QUERY_P: .init(
      .last("("), "unknown kind of group", "write (?<name>…) for a named group"),
    PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS: .init(
      .openGroup, "missing ')'", "close the group or escape it"),
    PCRE2_ERROR_MISSING_COMMENT_CLOSING: .init(
      .last("("), "missing ')' after a comment", "close the comment"),
    PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS: .init(
      .whereNoticed, "')' without a '('", "open a group before it, or write \\) for a parenthesis"),
    PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP: .init(
      .last("("), "groups stand more than \(Pattern.maximumNesting) deep", "write fewer groups in groups"),
    PCRE2_ERROR_PATTERN_TOO_LARGE: .init(
      .start, "the pattern is too large", "split it, or repeat less often"),
    PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE: .init(
      .whereNoticed, "a reference to a group that is not there", "name a group of this pattern"),
    PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH: .init(
      .last("("), "a look-behind without a fixed length", "leave out + and * in it, or use \\K"),
    PCRE2_ERROR_UNKNOWN_POSIX_CLASS: .init(
      .last("["), "unknown POSIX class", "write one such as [:alpha:], [:digit:], [:space:]"),
    PCRE2_ERROR_POSIX_CLASS_NOT_IN_CLASS: .init(
      .last("["), "a POSIX class outside of a class", "write it in brackets of its own: [[:alpha:]]"),
    PCRE2_ERROR_CODE_POINT_TOO_BIG: .init(
      .last("\\"), "no such character", "write at most \\x{10ffff}"),
    PCRE2_ERROR_INVALID_HEXADECIMAL: .init(
      .last("\\"), "not a hexadecimal number", "write digits and a-f between the braces"),
    PCRE2_ERROR_MISSING_NAME_TERMINATOR: .init(
      .last("("), "the group's name has no end", "write (?<name>…), the name in letters, digits and _"),
    PCRE2_ERROR_INVALID_SUBPATTERN_NAME: .init(
      .last("("), "the group's name begins with a digit", "begin it with a letter"),
    PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME: .init(
      .last("("), "the group's name is already taken", "give each group a name of its own"),
    PCRE2_ERROR_SUBPATTERN_NAME_TOO_LONG: .init(
      .last("("), "the group's name is too long", "write at most 32 characters"),
    PCRE2_ERROR_SUBPATTERN_NAME_EXPECTED: .init(
      .whereNoticed, "a name is missing", "name a group of this pattern"),
    PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY: .init(
      .last("\\"), "unknown Unicode property", "write one such as \\p{L}, \\p{Lu}, \\p{Greek}"),
    PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY: .init(
      .last("\\"), "a Unicode property that cannot be read", "write one such as \\p{L}, \\p{Lu}, \\p{Greek}"),
    PCRE2_ERROR_VERB_UNKNOWN: .init(
      .last("("), "unknown verb", "write \\(\\* for a parenthesis and an asterisk"),
    PCRE2_ERROR_BACKSLASH_C_CALLER_DISABLED: .init(
      .last("\\"), "\\C is not allowed", "write . for a character"),
    PCRE2_ERROR_BACKSLASH_K_IN_LOOKAROUND: .init(
      .last("\\"), "\\K is not allowed in a look-around", "put it outside"),
  ]
}

extension PatternFault.Place {
  static func last(_ character: Unicode.Scalar) -> Self { .last(UInt8(ascii: character)) }

  /// The offset in bytes at which the writer has to look.
  func offset(in source: [UInt8], noticedAt offset: Int) -> Int {
    let offset = max(0, min(offset, source.count))
    switch self {
    case .whereNoticed: return offset
    case .start: return 0
    case .last(let byte):
      // At the place itself or before it: PCRE2 gives up sometimes on the character, sometimes behind it.
      return source.prefix(offset + 1).lastIndex(of: byte) ?? offset
    case .repetition:
      let endsBounds = offset < source.count && source[offset] == UInt8(ascii: "}")
      return endsBounds ? source.prefix(offset).lastIndex(of: UInt8(ascii: "{")) ?? offset : offset
    case .openGroup: return Self.open(in: source).group ?? offset
    case .openClass: return Self.open(in: source).characterClass ?? offset
    }
  }

  /// The innermost group and the class that are open at the end of the pattern.
  private static func open(in source: [UInt8]) -> (group: Int?, characterClass: Int?) {
    var groups: [Int] = []
    var characterClass: Int?
    var index = 0
    while index < source.count {
      switch source[index] {
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "["):
        guard characterClass == nil else { break }
        characterClass = index
        if index + 1 < source.count, source[index + 1] == UInt8(ascii: "^") { index += 1 }
        if index + 1 < source.count, source[index + 1] == UInt8(ascii: "]") { index += 1 }
      case UInt8(ascii: "]"): characterClass = nil
      case UInt8(ascii: "(") where characterClass == nil: groups.append(index)
      case UInt8(ascii: ")") where characterClass == nil: _ = groups.popLast()
      default: break
      }
      index += 1
    }
    return (groups.last, characterClass)
  }
}
