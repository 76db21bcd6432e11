import Patterns

/// Advice that the rules themselves would refuse: an agent that obeys it would be stopped for it.
struct LintAdvice {
  private let book: Rulebook
  /// First words by which a command is known in running text.
  private let programs: Set<String>

  init(_ book: Rulebook) {
    self.book = book
    var programs: Set<String> = []
    for rule in book.rules where rule.on == .command {
      for fact in rule.fires.flatMap({ book.facts(of: $0, of: rule) }) {
        if case .string(let name)? = fact.fields["program"] { programs.insert(name) }
      }
    }
    self.programs = programs
  }

  func findings(of rule: Rule) -> [LintFinding] {
    let advice = [("instead", rule.instead), ("prompt", rule.prompt)].flatMap { key, template in
      commands(in: template?.source ?? "").map { (key, $0) }
    }
    return advice.compactMap { key, command in
      guard let refusing = refusal(of: command) else { return nil }
      return LintFinding(
        check: .advice, rule: rule.id, origin: rule.origin, near: command,
        message: "'\(key)' advises \"\(cleaned(command, limit: 80))\", which rule '\(refusing.id)' refuses; "
          + "advise what is allowed")
    }
  }

  private func refusal(of command: String) -> Rule? {
    let judge = Judge(book)
    let fact = Fact(
      time: .zero, agent: "advice", kind: .command, text: command,
      fields: ["phase": .string(Fact.Phase.asked.rawValue)], source: .hook)
    var reader = CommandReader(programs: book.programs)
    return reader.read(fact).lazy.flatMap { judge.judge($0) }.first?.rule
  }

  /// What stands between backquotes, and what begins with the name of a program and goes on to the end of
  /// the clause.
  func commands(in text: String) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    var found: [String] = []
    for (index, part) in parts.enumerated() {
      if index % 2 == 1 {
        found.append(String(part))
      } else {
        found += clauses(of: part)
      }
    }
    return found
  }

  private func clauses(of text: Substring) -> [String] {
    var found: [String] = []
    var current: [Substring] = []
    func finish() {
      if current.count > 1 { found.append(current.joined(separator: " ")) }
      current = []
    }
    for word in text.split(whereSeparator: \.isWhitespace) {
      let bare = word.trimmingSuffix { ",.;:!?)".contains($0) }
      if current.isEmpty {
        if programs.contains(String(bare)), bare == word { current = [bare] }
      } else if Self.joints.contains(String(bare)) {
        finish()
      } else {
        current.append(bare)
      }
      if bare != word { finish() }
    }
    finish()
    return found
  }

  /// Words that end a command in running text.
  private static let joints: Set<String> = [
    "and", "or", "then", "so", "to", "with", "on", "in", "from", "by", "first", "instead", "when", "which",
  ]
}

extension Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }
}
