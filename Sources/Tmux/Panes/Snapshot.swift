/// A pane's screen at one exact place of its output stream.
///
/// tmux answers in order on the connection that carries the output, and runs the questions behind a snapshot
/// as one step: all output before the answer is in the picture, all output after it is not.
public struct Snapshot: Hashable, Sendable {
  public var pane: PaneID
  public var columns: Int
  public var rows: Int
  public var cursorColumn: Int
  public var cursorRow: Int
  public var isAlternate: Bool
  public var modes: Int
  public var scrollTop: Int
  public var scrollBottom: Int
  public var wraps: Bool
  public var isOriginRelative: Bool
  public var isCursorVisible: Bool
  public var isDead: Bool
  public var process: Int32
  /// The visible rows from the top, UTF-8 as tmux holds it, trailing spaces as they were written.
  public var lines: [[UInt8]]
  /// Rows that continue in the next one because the terminal wrapped them.
  public var wrapped: Set<Int>
  /// The beginning of an escape sequence or character whose rest is the next output.
  public var pending: [UInt8]

  /// The rows with wrapped ones joined, as a reader would say lines.
  public var joinedLines: [[UInt8]] {
    var result: [[UInt8]] = []
    var open = false
    for (row, line) in lines.enumerated() {
      if open { result[result.count - 1] += line } else { result.append(line) }
      open = wrapped.contains(row)
    }
    return result
  }

  /// Bytes that bring a terminal of this size, whatever state it is in, to this screen: for a consumer's own
  /// screen, not for a person's terminal.
  ///
  /// Colours and tab stops are not part of it.
  public var painting: [UInt8] {
    var bytes = Array("\u{18}\u{1B}c".utf8)
    if isAlternate { bytes += Array("\u{1B}[?1049h".utf8) }
    bytes += Array("\u{1B}[2J\u{1B}[H".utf8)
    for (row, line) in lines.enumerated() {
      // After a wrapped row the terminal must wrap by itself, or it would not know that the rows belong together.
      if !wrapped.contains(row - 1) { bytes += Array("\u{1B}[\(row + 1)H".utf8) }
      bytes += line
    }
    bytes += Array("\u{1B}[\(scrollTop + 1);\(scrollBottom + 1)r".utf8)
    if !wraps { bytes += Array("\u{1B}[?7l".utf8) }
    let top = isOriginRelative ? scrollTop : 0
    if isOriginRelative { bytes += Array("\u{1B}[?6h".utf8) }
    bytes += Array("\u{1B}[\(max(0, cursorRow - top) + 1);\(min(cursorColumn, columns - 1) + 1)H".utf8)
    if !isCursorVisible { bytes += Array("\u{1B}[?25l".utf8) }
    return bytes + pending
  }
}
