/// A word with which a text may begin that a pattern matches.
public struct LeadingWord: Hashable, Sendable {
  /// The word, or its first letters.
  public let text: String
  /// Nothing may follow in the same word.
  public let isWhole: Bool
}

extension Pattern {
  /// The words of which every text with a match begins with one; nil when the source does not tell, because it
  /// is not anchored, begins with something that could be any word, or does not regard case.
  ///
  /// May be too many, never too few. A word ends at a blank.
  public var leadingWords: Set<LeadingWord>? {
    guard !options.contains(.caseless), !options.contains(.multiline) else { return nil }
    var reader = LiteralReader(source, caseless: false)
    guard let beginnings = try? reader.readBeginnings(), reader.at == reader.source.count else { return nil }
    let words = beginnings.map {
      LeadingWord(text: String(decoding: $0.text, as: UTF8.self), isWhole: $0.end == .word)
    }
    guard beginnings.allSatisfy({ $0.isAnchored && !$0.text.isEmpty }) else { return nil }
    return Set(words)
  }
}

/// One way in which a matching text may begin.
private struct Beginning: Hashable {
  enum End {
    /// What stands next in the pattern goes on.
    case none
    /// A blank or the end of the text follows.
    case word
    /// Anything may follow.
    case unknown
  }

  var text: [UInt8] = []
  var isAnchored = false
  var end = End.none

  func ended(_ end: End) -> Beginning {
    var copy = self
    if copy.end == .none { copy.end = end }
    return copy
  }
}

extension LiteralReader {
  private static let most = 256

  fileprivate mutating func readBeginnings() throws(Doubt) -> [Beginning] {
    var all: [Beginning] = []
    var current = [Beginning()]
    while let byte = next, byte != UInt8(ascii: ")") {
      if skip("|") {
        all += current
        current = [Beginning()]
      } else {
        let before = current
        current = try extended(current, byte)
        current = try repeated(current, before)
        guard current.count + all.count <= Self.most else { throw Doubt() }
      }
    }
    return Array(Set(all + current))
  }

  private mutating func extended(_ current: [Beginning], _ byte: UInt8) throws(Doubt) -> [Beginning] {
    if skip("^") || skip("\\A") {
      return current.map { beginning in
        var anchored = beginning
        if beginning.text.isEmpty { anchored.isAnchored = true }
        return anchored
      }
    }
    if skip("$") || skip("\\z") || skip("\\Z") || skip("\\s") || skip("(?!\\S)") || skip("(?= )") {
      return current.map { $0.ended(.word) }
    }
    if byte == UInt8(ascii: "("), !isPlainGroup {
      // An assertion only takes away from what could follow.
      guard let part = try? readGroup(), part.exact == [[]] else { throw Doubt() }
      return current
    }
    if byte == UInt8(ascii: "(") {
      _ = skip("(?:") || skip("(")
      let inner = try readBeginnings()
      guard skip(")") else { throw Doubt() }
      return current.flatMap { outer in
        outer.end == .none ? inner.map { outer.followed(by: $0) } : [outer]
      }
    }
    let part = try readOne(byte)
    guard let texts = part.exact else { return current.map { $0.ended(.unknown) } }
    return current.flatMap { beginning in
      beginning.end == .none ? texts.map { beginning.followed(by: $0) } : [beginning]
    }
  }

  /// A group that can be read as its alternatives: no assertion, no flags.
  private var isPlainGroup: Bool {
    guard at + 1 < source.count, source[at + 1] == UInt8(ascii: "?") else { return true }
    return at + 2 < source.count && source[at + 2] == UInt8(ascii: ":")
  }

  private mutating func readOne(_ byte: UInt8) throws(Doubt) -> LiteralPart {
    switch byte {
    case UInt8(ascii: "["): return try readClass()
    case UInt8(ascii: "\\"): return try readEscape()
    case UInt8(ascii: "."):
      at += 1
      return .unknown
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): throw Doubt()
    default:
      let start = at
      at += 1
      while let byte = next, byte & 0xC0 == 0x80 { at += 1 }
      return literal(Array(source[start..<at]))
    }
  }

  private mutating func repeated(_ once: [Beginning], _ before: [Beginning]) throws(Doubt) -> [Beginning] {
    let result: [Beginning]
    switch next {
    case UInt8(ascii: "?"): result = Array(Set(before + once))
    case UInt8(ascii: "*"): result = before.map { $0.ended(.unknown) }
    case UInt8(ascii: "+"): result = once.map { $0.ended(.unknown) }
    case UInt8(ascii: "{"):
      guard let close = source[at...].firstIndex(of: UInt8(ascii: "}")) else { throw Doubt() }
      at = close
      result = before.map { $0.ended(.unknown) }
    default: return once
    }
    at += 1
    if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { at += 1 }
    return result
  }
}

extension Beginning {
  fileprivate func followed(by text: [UInt8]) -> Beginning {
    var copy = self
    if let blank = text.firstIndex(where: { $0 <= 0x20 }) {
      copy.text += text[..<blank]
      copy.end = .word
    } else {
      copy.text += text
    }
    return copy
  }

  fileprivate func followed(by inner: Beginning) -> Beginning {
    var copy = followed(by: inner.text)
    if copy.end == .none { copy.end = inner.end }
    copy.isAnchored = isAnchored || (text.isEmpty && inner.isAnchored)
    return copy
  }
}
