/// ASCII bytes by name, and their classes.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let blank = UInt8(ascii: " ")
  static let slash = UInt8(ascii: "/")
  static let tilde = UInt8(ascii: "~")
  static let backslash = UInt8(ascii: "\\")
  static let single = UInt8(ascii: "'")
  static let double = UInt8(ascii: "\"")
  static let backquote = UInt8(ascii: "`")
  static let dollar = UInt8(ascii: "$")
  static let open = UInt8(ascii: "(")
  static let close = UInt8(ascii: ")")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let less = UInt8(ascii: "<")
  static let greater = UInt8(ascii: ">")
  static let ampersand = UInt8(ascii: "&")
  static let pipe = UInt8(ascii: "|")
  static let semicolon = UInt8(ascii: ";")
  static let hash = UInt8(ascii: "#")
  static let equals = UInt8(ascii: "=")
  static let plus = UInt8(ascii: "+")
  static let dash = UInt8(ascii: "-")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
  static let dot = UInt8(ascii: ".")
  static let bang = UInt8(ascii: "!")
  static let at = UInt8(ascii: "@")
  static let star = UInt8(ascii: "*")
  static let percent = UInt8(ascii: "%")

  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  @inline(__always) static func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == newline }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always) static func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte == 0x5F
  }

  @inline(__always) static func isName(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

  /// A byte that ends an unquoted word.
  @inline(__always) static func endsWord(_ byte: UInt8) -> Bool {
    byte < 64 ? wordEnds & (1 << UInt64(byte)) != 0 : byte == pipe
  }

  /// A byte that stands for itself in an unquoted word.
  @inline(__always) static func isPlain(_ byte: UInt8) -> Bool {
    if byte < 64 { return plainEnds & (1 << UInt64(byte)) == 0 }
    return byte != pipe && byte != backslash && byte != backquote && byte != openBrace
  }

  /// Tab, newline, carriage return, blank and `&();<>` as bits of the first 64 bytes.
  private static let wordEnds: UInt64 = 0x5800_0341_0000_2600
  /// Those and `"'$`.
  private static let plainEnds: UInt64 = 0x5800_03D5_0000_2600

  static func isName(_ text: some Sequence<UInt8>) -> Bool {
    var isFirst = true
    for byte in text {
      guard isFirst ? isNameStart(byte) : isName(byte) else { return false }
      isFirst = false
    }
    return !isFirst
  }
}
