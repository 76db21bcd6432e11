extension Template {
  /// The text as it is typed to an agent: what comes from a pane gives the agent no command.
  ///
  /// The rule's own words stay as they are, so that a rule may begin with `/compact`. A value mentions no file, and one
  /// that would be the first word and is a sign that agents obey is put behind a name.
  public func typed(from fields: [String: Value], limit: Int = 200) -> String {
    pieces.reduce(into: "") { result, piece in
      switch piece {
      case .text(let text): result += text
      case .field(let name):
        let value = unmentioned(cleaned(fields[name]?.text ?? "", limit: limit))
        if result.allSatisfy(\.isWhitespace), isObeyed(value) { result = "Outrider: " }
        result += value
      }
    }
  }

  /// A shell, a command of the agent's, a note to its memory, a skill.
  private func isObeyed(_ text: String) -> Bool {
    text.first { !$0.isWhitespace }.map { "!/#@$&?".contains($0) } ?? false
  }
}

/// The text without what an agent's prompt box takes for a mention of a file: `@` at the beginning of a word.
public func unmentioned(_ text: String) -> String {
  var result = ""
  var last: Character = " "
  for character in text {
    if character == "@", !(last.isLetter || last.isNumber || last == "/") {
      result += "(at)"
    } else {
      result.append(character)
    }
    last = character
  }
  return result
}
