/// A text as agents show it again: they break its lines anew, and a transcript takes off the signs of Markdown.
public struct SameWords: Sendable, Equatable {
  /// Letters and digits; of a text without any, all that is not a blank.
  private let letters: [Unicode.Scalar]
  /// All that is seen: a terminal may lose joiners, selectors and accents of their own.
  private let typed: [Unicode.Scalar]

  /// Fewer letters than that tell nothing of a beginning, and of an end.
  private static let least = 8
  /// What is shorter may be the end of many texts, and of one that arrived without its beginning; less is enough where
  /// the box shows that something stands above.
  public static let leastEnd = 200
  private static let leastMarkedEnd = 40
  /// By which boxes show it, at the beginning or the end of their first row.
  private static let mark: Unicode.Scalar = "↑"

  public init(_ text: String) { (letters, typed) = (Self.letters(of: text), Self.typed(in: text)) }

  public func isSame(as shown: String) -> Bool { Self.letters(of: shown) == letters }

  /// Whether a prompt box shows it and nothing else, not even a sign that somebody has put to it: whole, or its last
  /// rows where the box has no room for all.
  ///
  /// - Parameter least: Signs that an end must have.
  public func isTyped(in box: String, least: Int = SameWords.leastEnd) -> Bool {
    let shown = Self.typed(in: box)
    if shown == typed { return !typed.isEmpty }
    let end = shown.filter { $0 != Self.mark }
    return end.count >= (end.count < shown.count ? Self.leastMarkedEnd : least) && end.count < typed.count
      && typed.suffix(end.count) == end[...]
  }

  /// Whether a prompt box shows no more than its beginning.
  public func isCutOff(in box: String) -> Bool {
    let shown = Self.typed(in: box)
    return shown.count >= Self.least && shown.count < typed.count && typed.starts(with: shown)
  }

  /// Whether a prompt in the transcript is it, or so long an end of it that it can be no other.
  public func isShown(in prompt: String) -> Bool {
    let shown = Self.letters(of: prompt)
    return shown == letters
      || (shown.count >= Self.leastEnd && letters.suffix(shown.count) == shown[...])
  }

  /// Whether it stands in what is shown, among other words.
  public func isPart(of shown: String) -> Bool {
    let all = Self.letters(of: shown)
    guard !letters.isEmpty, all.count >= letters.count else { return false }
    return (0...(all.count - letters.count)).contains { all[$0...].starts(with: letters) }
  }

  /// Whether what is shown is its beginning; the end may be folded away.
  public func isBegun(by shown: String) -> Bool {
    let start = Self.letters(of: shown)
    guard start.count >= min(Self.least, letters.count), !start.isEmpty else { return false }
    return letters.starts(with: start)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  private static func typed(in text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .nonspacingMark, .enclosingMark, .spaceSeparator, .lineSeparator,
        .paragraphSeparator:
        false
      default: true
      }
    }
  }

  private static func letters(of text: String) -> [Unicode.Scalar] {
    let words = text.unicodeScalars.filter(isLetter)
    return words.isEmpty ? text.unicodeScalars.filter { !$0.properties.isWhitespace } : Array(words)
  }
}
