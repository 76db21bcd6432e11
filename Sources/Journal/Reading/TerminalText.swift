/// Foreign text for a terminal: made harmless, measured and cut.
public enum TerminalText {
  /// The text with control characters as their pictures and other steering characters by number, cut to so many
  /// UTF-8 bytes (at least 3).
  public static func legible(_ text: String, bytes: Int) -> String {
    Journal.legible(text, bytes: bytes)
  }

  /// Columns that a terminal gives it.
  public static func columns(_ text: String) -> Int { text.columns }

  /// The text in no more than so many columns; what is cut is told by `…`.
  public static func cut(_ text: String, to width: Int) -> String { text.cut(to: width) }

  /// The same with its end kept, as of a path.
  public static func cutStart(of text: String, to width: Int) -> String {
    String(String(text.reversed()).cut(to: width).reversed())
  }

  /// The text in exactly so many columns: cut, or filled with blanks.
  public static func fitted(_ text: String, to width: Int) -> String {
    let shown = text.cut(to: width)
    return shown + String(repeating: " ", count: max(0, width - shown.columns))
  }
}
