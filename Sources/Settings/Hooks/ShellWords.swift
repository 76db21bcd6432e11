/// The first simple command of a shell line, as far as it can be told without running it.
struct ShellWords: Sendable, Equatable {
  struct Word: Sendable, Equatable {
    /// Without its quotes.
    let text: String
    /// In scalars of the line, with its quotes.
    let range: Range<Int>
  }

  /// Up to the first thing that is no plain word: an operator, an expansion, a comment.
  private(set) var words: [Word] = []

  init(_ line: [Unicode.Scalar]) {
    var at = 0
    while true {
      while at < line.count, line[at] == " " || line[at] == "\t" { at += 1 }
      guard at < line.count, line[at] != "#", let word = Self.word(line, from: at) else { return }
      words.append(word)
      at = word.range.upperBound
    }
  }

  init(_ line: String) {
    self.init(Array(line.unicodeScalars))
  }

  private static func word(_ line: [Unicode.Scalar], from start: Int) -> Word? {
    var text = String.UnicodeScalarView()
    var at = start
    var quote: Unicode.Scalar?
    while at < line.count {
      let scalar = line[at]
      at += 1
      switch (scalar, quote) {
      case ("'", nil), ("\"", nil): quote = scalar
      case (_, scalar): quote = nil
      case (_, "'"): text.append(scalar)
      case ("\\", nil):
        guard at < line.count else { return nil }
        text.append(line[at])
        at += 1
      case ("\\", _):
        let escaped = at < line.count && "$`\"\\".unicodeScalars.contains(line[at])
        text.append(escaped ? line[at] : scalar)
        if escaped { at += 1 }
      case ("$", _), ("`", _): return nil
      case (_, nil) where scalar == " " || scalar == "\t":
        return Word(text: String(text), range: start..<at - 1)
      case (_, nil) where ";&|<>()\n\r*?[{~".unicodeScalars.contains(scalar):
        return nil
      default: text.append(scalar)
      }
    }
    return quote == nil ? Word(text: String(text), range: start..<at) : nil
  }

  /// A word as a shell reads it back; quoted only when it has to be.
  static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy { plain.contains($0) }
    guard !isPlain else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }

  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+@%:,".unicodeScalars)
}
