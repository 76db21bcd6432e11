/// Many patterns, and which of them match a text.
///
/// One pass over the text finds the patterns of whose `literals` it contains one; only these, and those that
/// have none, are then run. So the cost of a text hardly depends on the number of patterns, only on how many
/// are plausible. May be shared by threads, each with a `MatchContext` of its own.
public struct PatternSet: Sendable {
  public let patterns: [Pattern]
  /// The compiled patterns; `patterns` keeps them alive.
  ///
  /// An array of the classes would count references.
  nonisolated(unsafe) private let codes: ContiguousArray<OpaquePointer>
  private let index: LiteralIndex
  /// A bit for each pattern that has no literal to search by.
  private let always: ContiguousArray<UInt64>
  private let hasAlways: Bool

  public init(_ patterns: [Pattern]) {
    self.patterns = patterns
    codes = ContiguousArray(patterns.map(\.code))
    index = LiteralIndex(patterns.map { $0.literals.map { Array($0.utf8) } })
    var always = ContiguousArray<UInt64>(repeating: 0, count: (patterns.count + 63) / 64)
    for number in patterns.indices.filter({ patterns[$0].literals.isEmpty }) + index.unindexed {
      always[number >> 6] |= 1 << UInt64(number & 63)
    }
    self.always = always
    hasAlways = always.contains { $0 != 0 }
  }

  public var count: Int { patterns.count }

  /// Calls `body` for each pattern that matches, with its index and its first match, in the order of the
  /// indices.
  ///
  /// A pattern that hits a limit is told once, as a failure, stood down in `standing`, and not run again for
  /// whoever keeps that `standing`. The body may search with the same context.
  public func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, standing: inout Standing, using context: MatchContext,
    _ body: (Int, Result<Match, MatchStop>) -> Void
  ) {
    let scratch = context.scratch ?? SearchScratch()
    context.scratch = nil
    defer { withExtendedLifetime(patterns) { context.scratch = scratch } }

    scratch.begin(with: always, hits: index.hitCount)
    guard index.mark(text, in: scratch) || hasAlways else { return }
    for word in always.indices {
      var candidates = scratch.candidates[word] & ~standing.mask(word)
      while candidates != 0 {
        let number = word << 6 | candidates.trailingZeroBitCount
        candidates &= candidates - 1
        do throws(MatchStop) {
          guard try context.search(codes[number], in: text, from: 0) else { continue }
          body(number, .success(Match(of: patterns[number], ranges: context.ranges())))
        } catch {
          standing.standDown(number, because: error)
          body(number, .failure(error))
        }
      }
    }
  }

  /// As with `standing`, for a caller who keeps none: a pattern that hits a limit is run and told each time.
  public func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, using context: MatchContext,
    _ body: (Int, Result<Match, MatchStop>) -> Void
  ) {
    var standing = Standing()
    forEachMatch(in: text, standing: &standing, using: context, body)
  }

  /// As with bytes; the offsets count bytes of the text's UTF-8.
  ///
  /// Copies nothing of a native string.
  public func forEachMatch(
    in text: String, standing: inout Standing, using context: MatchContext,
    _ body: (Int, Result<Match, MatchStop>) -> Void
  ) {
    var text = text
    text.withUTF8 { forEachMatch(in: $0, standing: &standing, using: context, body) }
  }
}

extension PatternSet {
  /// Which patterns of a set are stood down, and why.
  ///
  /// The state of one user of the set; a new one has none.
  public struct Standing: Sendable, Equatable {
    private var bits: ContiguousArray<UInt64> = []
    private var stops: [Int: MatchStop] = [:]

    public init() {}

    /// Why the pattern is stood down; nil if it is not.
    public subscript(index: Int) -> MatchStop? { stops[index] }

    /// The indices of the patterns that are stood down, in order.
    public var indices: [Int] { stops.keys.sorted() }

    /// Leaves the pattern out from now on.
    public mutating func standDown(_ index: Int, because stop: MatchStop) {
      precondition(index >= 0, "the index of a pattern is not negative")
      while bits.count <= index >> 6 { bits.append(0) }
      bits[index >> 6] |= 1 << UInt64(index & 63)
      stops[index] = stop
    }

    /// Takes the pattern in again.
    public mutating func restore(_ index: Int) {
      guard stops.removeValue(forKey: index) != nil else { return }
      bits[index >> 6] &= ~(1 << UInt64(index & 63))
    }

    func mask(_ word: Int) -> UInt64 { word < bits.count ? bits[word] : 0 }
  }
}
