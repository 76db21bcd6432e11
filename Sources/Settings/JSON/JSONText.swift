/// A JSON text that was read with the place of everything in it, so that it can be edited and not written anew.
///
/// The grammar is RFC 8259 and nothing more; a byte order mark is let stand.
public struct JSONText: Sendable, Equatable {
  /// Deeper than this nothing is read; nobody writes that by hand.
  public static let deepest = 128

  public let bytes: [UInt8]
  public let root: JSONNode

  /// - Throws: The first place where the text is no JSON.
  public init(_ bytes: [UInt8]) throws(SettingsError) {
    try checkText(bytes)
    var parser = JSONParser(bytes: bytes)
    root = try parser.document()
    self.bytes = bytes
  }

  /// The scalars of a string node; a lone surrogate is U+FFFD.
  func string(_ node: JSONNode) -> String? {
    node.kind == .string ? JSONString.decoded(bytes[node.range]) : nil
  }

  func error(_ message: String, at node: JSONNode) -> SettingsError {
    SettingsError(message, at: node.range.lowerBound, in: bytes)
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var at = 0
  var depth = 0

  mutating func document() throws(SettingsError) -> JSONNode {
    if bytes.starts(with: byteOrderMark) { at = byteOrderMark.count }
    skipSpace()
    let root = try value()
    skipSpace()
    guard at == bytes.count else { throw unexpected("the end of the file") }
    return root
  }

  private mutating func value() throws(SettingsError) -> JSONNode {
    let start = at
    guard let byte else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"):
      let members = try list(closing: UInt8(ascii: "}")) { (parser) throws(SettingsError) in
        try parser.member()
      }
      return JSONNode(kind: .object(members), range: start..<at)
    case UInt8(ascii: "["):
      let elements = try list(closing: UInt8(ascii: "]")) { (parser) throws(SettingsError) in
        try parser.value()
      }
      return JSONNode(kind: .array(elements), range: start..<at)
    case UInt8(ascii: "\""):
      try string()
      return JSONNode(kind: .string, range: start..<at)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number()
      return JSONNode(kind: .number, range: start..<at)
    default:
      for word in ["true", "false", "null"] where bytes[at...].starts(with: word.utf8) {
        at += word.utf8.count
        return JSONNode(kind: .word, range: start..<at)
      }
      throw unexpected("a value")
    }
  }

  private mutating func list<Item>(
    closing: UInt8, _ item: (inout Self) throws(SettingsError) -> Item
  ) throws(SettingsError) -> [Item] {
    guard depth < JSONText.deepest else {
      throw error("this is nested deeper than \(JSONText.deepest) levels; make it flatter")
    }
    depth += 1
    defer { depth -= 1 }
    at += 1
    var items: [Item] = []
    skipSpace()
    if byte == closing {
      at += 1
      return items
    }
    while true {
      items.append(try item(&self))
      skipSpace()
      let isEnd = byte == closing
      let end = String(UnicodeScalar(closing))
      guard isEnd || byte == UInt8(ascii: ",") else { throw unexpected("',' or '\(end)'") }
      at += 1
      if isEnd { return items }
      skipSpace()
      if byte == closing {
        throw error("a comma stands before '\(end)'; JSON has none behind the last entry, take it out")
      }
    }
  }

  private mutating func member() throws(SettingsError) -> JSONMember {
    let start = at
    guard byte == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
    try string()
    let key = start..<at
    skipSpace()
    guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
    at += 1
    skipSpace()
    return JSONMember(name: JSONString.decoded(bytes[key]), key: key, value: try value())
  }

  private mutating func string() throws(SettingsError) {
    let start = at
    at += 1
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return
      case UInt8(ascii: "\\"):
        guard let length = JSONString.escapeLength(bytes[at...]) else {
          throw error(#"this is no escape of JSON; write a backslash as \\"#)
        }
        at += length
      case 0..<0x20:
        throw error(#"a control character stands in a string; write it as an escape, such as \n"#)
      default: at += 1
      }
    }
    throw SettingsError("this string has no end; close it with a double quote", at: start, in: bytes)
  }

  private mutating func number() throws(SettingsError) {
    let start = at
    if byte == UInt8(ascii: "-") { at += 1 }
    let isZero = byte == UInt8(ascii: "0")
    let whole = digits()
    var isSound = whole > 0 && !(isZero && whole > 1)
    if byte == UInt8(ascii: ".") {
      at += 1
      isSound = digits() > 0 && isSound
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      isSound = digits() > 0 && isSound
    }
    guard isSound else {
      throw SettingsError(
        "this is no number of JSON; write it like 10, -1.5 or 2e3", at: start, in: bytes)
    }
  }

  private mutating func digits() -> Int {
    let start = at
    while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
    return at - start
  }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte, isJSONSpace(byte) { at += 1 }
  }

  private func error(_ message: String) -> SettingsError { SettingsError(message, at: at, in: bytes) }

  private func unexpected(_ wanted: String) -> SettingsError {
    guard let byte else { return error("the file ends here, and \(wanted) was expected; is it cut off?") }
    if byte == UInt8(ascii: "/") {
      return error("JSON has no comments; take this one out")
    }
    if byte == UInt8(ascii: "'") { return error("JSON's strings stand in double quotes; write \" for '") }
    let scalar = String(decoding: bytes[at...].prefix(4), as: UTF8.self).unicodeScalars.first ?? " "
    let shown = scalar.value < 0x20 || scalar.value == 0x7F ? "a control character" : "'\(scalar)'"
    return error("\(shown) stands where \(wanted) was expected; write that")
  }
}

func isJSONSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}
