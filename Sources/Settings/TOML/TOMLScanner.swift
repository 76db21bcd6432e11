/// Goes through TOML from one token to the next.
struct TOMLScanner {
  /// Deeper than this no value is followed.
  static let deepest = 128

  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func skipBlanks() {
    while byte == 0x20 || byte == 0x09 { at += 1 }
  }

  /// Over the rest of a line, which holds nothing but a comment, and its line break.
  mutating func endLine() throws(SettingsError) {
    skipBlanks()
    if byte == UInt8(ascii: "#") { skipComment() }
    if byte == UInt8(ascii: "\r"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\n") { at += 1 }
    guard byte == nil || byte == UInt8(ascii: "\n") else {
      throw error("something stands behind the end of the value; put it on a line of its own")
    }
    if byte != nil { at += 1 }
  }

  mutating func take(_ wanted: UInt8, _ noun: String) throws(SettingsError) {
    skipBlanks()
    guard byte == wanted else { throw error("\(noun) was expected here; write it") }
    at += 1
  }

  mutating func header() throws(SettingsError) -> (path: [String], isOfArray: Bool) {
    at += 1
    let isOfArray = byte == UInt8(ascii: "[")
    if isOfArray { at += 1 }
    let path = try key()
    try take(UInt8(ascii: "]"), "']'")
    if isOfArray { try take(UInt8(ascii: "]"), "']]'") }
    return (path, isOfArray)
  }

  /// A key, its parts without quotes.
  mutating func key() throws(SettingsError) -> [String] {
    var parts: [String] = []
    while true {
      skipBlanks()
      let start = at
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        try string()
        parts.append(Self.text(bytes[start..<at]))
      } else {
        while let byte, Self.isBare(byte) { at += 1 }
        guard at > start else { throw error("a key was expected here; write it, in quotes if it needs them") }
        parts.append(String(decoding: bytes[start..<at], as: UTF8.self))
      }
      skipBlanks()
      guard byte == UInt8(ascii: ".") else { return parts }
      at += 1
    }
  }

  /// Over a value; where it stands.
  mutating func value() throws(SettingsError) -> Range<Int> {
    let start = at
    var open: [(close: UInt8, at: Int)] = []
    repeat {
      if !open.isEmpty { skipSpaceAndComments() }
      switch byte {
      case nil: throw unclosed(open, start)
      case UInt8(ascii: "\""), UInt8(ascii: "'"): try string()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        guard open.count < Self.deepest else {
          throw error("this is nested deeper than \(Self.deepest) levels; make it flatter")
        }
        open.append((byte == UInt8(ascii: "[") ? UInt8(ascii: "]") : UInt8(ascii: "}"), at))
        at += 1
      case open.last?.close:
        open.removeLast()
        at += 1
      case UInt8(ascii: ","), UInt8(ascii: "="):
        guard !open.isEmpty else { throw error("a value was expected here; write it") }
        at += 1
      default:
        let token = at
        while let byte, !Self.isEnd(byte) { at += 1 }
        guard at > token else {
          throw open.isEmpty ? error("a value was expected here; write it") : unclosed(open, start)
        }
      }
    } while !open.isEmpty
    return start..<at
  }

  /// Over a string of any of the four kinds.
  mutating func string() throws(SettingsError) {
    let start = at
    guard let quote = byte else { return }
    let isLong = bytes[at...].starts(with: [quote, quote, quote])
    at += isLong ? 3 : 1
    while let byte {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        at = min(at + 2, bytes.count)
      } else if byte == quote, !isLong {
        at += 1
        return
      } else if byte == quote, bytes[at...].starts(with: [quote, quote, quote]) {
        at += 3
        // Up to two more quotes belong to the text.
        for _ in 0..<2 where self.byte == quote { at += 1 }
        return
      } else if byte == UInt8(ascii: "\n"), !isLong {
        break
      } else {
        at += 1
      }
    }
    throw SettingsError("this string has no end; close it", at: start, in: bytes)
  }

  mutating func skipSpaceAndComments() {
    while let byte {
      if isJSONSpace(byte) {
        at += 1
      } else if byte == UInt8(ascii: "#") {
        skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() {
    while let byte, byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "\r"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\n") { return }
      at += 1
    }
  }

  /// The text of a string; escapes other than of quotes and backslashes are left as they are.
  static func text(_ literal: ArraySlice<UInt8>) -> String {
    guard let quote = literal.first else { return "" }
    let length = literal.count >= 6 && literal.starts(with: [quote, quote, quote]) ? 3 : 1
    let inner = literal.dropFirst(length).dropLast(length)
    guard quote == UInt8(ascii: "\"") else { return String(decoding: inner, as: UTF8.self) }
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in inner {
      if isEscaped {
        if byte != quote, byte != UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    isJSONSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
      || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
      || byte == UInt8(ascii: "=")
  }

  private func error(_ message: String) -> SettingsError { SettingsError(message, at: at, in: bytes) }

  private func unclosed(_ open: [(close: UInt8, at: Int)], _ start: Int) -> SettingsError {
    guard let last = open.last else { return error("a value was expected here; write it") }
    let close = String(UnicodeScalar(last.close))
    return SettingsError("this is not closed; write '\(close)' at its end", at: last.at, in: bytes)
  }
}
