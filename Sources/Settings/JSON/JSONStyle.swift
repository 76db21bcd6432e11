/// A value that is about to be written.
indirect enum JSONValue: Sendable, Equatable {
  case string(String)
  case number(Int)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    default: false
    }
  }
}

/// How a JSON text is laid out, so that what is added looks like the rest.
struct JSONStyle: Sendable, Equatable {
  /// `\n` or `\r\n`.
  var newline: [UInt8] = Array("\n".utf8)
  /// What one level adds.
  var indent: [UInt8] = Array("  ".utf8)
  /// Between a key and its value.
  var colon: [UInt8] = Array(": ".utf8)
  /// Between two entries that stand on one line.
  var comma: [UInt8] = Array(", ".utf8)
  /// Whether entries stand on lines of their own.
  var isTall = true

  init() {}

  /// As the text's first members show it; the usual style where there are none.
  init(of text: JSONText) {
    let bytes = text.bytes
    if let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0, bytes[end - 1] == UInt8(ascii: "\r") {
      newline = Array("\r\n".utf8)
    }
    guard let first = text.root.members.first else { return }
    let between = Array(bytes[first.key.upperBound..<first.value.range.lowerBound])
    if between.count <= 4, !between.contains(UInt8(ascii: "\n")) { colon = between }
    if colon == Array(":".utf8) { comma = Array(",".utf8) }
    let lead = Self.space(before: first.key.lowerBound, in: bytes)
    if let line = lead.lastIndex(of: UInt8(ascii: "\n")) {
      if line + 1 < lead.endIndex { indent = Array(lead[(line + 1)...]) }
    } else {
      isTall = false
      if text.root.members.count > 1 {
        comma =
          [UInt8(ascii: ",")] + Self.space(before: text.root.members[1].key.lowerBound, in: bytes)
      }
    }
  }

  /// The white space that ends at `offset`.
  static func space(before offset: Int, in bytes: [UInt8]) -> ArraySlice<UInt8> {
    var start = offset
    while start > 0, isJSONSpace(bytes[start - 1]) { start -= 1 }
    return bytes[start..<offset]
  }

  /// The value as text.
  ///
  /// - Parameter margin: The indentation of the line on which it begins; nil to write it all on one line.
  func text(_ value: JSONValue, margin: [UInt8]?) -> [UInt8] {
    switch value {
    case .string(let text): JSONString.encoded(text)
    case .number(let number): Array(String(number).utf8)
    case .array(let elements):
      block("[", elements.map { element in { text(element, margin: $0) } }, "]", margin)
    case .object(let members):
      block("{", members.map { member in { text(member.name, member.value, margin: $0) } }, "}", margin)
    }
  }

  /// A member as text.
  func text(_ name: String, _ value: JSONValue, margin: [UInt8]?) -> [UInt8] {
    JSONString.encoded(name) + colon + text(value, margin: margin)
  }

  private func block(
    _ open: Unicode.Scalar, _ entries: [([UInt8]?) -> [UInt8]], _ close: Unicode.Scalar, _ margin: [UInt8]?
  ) -> [UInt8] {
    let (open, close) = (UInt8(ascii: open), UInt8(ascii: close))
    guard !entries.isEmpty else { return [open, close] }
    guard let margin else { return [open] + entries.map { $0(nil) }.joined(separator: comma) + [close] }
    let inner = margin + indent
    let separator = [UInt8(ascii: ",")] + newline + inner
    return [open] + newline + inner + entries.map { $0(inner) }.joined(separator: separator) + newline
      + margin + [close]
  }
}
