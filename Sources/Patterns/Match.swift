/// Where a pattern matched: byte offsets into the text that was searched.
public struct Match: Sendable {
  /// The pattern that matched.
  public let pattern: Pattern
  private let ranges: [Range<Int>?]

  init(of pattern: Pattern, ranges: [Range<Int>?]) {
    self.pattern = pattern
    self.ranges = ranges
  }

  /// The whole match.
  public var range: Range<Int> { ranges[0] ?? 0..<0 }

  /// The range of a numbered group; group 0 is the whole match.
  ///
  /// Nil when the group took no part in the match or the pattern has no such group.
  public func range(ofGroup group: Int) -> Range<Int>? {
    ranges.indices.contains(group) ? ranges[group] : nil
  }

  /// The range of the group of that name; of several, the first that took part in the match.
  public func range(named name: String) -> Range<Int>? {
    for (index, candidate) in pattern.captureNames.enumerated() where candidate == name {
      if let range = range(ofGroup: pattern.namedGroups[index]) { return range }
    }
    return nil
  }

  /// The text of the named group in the text that was searched; nil where `range(named:)` is nil or does not
  /// lie in this text.
  public func text(named name: String, in text: String) -> Substring? {
    range(named: name).flatMap { Self.cut($0, from: text) }
  }

  /// The text of the whole match in the text that was searched; nil if the range does not lie in this text.
  public func text(in text: String) -> Substring? {
    Self.cut(range, from: text)
  }

  private static func cut(_ range: Range<Int>, from text: String) -> Substring? {
    let utf8 = text.utf8
    guard range.upperBound <= utf8.count else { return nil }
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    return text[start..<utf8.index(start, offsetBy: range.count)]
  }
}
