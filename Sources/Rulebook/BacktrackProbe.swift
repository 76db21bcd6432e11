import Patterns

/// Looks for a text on which a pattern tries without end.
///
/// Only patterns in which a repetition stands inside a repetition are suspects, or that have several
/// unbounded ones; what counts is that one of many made-up texts really runs into PCRE2's match limit.
struct BacktrackProbe {
  private let pattern: Pattern
  private let samples: [String]

  /// - Parameter samples: Texts on which the pattern matches or nearly does, to get deep into it.
  init(_ pattern: Pattern, samples: [String]) {
    self.pattern = pattern
    self.samples = samples
  }

  /// A text on which the match limit was hit; nil when none was found.
  func find() -> String? {
    guard Self.isSuspect(pattern.source) else { return nil }
    let context = MatchContext()
    for prefix in prefixes {
      for pump in pumps {
        for (count, end) in [(Self.few, Self.end), (Self.few, tail), (Self.many, tail)] {
          let text = prefix + String(repeating: pump, count: count) + end
          do {
            _ = try pattern.firstMatch(in: text, using: context)
          } catch {
            return prefix + String(repeating: pump, count: 8) + "…"
          }
        }
      }
    }
    return nil
  }

  /// What no pattern expects, so that it fails at the very end.
  private static let end = "\u{1}"
  /// PCRE2 does not begin where a character that every match ends with is not there at all.
  private var tail: String {
    Self.end
      + Set(pattern.source.filter { $0.isASCII && !$0.isWhitespace }).sorted().map(String.init).joined()
  }

  private static let few = 40
  private static let many = 400
  private static let maximumPrefixes = 24

  /// Whether a group that repeats without bound holds something that does, outside of possessive and atomic
  /// groups.
  static func isSuspect(_ source: String) -> Bool {
    let bytes = Array(source.utf8)
    // For every open group: whether something in it repeats without bound.
    var open: [Bool] = [false]
    var i = 0
    var isInClass = false
    while i < bytes.count {
      let byte = bytes[i]
      switch byte {
      case UInt8(ascii: "\\"): i += 1
      case UInt8(ascii: "["): isInClass = true
      case UInt8(ascii: "]"): isInClass = false
      case UInt8(ascii: "(") where !isInClass: open.append(false)
      case UInt8(ascii: ")") where !isInClass && open.count > 1:
        let repeats = open.removeLast()
        let own = isUnbounded(bytes, at: i + 1)
        if repeats, own { return true }
        open[open.count - 1] = open[open.count - 1] || repeats || own
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{"):
        if !isInClass, isUnbounded(bytes, at: i) { open[open.count - 1] = true }
      default: break
      }
      i += 1
    }
    return false
  }

  /// Whether a repetition without an upper bound stands there that may give back what it took.
  private static func isUnbounded(_ bytes: [UInt8], at start: Int) -> Bool {
    guard start < bytes.count else { return false }
    var after = start + 1
    switch bytes[start] {
    case UInt8(ascii: "*"), UInt8(ascii: "+"): break
    case UInt8(ascii: "{"):
      guard let close = bytes[start...].firstIndex(of: UInt8(ascii: "}")),
        bytes[close - 1] == UInt8(ascii: ",")
      else { return false }
      after = close + 1
    default: return false
    }
    return after >= bytes.count || bytes[after] != UInt8(ascii: "+")
  }

  private var prefixes: [String] {
    var found: [String] = [""]
    for text in pattern.literals + samples {
      var prefix = ""
      for word in text.split(separator: " ", omittingEmptySubsequences: false).prefix(6) {
        prefix += word
        found.append(prefix)
        prefix += " "
        found.append(prefix)
      }
    }
    var seen: Set<String> = []
    return Array(found.filter { seen.insert($0).inserted }.prefix(Self.maximumPrefixes))
  }

  /// Short texts over the kinds of characters that the pattern names.
  private var pumps: [String] {
    let letters = pattern.source.unicodeScalars.filter { $0.isASCII && $0.value > 0x20 && $0.value < 0x7F }
    var single = ["a", "0", " ", "-", "/", ".", "=", "a ", "a-", "-a ", "--a ", "a/", "a=a ", "x", "\""]
    single += Set(letters).map(String.init).sorted()
    var seen: Set<String> = []
    return single.filter { seen.insert($0).inserted }
  }
}
