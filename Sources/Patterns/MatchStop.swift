import CPCRE2

/// Why a search was given up before it was known whether the pattern matches.
public enum MatchStop: Error, Sendable, Hashable, CustomStringConvertible {
  /// Too many tries; the usual end of a pattern with a repetition inside a repetition.
  case matchLimit
  /// Too many tries within one another; only without machine code.
  case depthLimit
  /// Too much memory to go back to; only without machine code.
  case heapLimit
  /// Too much memory to go back to, in machine code.
  case jitStack
  /// Another error of PCRE2, by its number; none is known that a text can cause.
  case other(Int32)

  init(_ code: Int32) {
    self =
      switch code {
      case PCRE2_ERROR_MATCHLIMIT: .matchLimit
      case PCRE2_ERROR_DEPTHLIMIT: .depthLimit
      case PCRE2_ERROR_HEAPLIMIT: .heapLimit
      case PCRE2_ERROR_JIT_STACKLIMIT: .jitStack
      default: .other(code)
      }
  }

  public var description: String {
    switch self {
    case .matchLimit: "hit PCRE2's match limit"
    case .depthLimit: "hit PCRE2's depth limit"
    case .heapLimit: "hit PCRE2's heap limit"
    case .jitStack: "ran out of PCRE2's JIT stack"
    case .other(let code): "failed with PCRE2's error \(code)"
    }
  }
}
