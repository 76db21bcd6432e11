import Yams

/// The keys of a rule that look at more than one fact.
extension RuleFileReader {
  mutating func readWindows(
    _ fields: [String: Node], on: Fact.Kind?, when: Condition?, _ what: String
  ) -> Windows {
    var windows = Windows()
    let kinds = ["count", "for", "stalled", "expect"].filter { fields[$0] != nil }
    if kinds.count > 1, let second = fields[kinds[1]] {
      file.report(
        second,
        "\(what): '\(kinds[0])' and '\(kinds[1])' do not go together; 'emit' a fact and let a second rule listen"
      )
    }
    windows.cooldown = fields["cooldown"].flatMap { duration($0, "\(what): 'cooldown'") }
    windows.held = fields["for"].flatMap { duration($0, "\(what): 'for'") }
    windows.count = fields["count"].flatMap { readCount($0, when, "\(what): 'count'") }
    windows.stall = fields["stalled"].flatMap { readStall($0, "\(what): 'stalled'") }
    windows.cap = fields["cap"].flatMap { readCap($0, "\(what): 'cap'") }
    if let node = fields["ladder"] {
      let ladder = file.fields(node, of: "\(what): 'ladder'", known: RuleGrammar.ladder)
      windows.ladderReset = ladder["reset"].flatMap { duration($0, "\(what): 'reset'") }
    }
    if let node = fields["for"] ?? fields["stalled"], on.map({ ![.state, .status].contains($0) }) ?? false {
      file.report(node, "\(what): '\(kinds[0])' needs 'on: state' or 'on: status'; other facts do not last")
    } else if let node = fields["for"] ?? fields["stalled"], fields["when"] == nil {
      file.report(node, "\(what): '\(kinds[0])' needs a 'when' that lasts, as in 'when: state == working'")
    }
    readExpectation(fields, into: &windows, what)
    return windows
  }

  private mutating func readExpectation(
    _ fields: [String: Node], into windows: inout Windows, _ what: String
  ) {
    guard let node = fields["expect"] else {
      for key in ["within", "unless", "by"] {
        guard let node = fields[key] else { continue }
        file.report(
          node,
          "\(what): '\(key)' belongs to 'expect'"
            + (key == "unless" ? "" : "; for a number of facts write it inside 'count: {at: 3, …}'"))
      }
      return
    }
    let kinds = kinds(node, "\(what): 'expect'")
    guard let limit = fields["within"] else {
      file.report(node, "\(what): 'expect' needs 'within', as in 'within: 20m'")
      return
    }
    guard let within = duration(limit, "\(what): 'within'") else { return }
    windows.expectation = Windows.Expectation(
      kinds: kinds, within: within, unless: self.kinds(fields["unless"], "\(what): 'unless'"),
      by: names(fields["by"], "\(what): 'by'").filter { $0 != "agent" })
  }

  private mutating func readCount(_ node: Node, _ when: Condition?, _ what: String) -> Windows.Count? {
    let before = file.errors.count
    let fields = file.fields(node, of: what, known: RuleGrammar.count)
    guard file.errors.count == before else { return nil }
    var at: Int?
    if let node = fields["at"] {
      at = node.scalar.flatMap { Int($0.string) }
      guard let at, (2...Windows.Count.most).contains(at) else {
        file.report(node, "\(what): 'at' is a number from 2 to \(Windows.Count.most)")
        return nil
      }
    } else if !(when?.fields.contains("count") ?? false) {
      file.report(node, "\(what) needs 'at', as in 'count: {at: 3, within: 15m}', or a 'when' over 'count'")
      return nil
    }
    let reset = kinds(fields["reset"], "\(what): 'reset'")
    let within = fields["within"].flatMap { duration($0, "\(what): 'within'") }
    if fields["within"] == nil, fields["reset"] == nil {
      file.report(node, "\(what) would never forget; give it 'within: 15m', or 'reset' with a kind of fact")
      return nil
    }
    let by = names(fields["by"], "\(what): 'by'")
    if let node = fields["per"], node.scalar?.string != "command" {
      file.report(node, "\(what): 'per' is 'command': what one command prints alike counts once")
      return nil
    }
    return Windows.Count(
      at: at, within: within, by: by.isEmpty ? ["agent"] : by, reset: reset,
      isPerCommand: fields["per"] != nil)
  }

  private mutating func readCap(_ node: Node, _ what: String) -> Windows.Cap? {
    let fields = file.fields(node, of: what, known: RuleGrammar.cap)
    guard let at = fields["at"]?.scalar.flatMap({ Int($0.string) }), (1...Windows.Count.most).contains(at),
      let limit = fields["within"]
    else {
      file.report(node, "\(what) needs a number and a time, as in 'cap: {at: 3, within: 1h}'")
      return nil
    }
    return duration(limit, "\(what): 'within'").map { Windows.Cap(at: at, within: $0) }
  }

  private mutating func readStall(_ node: Node, _ what: String) -> Windows.Stall? {
    guard node.mapping != nil else {
      return duration(node, what).map { Windows.Stall(after: $0, clocks: Set(Clock.allCases), grace: nil) }
    }
    let fields = file.fields(node, of: what, known: RuleGrammar.stalled)
    guard let after = fields["after"] else {
      file.report(
        node, "\(what) needs 'after', as in 'stalled: 5m' or 'stalled: {after: 5m, clocks: [output]}'")
      return nil
    }
    var clocks: Set<Clock> = []
    for item in fields["clocks"].map({ node in node.sequence.map { Array($0) } ?? [node] }) ?? [] {
      if let clock = word(item, what, "clock", Clock.self) { clocks.insert(clock) }
    }
    let grace = fields["grace"].flatMap { duration($0, "\(what): 'grace'") }
    return duration(after, "\(what): 'after'").map {
      Windows.Stall(after: $0, clocks: clocks.isEmpty ? Set(Clock.allCases) : clocks, grace: grace)
    }
  }

  private mutating func names(_ node: Node?, _ what: String) -> [String] {
    node.map { file.texts($0, of: what).map(\.text) } ?? []
  }

  mutating func duration(_ node: Node, _ what: String) -> Duration? {
    guard let text = file.text(node, of: what) else { return nil }
    guard let duration = Duration(spelled: text), duration > .zero else {
      let shown = cleaned(text, limit: 32)
      let hint =
        Int(text) != nil ? "write the unit too: \(shown)s or \(shown)m" : "write 90s, 5m, 1h30m or 250ms"
      file.report(node, "\(what) is a time up to 30 days, not '\(shown)'; \(hint)")
      return nil
    }
    return duration
  }
}
