/// What stands in an agent's prompt box; the cursor is always at the end.
public struct PromptBox: Sendable, Equatable {
  /// Characters that a box keeps; what exceeds them is dropped.
  public static let limit = 1 << 16

  public private(set) var text = ""

  public init(_ text: String = "") { insert(text) }

  public var isEmpty: Bool { text.isEmpty }

  /// Appends typed or pasted text: every kind of line end is a newline, a tab four spaces, and other control
  /// characters are dropped.
  public mutating func insert(_ new: String) {
    var room = Self.limit - text.count
    for character in new where room > 0 {
      switch character {
      case "\r\n", "\r", "\n": text.append("\n")
      case "\t": text.append("    ")
      default:
        guard character.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { continue }
        text.append(character)
      }
      room -= 1
    }
  }

  public mutating func erase() { if !text.isEmpty { text.removeLast() } }

  public mutating func clear() { text = "" }

  /// Removes the line that the cursor is in, as C-u does.
  public mutating func clearLine() {
    while let last = text.last, last != "\n" { text.removeLast() }
  }

  /// Removes the word before the cursor, as C-w does.
  public mutating func eraseWord() {
    while text.last == " " { text.removeLast() }
    while let last = text.last, last != " ", last != "\n" { text.removeLast() }
  }
}

/// Breaks text into rows of at most `width` columns, at spaces where there are some.
///
/// Trailing spaces of a row stay with it, so that joining the rows gives the text back.
func wrapped(_ text: String, width: Int) -> [String] {
  let width = max(1, width)
  var rows: [String] = []
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var row = ""
    var columns = 0
    var breakable: (row: String.Index, columns: Int)?
    for character in line {
      let wide = character.columns
      if columns + wide > width, character != " " {
        if let (at, used) = breakable {
          let rest = String(row[at...])
          rows.append(String(row[..<at]))
          (row, columns) = (rest, columns - used)
        } else {
          rows.append(row)
          (row, columns) = ("", 0)
        }
        breakable = nil
      }
      row.append(character)
      columns += wide
      if character == " " { breakable = (row.endIndex, columns) }
    }
    rows.append(row)
  }
  return rows
}
