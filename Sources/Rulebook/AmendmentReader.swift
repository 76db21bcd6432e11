import Yams

/// What a file says about the rules of other files: `except`, `severity`, `raise`, `disable`.
extension RuleFileReader {
  mutating func readAmendments(_ top: [String: Node]) {
    if layer == .project {
      refuse(
        top["except"], "a project cannot except anything from a rule; ask the user to, in their own rules")
      refuse(
        top["severity"], "a project cannot set a severity; write 'raise:', which only makes it graver")
      refuse(
        top["disable"], "a project cannot disable a rule; ask the user to, in their own rules")
    } else {
      if let node = top["except"] { readExceptions(node) }
      if let node = top["severity"] { amendments.severity = readSeverities(node, "'severity'") }
      if let node = top["disable"] {
        amendments.disable = file.texts(node, of: "'disable'").map {
          Amendments.Entry(rule: $0.text, content: (), place: place($0.node))
        }
      }
    }
    if let node = top["raise"] { amendments.raise = readSeverities(node, "'raise'") }
  }

  private mutating func refuse(_ node: Node?, _ message: String) {
    if let node { file.report(node, message) }
  }

  private mutating func readExceptions(_ node: Node) {
    for (id, key, value) in entries(node, "'except' outside a rule", "rule-id: [pattern, pattern]") {
      for item in value.sequence.map({ Array($0) }) ?? [value] {
        guard let pattern = pattern(item, of: "'except' of rule '\(id)'") else { continue }
        // The place is the id's: that is what other files may not know.
        amendments.except.append(.init(rule: id, content: Exemption(pattern: pattern), place: place(key)))
      }
    }
  }

  private mutating func readSeverities(_ node: Node, _ what: String) -> [Amendments.Entry<Severity>] {
    var result: [Amendments.Entry<Severity>] = []
    for (id, key, value) in entries(node, "\(what) outside a rule", "rule-id: critical") {
      guard let severity = word(value, "\(what) of rule '\(id)'", "severity", Severity.self) else { continue }
      result.append(.init(rule: id, content: severity, place: place(key)))
    }
    return result
  }

  private mutating func entries(
    _ node: Node, _ what: String, _ form: String
  ) -> [(id: String, key: Node, value: Node)] {
    guard let mapping = node.mapping else {
      file.report(node, "\(what) is written as '\(form)' lines")
      return []
    }
    return mapping.compactMap { key, value in
      key.scalar.map { (cleaned($0.string, limit: 64), key, value) }
    }
  }
}
