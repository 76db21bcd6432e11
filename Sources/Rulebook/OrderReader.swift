import Yams

/// A rule's `do`: one step, or a ladder of steps.
extension RuleFileReader {
  mutating func readSteps(_ node: Node, _ what: String) -> [[Order]] {
    guard let sequence = node.sequence, sequence.contains(where: { $0.sequence != nil }) else {
      return [readStep(node, what)]
    }
    var steps: [[Order]] = []
    for item in sequence {
      guard item.sequence != nil else {
        file.report(
          item, "\(what): 'do' is either a list of actions or a list of steps, as in [[prompt], [escalate]]")
        continue
      }
      steps.append(readStep(item, what))
    }
    return steps
  }

  private mutating func readStep(_ node: Node, _ what: String) -> [Order] {
    (node.sequence.map { Array($0) } ?? [node]).compactMap { readOrder($0, what) }
  }

  private mutating func readOrder(_ node: Node, _ what: String) -> Order? {
    if let mapping = node.mapping {
      guard mapping.count == 1, let (key, value) = mapping.first else {
        file.report(
          node, "\(what): an action with particulars has one name, as in {restart: {handoff: true}}")
        return nil
      }
      guard let action = word(key, what, "action", Action.self) else { return nil }
      return details(of: action, value, "\(what): '\(action.rawValue)'").map { Order(action, $0) }
    }
    guard let action = word(node, what, "action", Action.self) else { return nil }
    if action == .run {
      file.report(node, "\(what): 'run' needs a program; write {run: PROGRAM}")
      return nil
    }
    return Order(action)
  }

  private mutating func details(of action: Action, _ node: Node, _ what: String) -> Order.Details? {
    switch action {
    case .hold:
      let fields = file.fields(node, of: what, known: RuleGrammar.hold)
      let before = file.errors.count
      let length = fields["for"].flatMap { duration($0, "\(what): 'for'") }
      let then = fields["then"].flatMap { word($0, what, "then", Order.Release.self) }
      return file.errors.count == before ? .hold(for: length, then: then ?? .kill) : nil
    case .restart:
      let fields = file.fields(node, of: what, known: RuleGrammar.restart)
      let before = file.errors.count
      let usual = Order.Restart()
      let handoff = fields["handoff"]?.scalar?.string ?? (fields["handoff"] == nil ? "true" : "")
      if !["true", "false"].contains(handoff) {
        file.report(fields["handoff"], "\(what): 'handoff' is true or false")
      }
      func length(_ key: String, _ usual: Duration) -> Duration {
        fields[key].flatMap { duration($0, "\(what): '\(key)'") } ?? usual
      }
      let restart = Order.Restart(
        handoff: handoff == "true", turn: length("turn", usual.turn), within: length("within", usual.within),
        cooldown: length("cooldown", usual.cooldown), grace: length("grace", usual.grace))
      return file.errors.count == before ? .restart(restart) : nil
    case .run:
      if layer == .project {
        file.report(node, "\(what): a project cannot run programs; ask the user to, in their own rules")
        return nil
      }
      return file.text(node, of: what).map { .run(program: $0) }
    case .queue:
      return file.text(node, of: what).map { .queue(text: $0) }
    case .deny, .interrupt, .prompt, .escalate:
      file.report(node, "\(what) has no particulars; write '\(action.rawValue)' alone")
      return nil
    }
  }
}
