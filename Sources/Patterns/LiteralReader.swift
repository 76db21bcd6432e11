/// Reads the source of a compiled pattern for the texts that a match needs.
///
/// Knows the common part of PCRE2's syntax. Whatever else it meets (verbs, recursion, conditions, comments,
/// `\Q`, references, `(?x)`), it gives up, and the pattern has no literals.
struct LiteralReader {
  struct Doubt: Error {}

  let source: [UInt8]
  var at = 0
  var caseless: Bool

  init(_ source: String, caseless: Bool) {
    self.source = Array(source.utf8)
    self.caseless = caseless
  }

  mutating func read() -> LiteralPart? {
    guard let part = try? readAlternatives(), at == source.count else { return nil }
    return part
  }

  var next: UInt8? { at < source.count ? source[at] : nil }

  mutating func skip(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard at + length <= source.count,
      (0..<length).allSatisfy({ source[at + $0] == text.utf8Start[$0] })
    else { return false }
    at += length
    return true
  }

  mutating func readAlternatives() throws(Doubt) -> LiteralPart {
    var alternatives: [LiteralPart] = []
    var sequence = LiteralSequence()
    while let byte = next, byte != UInt8(ascii: ")") {
      if skip("|") {
        alternatives.append(sequence.finished())
        sequence = LiteralSequence()
      } else {
        let part = try readPart(byte)
        sequence.append(part, try readRepetition())
      }
    }
    return .any(of: alternatives + [sequence.finished()])
  }

  private mutating func readPart(_ byte: UInt8) throws(Doubt) -> LiteralPart {
    switch byte {
    case UInt8(ascii: "("): return try readGroup()
    case UInt8(ascii: "["): return try readClass()
    case UInt8(ascii: "\\"): return try readEscape()
    case UInt8(ascii: "."):
      at += 1
      return .unknown
    case UInt8(ascii: "^"), UInt8(ascii: "$"):
      at += 1
      return .nothing
    case UInt8(ascii: "{"):
      guard bounds() == nil else { throw Doubt() }
      at += 1
      return literal([byte])
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw Doubt()
    default:
      let start = at
      at += 1
      while let byte = next, byte & 0xC0 == 0x80 { at += 1 }
      // The usual run of letters at once; its last one is left alone if it may be repeated.
      if !caseless {
        while let byte = next, Self.isAlphanumeric(byte) || byte == UInt8(ascii: " "), !isRepeated(at) {
          at += 1
        }
      }
      return literal(Array(source[start..<at]))
    }
  }

  private func isRepeated(_ place: Int) -> Bool {
    guard place + 1 < source.count else { return false }
    switch source[place + 1] {
    case UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{"): return true
    default: return false
    }
  }

  /// One character, or with case several.
  ///
  /// Without case, only ASCII is known for certain, and of that not `k` and `s`, which the Kelvin sign and
  /// the long s match too.
  func literal(_ character: [UInt8]) -> LiteralPart {
    guard caseless else { return LiteralPart(exact: [character]) }
    let byte = RequiredLiterals.lowercased(character[0])
    guard byte < 0x80, byte != UInt8(ascii: "k"), byte != UInt8(ascii: "s") else { return .unknown }
    return LiteralPart(exact: [[byte]])
  }

  private mutating func readRepetition() throws(Doubt) -> LiteralSequence.Repetition {
    let repetition: LiteralSequence.Repetition
    switch next {
    case UInt8(ascii: "?"):
      at += 1
      repetition = .optional
    case UInt8(ascii: "*"):
      at += 1
      repetition = .anyNumber
    case UInt8(ascii: "+"):
      at += 1
      repetition = .oneOrMore
    case UInt8(ascii: "{"):
      guard let bounds = bounds() else { return .once }
      guard let least = bounds.least else { throw Doubt() }
      at = bounds.end
      repetition = least == 0 ? .anyNumber : .oneOrMore
    default:
      return .once
    }
    // Lazy or possessive: no more texts than without.
    if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { at += 1 }
    switch next {
    case UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"): throw Doubt()
    case UInt8(ascii: "{") where bounds() != nil: throw Doubt()
    default: return repetition
    }
  }

  /// What stands between braces here, if it is or could be a repetition; `least` is nil when that depends on
  /// PCRE2's version.
  private func bounds() -> (least: Int?, end: Int)? {
    let inside = source[(at + 1)...].prefix { (0x30...0x39).contains($0) || $0 == 0x2C || $0 == 0x20 }
    guard !inside.isEmpty, inside.endIndex < source.count, source[inside.endIndex] == UInt8(ascii: "}") else {
      return nil
    }
    let numbers = inside.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let isPlain = numbers.count <= 2 && !numbers[0].isEmpty && !inside.contains(0x20)
    return (isPlain ? Int(String(decoding: numbers[0], as: UTF8.self)) : nil, inside.endIndex + 1)
  }
}
