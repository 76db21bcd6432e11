import CPCRE2

/// A compiled PCRE2 pattern over UTF-8.
///
/// Any bytes may be searched: where they are not UTF-8, nothing matches across the place, and that is all.
/// `$` is the very end of the text. `\C` is refused, and so are patterns longer than `maximumLength`, nested
/// deeper than `maximumNesting` or with more than `maximumGroups` groups.
///
/// May be shared by threads: a compiled pattern is not changed by a match, if it was JIT-compiled before it
/// was shared (pcre2api, "Multithreading"), as it is here. What a match does change is in `MatchContext`.
public final class Pattern: Sendable {
  /// How a pattern is read, beyond what it says itself.
  public struct Options: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Letters match in either case, as by `(?i)` at the start.
    public static let caseless = Options(rawValue: 1)
    /// `^` and `$` match at the ends of each line of the text, as by `(?m)` at the start.
    public static let multiline = Options(rawValue: 2)
    /// No machine code: ready sooner, slower to run.
    ///
    /// For a process that looks at a text or two and ends.
    public static let interpreted = Options(rawValue: 4)
  }

  /// Bytes of UTF-8 that a pattern may have.
  public static let maximumLength = 4096
  /// How deep groups may stand in groups.
  public static let maximumNesting = 64
  /// Numbered and named groups that a pattern may have.
  public static let maximumGroups = MatchContext.maximumRanges - 1

  /// Whether PCRE2 can compile to machine code here: it was built for it and may map executable memory.
  ///
  /// Without it everything works, slower.
  public static let jitAvailable: Bool = {
    var supported: UInt32 = 0
    guard pcre2_config_8(UInt32(PCRE2_CONFIG_JIT), &supported) >= 0, supported == 1 else { return false }
    return (try? Pattern("probe"))?.isCompiledToMachineCode ?? false
  }()

  /// The version of PCRE2 in use, such as "10.42 2022-12-11".
  public static let libraryVersion: String = {
    var text = [UInt8](repeating: 0, count: 64)
    guard pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &text) > 0 else { return "unknown" }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }()

  public let source: String
  public let options: Options
  /// The names of the named groups, in the order of the groups.
  ///
  /// A name that `(?J)` allows twice is in it twice.
  public let captureNames: [String]
  /// Texts of which every text with a match contains at least one, ASCII letters compared without case.
  ///
  /// Lower-cased in ASCII, two to 24 bytes each, sorted. Empty when
  /// none could be told from the source; such a pattern has to be tried on every text.
  public let literals: [String]

  /// The number of each named group, beside `captureNames`.
  let namedGroups: [Int]
  /// Fixed once `init` is through; freed with the pattern.
  nonisolated(unsafe) let code: OpaquePointer

  public init(_ source: String, options: Options = []) throws(PatternError) {
    self.source = source
    self.options = options
    code = try Self.compile(source, options)
    if !options.contains(.interpreted) {
      // It is no error when this fails: PCRE2 interprets then.
      _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    }
    (captureNames, namedGroups) = Self.names(of: code)
    literals = RequiredLiterals.of(source, caseless: options.contains(.caseless))
  }

  deinit {
    pcre2_code_free_8(code)
  }

  /// Whether matches run as machine code.
  public var isCompiledToMachineCode: Bool {
    var size = 0
    return pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_JITSIZE), &size) == 0 && size > 0
  }

  private static func compile(_ source: String, _ options: Options) throws(PatternError) -> OpaquePointer {
    guard source.utf8.count <= maximumLength else {
      throw PatternError(
        source: source, at: 0, message: "the pattern has more than \(maximumLength) bytes",
        advice: "split it into several")
    }
    var flags =
      UInt32(PCRE2_UTF) | PCRE2_MATCH_INVALID_UTF | UInt32(PCRE2_NEVER_BACKSLASH_C)
      | UInt32(PCRE2_DOLLAR_ENDONLY)
    if options.contains(.caseless) { flags |= UInt32(PCRE2_CASELESS) }
    if options.contains(.multiline) { flags |= UInt32(PCRE2_MULTILINE) }

    guard let context = pcre2_compile_context_create_8(nil) else { preconditionFailure("out of memory") }
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_parens_nest_limit_8(context, UInt32(maximumNesting))

    var failure: Int32 = 0
    var offset = 0
    // One more byte, so that an empty pattern has an address too.
    let bytes = Array(source.utf8) + [0]
    guard let code = pcre2_compile_8(bytes, bytes.count - 1, flags, &failure, &offset, context) else {
      throw PatternError(source: source, failure: failure, offset: offset)
    }
    var groups: UInt32 = 0
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
    guard groups <= maximumGroups else {
      pcre2_code_free_8(code)
      throw PatternError(
        source: source, at: 0, message: "the pattern has more than \(maximumGroups) groups",
        advice: "write (?:…) for groups that are not read")
    }
    return code
  }

  private static func names(of code: OpaquePointer) -> (names: [String], groups: [Int]) {
    var count: UInt32 = 0
    var entrySize: UInt32 = 0
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &entrySize)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table else { return ([], []) }
    // An entry is the group's number in two bytes, the high one first, then the name and a NUL.
    let entries = (0..<Int(count)).map { index in
      let entry = UnsafeBufferPointer(start: table + index * Int(entrySize), count: Int(entrySize))
      let group = Int(entry[0]) << 8 | Int(entry[1])
      return (name: String(decoding: entry[2...].prefix { $0 != 0 }, as: UTF8.self), group: group)
    }.sorted { $0.group < $1.group }
    return (entries.map(\.name), entries.map(\.group))
  }
}

extension Pattern {
  /// The leftmost match at or after the byte offset `from`, or nil.
  ///
  /// What stands before `from` is seen by `\b`, `^` and look-behind. A `from` beyond the end finds nothing;
  /// one inside a character starts behind it. The time is bounded by `MatchContext.matchLimit` for each place
  /// in the text at which a match may begin.
  public func firstMatch(
    in text: UnsafeBufferPointer<UInt8>, from: Int = 0, using context: MatchContext
  ) throws(MatchStop) -> Match? {
    precondition(from >= 0, "a search begins at an offset in the text, not before it")
    defer { withExtendedLifetime(self) {} }
    guard try context.search(code, in: text, from: from) else { return nil }
    return Match(of: self, ranges: context.ranges())
  }

  /// The leftmost match; its offsets count bytes of the text's UTF-8.
  ///
  /// Copies nothing of a native string.
  public func firstMatch(in text: String, using context: MatchContext) throws(MatchStop) -> Match? {
    var text = text
    let result = text.withUTF8 { bytes in
      Result { () throws(MatchStop) in try firstMatch(in: bytes, using: context) }
    }
    return try result.get()
  }
}
