/// Groups, classes and escapes.
extension LiteralReader {
  mutating func readGroup() throws(Doubt) -> LiteralPart {
    let outside = caseless
    at += 1
    var isAssertion = false
    if next == UInt8(ascii: "*") { throw Doubt() }
    if skip("?") {
      if skip("=") || skip("!") || skip("<=") || skip("<!") {
        isAssertion = true
      } else if skip("<") || skip("P<") {
        try skipName(until: ">")
      } else if skip("'") {
        try skipName(until: "'")
      } else if !(skip(":") || skip(">") || skip("|")) {
        // `(?i)` holds to the end of the group around it, `(?i:…)` to its own.
        guard try readFlags() else { return .nothing }
      }
    }
    let part = try readAlternatives()
    guard skip(")") else { throw Doubt() }
    caseless = outside
    return isAssertion ? .nothing : part
  }

  private mutating func skipName(until end: Unicode.Scalar) throws(Doubt) {
    guard let close = source[at...].firstIndex(of: UInt8(ascii: end)) else { throw Doubt() }
    at = close + 1
  }

  /// Reads the letters behind `(?`.
  ///
  /// Returns whether a group follows; else the flags were all.
  private mutating func readFlags() throws(Doubt) -> Bool {
    var turnOn = true
    while let byte = next {
      at += 1
      switch byte {
      case UInt8(ascii: "i"): caseless = turnOn
      case UInt8(ascii: "m"), UInt8(ascii: "s"), UInt8(ascii: "U"), UInt8(ascii: "J"): break
      case UInt8(ascii: "-"): turnOn = false
      case UInt8(ascii: ":"): return true
      case UInt8(ascii: ")"): return false
      default: throw Doubt()
      }
    }
    throw Doubt()
  }

  /// A class of a few characters is any of them; another could be anything.
  mutating func readClass() throws(Doubt) -> LiteralPart {
    at += 1
    var members: [LiteralPart] = []
    var isListed = !skip("^")
    var isFirst = true
    while let byte = next {
      switch byte {
      case UInt8(ascii: "]") where !isFirst:
        at += 1
        return isListed && members.count <= 8 ? .any(of: members) : .unknown
      case UInt8(ascii: "["):
        if skip("[:") {
          try skipPosixClass()
          isListed = false
        } else if skip("[.") || skip("[=") {
          throw Doubt()
        } else {
          at += 1
          members.append(literal([byte]))
        }
      case UInt8(ascii: "\\"):
        guard at + 1 < source.count else { throw Doubt() }
        let escaped = source[at + 1]
        switch escaped {
        case UInt8(ascii: "Q"), UInt8(ascii: "E"), UInt8(ascii: "c"), 0x80...: throw Doubt()
        case _ where Self.isAlphanumeric(escaped): isListed = false
        default: members.append(literal([escaped]))
        }
        at += 2
      case UInt8(ascii: "-"):
        isListed = false
        at += 1
      default:
        let start = at
        at += 1
        while let byte = next, byte & 0xC0 == 0x80 { at += 1 }
        members.append(literal(Array(source[start..<at])))
      }
      isFirst = false
    }
    throw Doubt()
  }

  /// Behind `[:` in a class.
  ///
  /// Only the usual shape; `[[:<:]]` is no class, and `[:` may be two characters.
  private mutating func skipPosixClass() throws(Doubt) {
    while let byte = next, (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "^") { at += 1 }
    guard skip(":]") else { throw Doubt() }
  }

  mutating func readEscape() throws(Doubt) -> LiteralPart {
    at += 1
    guard let byte = next else { throw Doubt() }
    at += 1
    switch byte {
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "Z"),
      UInt8(ascii: "G"), UInt8(ascii: "K"):
      return .nothing
    case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "s"),
      UInt8(ascii: "S"), UInt8(ascii: "v"), UInt8(ascii: "V"), UInt8(ascii: "w"), UInt8(ascii: "W"),
      UInt8(ascii: "R"), UInt8(ascii: "X"):
      return .unknown
    case UInt8(ascii: "N"):
      guard next != UInt8(ascii: "{") else { throw Doubt() }
      return .unknown
    case UInt8(ascii: "p"), UInt8(ascii: "P"):
      if next == UInt8(ascii: "{") {
        try skipName(until: "}")
      } else {
        at += 1
      }
      return .unknown
    case UInt8(ascii: "a"): return literal([0x07])
    case UInt8(ascii: "e"): return literal([0x1B])
    case UInt8(ascii: "f"): return literal([0x0C])
    case UInt8(ascii: "n"): return literal([0x0A])
    case UInt8(ascii: "r"): return literal([0x0D])
    case UInt8(ascii: "t"): return literal([0x09])
    case UInt8(ascii: "x"): return try readHexadecimal()
    case 0x80...: throw Doubt()
    case _ where Self.isAlphanumeric(byte): throw Doubt()
    default: return literal([byte])
    }
  }

  /// `\xhh` or `\x{h…}`; nothing shorter.
  private mutating func readHexadecimal() throws(Doubt) -> LiteralPart {
    let digits: ArraySlice<UInt8>
    if skip("{") {
      let start = at
      try skipName(until: "}")
      digits = source[start..<(at - 1)]
    } else {
      digits = source[at...].prefix(2)
      guard digits.count == 2 else { throw Doubt() }
      at += 2
    }
    guard digits.allSatisfy(Self.isAlphanumeric),
      let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(number)
    else { throw Doubt() }
    return literal(Array(String(scalar).utf8))
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
