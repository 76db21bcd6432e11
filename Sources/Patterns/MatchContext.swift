import CPCRE2

/// What a search needs beside the pattern and the text: PCRE2's match data, its limits and its JIT stack, and
/// the scratch memory of `PatternSet`.
///
/// One a thread, for any number of patterns and sets: match blocks must not be used by two threads at once
/// (pcre2api, "Multithreading"), nor may threads share a JIT stack (pcre2jit). Holds at most about 1.5 MiB,
/// and 16 bytes a pattern of the largest set.
public final class MatchContext {
  /// How often PCRE2 may try to go on from one place in the text; some milliseconds.
  public static let matchLimit: UInt32 = 100_000
  /// How deep tries may stand within one another.
  ///
  /// Enough for `(?:\w+ )*` over a line of 10,000 words; what bounds the memory is `heapLimit`. Machine code
  /// has no depth and no heap, only `jitStackSize`.
  public static let depthLimit: UInt32 = 10_000
  /// Memory for tries that may be gone back to, in KiB.
  public static let heapLimit: UInt32 = 1024
  /// The JIT stack in bytes: as it begins, and as it may grow.
  public static let jitStackSize = 32 * 1024...512 * 1024

  static let maximumRanges = 64

  /// Taken out while a set uses it, so that a search inside a search has its own.
  var scratch: SearchScratch?

  private let data: OpaquePointer
  private let context: OpaquePointer
  /// Nil where PCRE2 has no JIT; patterns are interpreted there.
  private let stack: OpaquePointer?
  /// Groups that the last match filled, the whole match among them.
  private var matchedGroups = 0

  public init() {
    guard let data = pcre2_match_data_create_8(UInt32(Self.maximumRanges), nil),
      let context = pcre2_match_context_create_8(nil)
    else { preconditionFailure("out of memory") }
    self.data = data
    self.context = context
    pcre2_set_match_limit_8(context, Self.matchLimit)
    pcre2_set_depth_limit_8(context, Self.depthLimit)
    pcre2_set_heap_limit_8(context, Self.heapLimit)
    stack = pcre2_jit_stack_create_8(Self.jitStackSize.lowerBound, Self.jitStackSize.upperBound, nil)
    if let stack {
      pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    if let stack { pcre2_jit_stack_free_8(stack) }
  }

  /// Whether the pattern matches at or after the offset.
  ///
  /// `ranges()` then says where.
  func search(
    _ code: OpaquePointer, in text: UnsafeBufferPointer<UInt8>, from: Int
  ) throws(MatchStop) -> Bool {
    guard from <= text.count else { return false }
    defer { withExtendedLifetime(self) {} }
    var from = from
    // PCRE2 refuses to begin inside a character when it interprets, not in machine code; here both skip it.
    while from > 0, from < text.count, text[from] & 0xC0 == 0x80 { from += 1 }
    let result =
      if let base = text.baseAddress {
        pcre2_match_8(code, base, text.count, from, 0, data, context)
      } else {
        pcre2_match_8(code, "", 0, 0, 0, data, context)
      }
    if result >= 0 {
      matchedGroups = Int(result)
      return true
    }
    guard result == PCRE2_ERROR_NOMATCH else { throw MatchStop(result) }
    return false
  }

  /// The ranges of the last match that was found, group 0 first, up to the last group that took part.
  func ranges() -> [Range<Int>?] {
    let offsets = pcre2_get_ovector_pointer_8(data)!
    return (0..<matchedGroups).map { group in
      let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
      // PCRE2_UNSET reads as -1. The start can stand behind the end after `\K` in an assertion.
      return start < 0 ? nil : min(start, end)..<end
    }
  }
}
