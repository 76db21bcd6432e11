extension Alert {
  /// What one line of the log may hold. What is longer is cut and ends in `…`.
  public enum Bounds {
    /// UTF-8 bytes of one text.
    public static let text = 4096
    /// UTF-8 bytes of a name: an id, a rule, an action, an outcome.
    public static let name = 256
    /// Lines of evidence, and their UTF-8 bytes together.
    public static let evidenceLines = 40
    public static let evidence = 16384
    public static let actions = 32
    /// UTF-8 bytes of an action's result.
    public static let result = 512
    /// Bytes of a whole line: more than all of the above, escaped.
    public static let line = 262_144
  }

  /// The alert as it may be written and shown: every text bounded and free of characters that steer a
  /// terminal. What cannot be shown is made visible, not dropped.
  public func legible() -> Alert {
    var alert = self
    func name(_ text: String) -> String { Journal.legible(text, bytes: Bounds.name) }
    func text(_ text: String) -> String { Journal.legible(text, bytes: Bounds.text) }
    alert.id = name(id)
    alert.story = story.map(name)
    alert.rule = name(rule)
    alert.agent = Agent(
      name: name(agent.name), pane: agent.pane.map(name), session: agent.session.map(name),
      cwd: agent.cwd.map(text))
    alert.source.rawValue = name(source.rawValue)
    alert.text = text(self.text)
    alert.why = why.map(text)
    alert.instead = instead.map(text)
    alert.evidence = Self.bounded(evidence)
    alert.actions = actions.prefix(Bounds.actions).map { deed in
      // JSON has no infinity; and nobody measures nanoseconds here.
      let ms = deed.ms.flatMap { $0.isFinite && abs($0) < 1e12 ? ($0 * 1000).rounded() / 1000 : nil }
      return Deed(
        name(deed.action), result: Journal.legible(deed.result, bytes: Bounds.result), ms: ms)
    }
    alert.outcome.rawValue = name(outcome.rawValue)
    return alert
  }

  private static func bounded(_ evidence: [String]) -> [String] {
    var lines: [String] = []
    var left = Bounds.evidence
    for line in evidence {
      guard lines.count < Bounds.evidenceLines, left >= 16 else {
        lines.append("…")
        break
      }
      let kept = Journal.legible(line, bytes: min(Bounds.text, left))
      left -= kept.utf8.count
      lines.append(kept)
    }
    return lines
  }
}

/// The text with control characters as their pictures (`␛`, `␊`), other steering characters by number
/// (`<U+202E>`), cut to so many UTF-8 bytes, `…` included.
func legible(_ text: String, bytes limit: Int) -> String {
  precondition(limit >= 3, "a limit below the ellipsis' own three bytes leaves nothing to write")
  if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
  var result = String.UnicodeScalarView()
  var count = 0
  // Where the text has to end if it turns out to be too long, to leave room for the ellipsis.
  var end = result.endIndex
  var before: Unicode.Scalar = " "
  for scalar in text.unicodeScalars {
    let shown = isJoiner(scalar) && !joins(before) ? number(of: scalar) : picture(of: scalar)
    before = scalar
    let size = shown?.utf8.count ?? UTF8.width(scalar)
    if count + size > limit {
      result.removeSubrange(end...)
      result.append("…")
      break
    }
    if let shown { result.append(contentsOf: shown.unicodeScalars) } else { result.append(scalar) }
    count += size
    if count <= limit - 3 { end = result.endIndex }
  }
  return String(result)
}

/// Two letters or pictures are written as one across it, as in many scripts and in emoji; elsewhere it hides.
private func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200C}" || scalar == "\u{200D}" }

private func joins(_ before: Unicode.Scalar) -> Bool { before.value >= 0x0300 && !isJoiner(before) }

private func number(of scalar: Unicode.Scalar) -> String {
  "<U+" + String(scalar.value, radix: 16, uppercase: true).leftPadded(to: 4) + ">"
}

private func picture(of scalar: Unicode.Scalar) -> String? {
  switch scalar.value {
  case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { String($0) }
  case 0x7F: "␡"
  case 0x80..<0xA0,  // C1: some terminals take them for escape sequences
    0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069,  // they turn the reading order around
    0x2028, 0x2029,  // line and paragraph separators
    0x00AD, 0x034F, 0x180E, 0x200B, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,  // invisible
    0x115F, 0x1160, 0x3164, 0xFFA0,  // fillers: letters that show nothing
    0xFE00...0xFE0D, 0xE0000...0xE0FFF:  // tags and selectors: invisible text
    number(of: scalar)
  default: nil
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: "0", count: max(0, width - count)) + self
  }
}
