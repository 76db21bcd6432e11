extension Intervention {
  /// Whether a prompt box, or a prompt in the transcript, shows a text: the same letters and digits in the same
  /// order. Boxes break lines, and transcripts take off the signs of Markdown. Of a long text it may be the end
  /// alone, since a box that is full shows its last rows.
  static func isShown(_ text: String, in box: String) -> Bool {
    let (typed, shown) = (letters(of: text), letters(of: box))
    return shown == typed || (shown.count >= shortestTail && typed.suffix(shown.count) == shown[...])
  }

  /// What is shorter may be the end of many texts.
  private static let shortestTail = 200

  private static func letters(of text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
  }
}
