/// Durations as rule files spell them: `250ms`, `90s`, `5m`, `1h30m`, `2d`.
extension Duration {
  /// A rule that waits longer than this waits for nothing.
  static let longest = Duration.seconds(30 * 86_400)

  /// - Parameter spelled: Whole numbers, each with its unit, from the largest unit to the smallest.
  /// - Returns: Nil when it is not spelled so, is nothing, or is longer than 30 days.
  public init?(spelled: String) {
    var rest = Substring(spelled)
    var total = Duration.zero
    var smallest = Int64.max
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard digits.count <= 9, let number = Int64(digits),
        let size = Self.units.first(where: { $0.name == unit })?.milliseconds, size < smallest
      else { return nil }
      smallest = size
      total += .milliseconds(number * size)
      rest = rest.dropFirst(digits.count + unit.count)
    }
    guard total <= .longest, !spelled.isEmpty else { return nil }
    self = total
  }

  /// The shortest spelling, as a rule file would have it; what is below a millisecond is left out.
  public var spelled: String {
    var rest = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    guard rest > 0 else { return "0s" }
    var text = ""
    for unit in Self.units where rest >= unit.milliseconds {
      text += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    return text
  }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]
}

/// Whether the word may name a rule, a kind of fact, a list or a macro.
package func isIdentifier(_ word: String) -> Bool {
  !word.isEmpty && word.utf8.count <= 64
    && word.utf8.allSatisfy {
      ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
        || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
    }
}

/// What to write instead of an unknown word: the nearest known one, else all of them.
package func advice(for word: String, among known: [String]) -> String {
  if let near = nearest(to: word, among: known) { return "did you mean '\(near)'?" }
  return known.isEmpty ? "none is known here" : "known are: \(known.joined(separator: ", "))"
}
