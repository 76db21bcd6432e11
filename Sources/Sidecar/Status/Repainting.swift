/// Repaints some lines of a terminal in place: only what changed is written, and the cursor is left below.
///
/// Pure: told what is to stand there, it gives the bytes.
public struct Repainting: Sendable {
  private var shown: [String] = []
  private var width = 0

  /// Hides the cursor, and shows it again; to be written first and last.
  public static let begin = "\u{1B}[?25l"
  public static let end = "\u{1B}[?25h"

  public init() {}

  /// - Parameters:
  ///   - lines: Without line breaks, no wider than the terminal.
  ///   - width: The terminal's columns; when they have changed, everything is painted anew.
  ///   - height: Its rows: what does not fit is left out, and said.
  public mutating func paint(_ lines: [String], width: Int, height: Int) -> String {
    var lines = lines
    let room = max(2, height - 1)
    if lines.count > room { lines = lines.prefix(room - 1) + ["… \(lines.count - room + 1) more lines"] }
    defer { (shown, self.width) = (lines, width) }
    if width != self.width {
      // A terminal that became narrower has broken the old lines: how many rows they take is not known.
      let clear = self.width == 0 ? "" : "\u{1B}[H\u{1B}[2J"
      return clear + lines.map { $0 + "\r\n" }.joined()
    }
    guard lines != shown else { return "" }
    var text = shown.isEmpty ? "" : "\u{1B}[\(shown.count)A"
    for (index, line) in lines.enumerated() {
      let isSame = index < shown.count && shown[index] == line
      text += isSame ? "\r\n" : "\r\(line)\u{1B}[K\r\n"
    }
    // Begun and ended at once, where the terminal knows how.
    return "\u{1B}[?2026h" + text + (lines.count < shown.count ? "\u{1B}[J" : "") + "\u{1B}[?2026l"
  }
}
