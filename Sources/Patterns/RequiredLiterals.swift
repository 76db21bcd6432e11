/// Sets of texts of which a match needs at least one, and the algebra to find a good one.
///
/// Everything here may be too careful, never too sure: a set that is given must be right, none is always
/// right.
enum RequiredLiterals {
  typealias Texts = [[UInt8]]

  /// Bytes to which a literal is cut; a shorter text is as necessary as the whole.
  static let longest = 24
  /// A single byte is in nearly every text.
  static let shortest = 2
  /// Texts that one set may have.
  static let mostAlternatives = 64

  /// The best set for a pattern that PCRE2 has compiled, as `Pattern.literals` describes it.
  static func of(_ source: String, caseless: Bool) -> [String] {
    var reader = LiteralReader(source, caseless: caseless)
    guard let part = reader.read() else { return [] }
    guard let best = better(part.exact, part.required) else { return [] }
    return trimmed(best).map { String(decoding: $0, as: UTF8.self) }.sorted()
  }

  /// How much a set sifts; nil when it is of no use.
  ///
  /// What counts is its most common text.
  private static func score(_ set: Texts) -> Int? {
    guard !set.isEmpty, set.count <= mostAlternatives, set.allSatisfy({ $0.count >= shortest }) else {
      return nil
    }
    let least = set.lazy.map { $0.prefix(longest).reduce(0) { $0 + rarity(of: $1) } }.min()!
    return 8 * least - set.count
  }

  private static func rarity(of byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: " "), 0x80...: 1
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "o"),
      UInt8(ascii: "r"), UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "/"), UInt8(ascii: "_"):
      2
    default: 3
    }
  }

  /// The one of two sets that sifts more; each holds by itself.
  static func better(_ one: Texts?, _ other: Texts?) -> Texts? {
    guard let other, let otherScore = score(other) else { return one.flatMap { score($0) == nil ? nil : $0 } }
    guard let one, let oneScore = score(one) else { return other }
    return otherScore > oneScore ? other : one
  }

  /// Lower-cased, cut, and without texts that contain another of the set.
  private static func trimmed(_ set: Texts) -> Texts {
    let cut = set.map { shortened($0.map(lowercased)) }
    var kept: Texts = []
    for text in cut.sorted(by: { $0.count < $1.count })
    where !kept.contains(where: { contains($0, in: text) }) {
      kept.append(text)
    }
    return kept
  }

  private static func contains(_ part: [UInt8], in text: [UInt8]) -> Bool {
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { start in
      part.indices.allSatisfy { text[start + $0] == part[$0] }
    }
  }

  /// Cut at a character's start.
  private static func shortened(_ text: [UInt8]) -> [UInt8] {
    guard text.count > longest else { return text }
    var end = longest
    while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(text[..<end])
  }

  static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}

/// What is known of the texts that a part of a pattern matches.
struct LiteralPart {
  /// All the texts that it can match, empty ones for what takes no room; nil if they are too many or unknown.
  var exact: RequiredLiterals.Texts?
  /// Texts of which each match contains at least one; nil if none are known.
  ///
  /// Beside `exact`, not needed.
  var required: RequiredLiterals.Texts?

  /// Takes no room: an anchor, an assertion.
  static let nothing = LiteralPart(exact: [[]])
  /// Takes room, and could be anything.
  static let unknown = LiteralPart()

  /// What a match contains, however it is known.
  var needed: RequiredLiterals.Texts? { RequiredLiterals.better(exact, required) }

  /// One of these parts.
  static func any(of parts: [LiteralPart]) -> LiteralPart {
    guard parts.count != 1 else { return parts[0] }
    var exact: RequiredLiterals.Texts? = []
    var required: RequiredLiterals.Texts? = []
    for part in parts {
      exact = part.exact.flatMap { new in exact.map { $0 + new } }
      required = part.needed.flatMap { new in required.map { $0 + new } }
      if let size = exact?.count, size > RequiredLiterals.mostAlternatives { exact = nil }
      if let size = required?.count, size > RequiredLiterals.mostAlternatives { required = nil }
    }
    return LiteralPart(exact: exact, required: required)
  }
}

/// Parts one behind the other, read from left to right.
struct LiteralSequence {
  /// How a part is repeated.
  enum Repetition {
    case once, optional
    /// At least once.
    case oneOrMore
    /// Perhaps not at all.
    case anyNumber
  }

  /// The texts that stand directly before the place reached, since the last part that was not exact.
  private var run: RequiredLiterals.Texts = [[]]
  private var best: RequiredLiterals.Texts?
  private var isExact = true

  mutating func append(_ part: LiteralPart, _ repetition: Repetition) {
    switch repetition {
    case .once: append(part)
    case .optional:
      guard var exact = part.exact else { return breakOff(before: [[]]) }
      exact.append([])
      append(LiteralPart(exact: exact))
    case .oneOrMore:
      append(part)
      // The last repetition stands before what follows; the first stands behind what came before.
      breakOff(before: part.exact ?? [[]])
    case .anyNumber:
      breakOff(before: [[]])
    }
  }

  private mutating func append(_ part: LiteralPart) {
    guard let exact = part.exact else {
      breakOff(before: [[]])
      best = RequiredLiterals.better(best, part.required)
      return
    }
    if let longer = Self.product(run, exact) {
      run = longer
    } else {
      breakOff(before: exact)
    }
  }

  private mutating func breakOff(before next: RequiredLiterals.Texts) {
    best = RequiredLiterals.better(best, run)
    run = next
    isExact = false
  }

  func finished() -> LiteralPart {
    LiteralPart(exact: isExact ? run : nil, required: RequiredLiterals.better(best, run))
  }

  /// Each text of the one followed by each of the other; nil if that is too much.
  private static func product(
    _ left: RequiredLiterals.Texts, _ right: RequiredLiterals.Texts
  ) -> RequiredLiterals.Texts? {
    let most = RequiredLiterals.mostAlternatives / 2
    guard left.count == 1 || right.count == 1 || left.count * right.count <= most else { return nil }
    let longest = 2 * RequiredLiterals.longest
    guard (left.map(\.count).max() ?? 0) < longest || right == [[]] else { return nil }
    return left.flatMap { start in right.map { start + $0 } }
  }
}
