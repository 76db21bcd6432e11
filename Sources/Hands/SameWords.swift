/// A text by its letters and digits alone: agents break lines, and take off the signs of Markdown, where they show
/// it again.
public struct SameWords: Sendable, Equatable {
  private let letters: [Unicode.Scalar]

  /// Fewer letters than that tell nothing of a beginning, and of an end.
  private static let least = 8
  private static let leastEnd = 40

  public init(_ text: String) { letters = Self.letters(of: text) }

  public func isSame(as shown: String) -> Bool { Self.letters(of: shown) == letters }

  /// Whether a prompt box shows it: whole, or its last rows where the box has no room for all.
  public func isTyped(in box: String) -> Bool {
    let shown = Self.letters(of: box)
    return shown == letters
      || (shown.count >= Self.leastEnd && letters.reversed().starts(with: shown.reversed()))
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

  /// A text without a letter is compared by all that is not a blank.
  private static func letters(of text: String) -> [Unicode.Scalar] {
    let words = text.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
    return words.isEmpty ? text.unicodeScalars.filter { !$0.properties.isWhitespace } : Array(words)
  }
}
