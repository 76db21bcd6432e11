/// The text of JSON strings.
enum JSONString {
  /// A character of a string and the bytes it is written with.
  struct Unit: Equatable {
    /// U+FFFD for a lone surrogate.
    let scalar: Unicode.Scalar
    let raw: [UInt8]
  }

  /// The characters of a sound string literal.
  ///
  /// - Parameter literal: With its quotes.
  static func units(_ literal: ArraySlice<UInt8>) -> [Unit] {
    var units: [Unit] = []
    var rest = literal.dropFirst().dropLast()
    while let first = rest.first {
      let length = first == UInt8(ascii: "\\") ? escapeLength(rest) ?? 1 : sequenceLength(first)
      var raw = rest.prefix(length)
      var scalar = Unicode.Scalar(0xFFFD) ?? " "
      if first != UInt8(ascii: "\\") {
        scalar = String(decoding: raw, as: UTF8.self).unicodeScalars.first ?? scalar
      } else if let code = codeUnit(raw) {
        if let pair = pairedScalar(code, rest.dropFirst(length)) {
          raw = rest.prefix(length + 6)
          scalar = pair
        } else {
          scalar = Unicode.Scalar(code) ?? scalar
        }
      } else if let character = raw.dropFirst().first {
        scalar = Unicode.Scalar(plain[character] ?? character)
      }
      units.append(Unit(scalar: scalar, raw: Array(raw)))
      rest = rest.dropFirst(raw.count)
    }
    return units
  }

  static func decoded(_ literal: ArraySlice<UInt8>) -> String {
    // Most strings have no escapes.
    let inner = literal.dropFirst().dropLast()
    guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
    var text = String.UnicodeScalarView()
    for unit in units(literal) { text.append(unit.scalar) }
    return String(text)
  }

  /// The literal, with its quotes.
  static func encoded(_ text: String) -> [UInt8] {
    [UInt8(ascii: "\"")] + escaped(text) + [UInt8(ascii: "\"")]
  }

  /// The literal without its quotes; only what must be is escaped.
  static func escaped(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(scalar.value)]
      case "\n": bytes += Array(#"\n"#.utf8)
      case "\t": bytes += Array(#"\t"#.utf8)
      case "\r": bytes += Array(#"\r"#.utf8)
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        bytes += Array("\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8)
      default: bytes += Array(String(scalar).utf8)
      }
    }
    return bytes
  }

  /// How many bytes the escape at the beginning takes; nil when it is none.
  static func escapeLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let letter = bytes.dropFirst().first else { return nil }
    if letter == UInt8(ascii: "u") { return codeUnit(bytes) == nil ? nil : 6 }
    return plain[letter] == nil ? nil : 2
  }

  private static let plain: [UInt8: UInt8] = [
    0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
  ]

  /// The number of a `\uXXXX` at the beginning.
  private static func codeUnit(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return nil }
    let digits = bytes.dropFirst(2).prefix(4)
    guard digits.count == 4 else { return nil }
    var number: UInt32 = 0
    for digit in digits {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      number = number << 4 | UInt32(value)
    }
    return number
  }

  private static func pairedScalar(_ high: UInt32, _ next: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard (0xD800..<0xDC00).contains(high), let low = codeUnit(next), (0xDC00..<0xE000).contains(low) else {
      return nil
    }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private static func sequenceLength(_ first: UInt8) -> Int {
    switch first {
    case 0xF0...: 4
    case 0xE0...: 3
    case 0xC0...: 2
    default: 1
    }
  }
}
