/// Text with `{field}` places that are filled from a fact, as in `why: "{program} changes the cluster"`.
///
/// Values are cleaned of control characters and cut to 200 characters, since they come from a pane and
/// may be typed into another. An unknown field leaves its place empty; `{{` is a literal brace.
public struct Template: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    case text(String)
    case field(String)
  }

  let pieces: [Piece]
  public let source: String

  public init(_ source: String) {
    self.source = source
    var pieces: [Piece] = []
    var text = ""
    var rest = Substring(source)
    while let brace = rest.firstIndex(of: "{") {
      text += rest[..<brace]
      let after = rest.index(after: brace)
      if after < rest.endIndex, rest[after] == "{" {
        text.append("{")
        rest = rest[rest.index(after: after)...]
      } else if let close = rest[after...].firstIndex(of: "}"),
        Self.isFieldName(rest[after..<close])
      {
        if !text.isEmpty { pieces.append(.text(text)) }
        text = ""
        pieces.append(.field(String(rest[after..<close])))
        rest = rest[rest.index(after: close)...]
      } else {
        text.append("{")
        rest = rest[after...]
      }
    }
    text += rest
    if !text.isEmpty { pieces.append(.text(text)) }
    self.pieces = pieces
  }

  /// The names of all places, in order.
  public var fields: [String] {
    pieces.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }

  /// - Parameter limit: How many characters each value may have.
  public func filled(from fields: [String: Value], limit: Int = 200) -> String {
    pieces.reduce(into: "") { result, piece in
      switch piece {
      case .text(let text): result += text
      case .field(let name): result += cleaned(fields[name]?.text ?? "", limit: limit)
      }
    }
  }

  private static func isFieldName(_ name: Substring) -> Bool {
    !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

/// The text without control characters (C0, C1, DEL, bidirectional overrides, line separators) and without what
/// nobody sees and a model reads all the same (tags, zero-width blanks), each run of them one space, cut to `limit`
/// characters with an ellipsis.
public func cleaned(_ text: String, limit: Int) -> String {
  var result = String.UnicodeScalarView()
  var gap = false
  var count = 0
  for scalar in text.unicodeScalars {
    if isHostile(scalar) {
      gap = true
      continue
    }
    if count >= limit {
      result.append("…")
      break
    }
    if gap, !result.isEmpty { result.append(" ") }
    gap = false
    result.append(scalar)
    count += 1
  }
  return String(result)
}

private func isHostile(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2028, 0x2029, 0x2066...0x2069:
    true
  case 0x00AD, 0x200B, 0x2060...0x2064, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
  default: false
  }
}
