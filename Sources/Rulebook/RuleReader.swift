import Patterns
import Yams

/// One rule, key by key.
extension RuleFileReader {
  mutating func readRule(_ node: Node) -> Rule? {
    let before = file.errors.count
    guard let mapping = node.mapping else {
      file.report(node, "a rule is written as 'key: value' lines, the first is '- id: NAME'")
      return nil
    }
    guard let idNode = mapping["id"], let id = file.text(idNode, of: "'id'") else {
      if mapping["id"] == nil { file.report(node, "a rule has no 'id'; start it with '- id: NAME'") }
      return nil
    }
    let what = "rule '\(cleaned(id, limit: 64))'"
    if !isIdentifier(id) {
      file.report(idNode, "\(what): an id is made of small letters, digits and '-'")
    }
    let fields = file.fields(node, of: what, known: RuleGrammar.rule)
    let isQuiet = fields["emit"] != nil && fields["do"] == nil
    let needed = isQuiet ? ["on", "fires", "silent"] : ["on", "severity", "why", "do", "fires", "silent"]
    for key in needed where fields[key] == nil {
      file.report(node, "\(what) has no '\(key)'; \(Self.advice(forMissing: key))")
    }
    let on = fields["on"].flatMap { kind($0, "\(what): 'on'") }
    if fields["match"] == nil, fields["when"] == nil, on.map(Fact.Kind.known.contains) ?? true {
      file.report(node, "\(what) has neither 'match' nor 'when'; it would fire on every fact")
    }
    let match = fields["match"].flatMap { node in
      file.text(node, of: "\(what): 'match'").flatMap { compile($0, at: node, of: what) }
    }
    let except = fields["except"].map { patterns($0, "\(what): 'except'") } ?? []
    let when = fields["when"].flatMap { condition($0, what) }
    let severity = fields["severity"].flatMap { word($0, what, "severity", Severity.self) }
    let emit = fields["emit"].flatMap { emittedKind($0, what) }
    let windows = readWindows(fields, on: on, when: when, what)
    let steps = fields["do"].map { readSteps($0, what) } ?? []
    let why = fields["why"].flatMap { template($0, "\(what): 'why'") }
    let instead = fields["instead"].flatMap { template($0, "\(what): 'instead'") }
    let prompt = fields["prompt"].flatMap { template($0, "\(what): 'prompt'") }
    let fires = fields["fires"].map { readExamples($0, of: on, mustFire: true, "\(what): 'fires'") } ?? []
    let silent = fields["silent"].map { readExamples($0, of: on, mustFire: false, "\(what): 'silent'") } ?? []
    guard file.errors.count == before, let on, isQuiet || (severity != nil && why != nil) else { return nil }
    let parts = windows.parts(of: when)
    return Rule(
      id: id, on: on, match: match, except: except, when: when, filter: parts.filter,
      threshold: parts.threshold, severity: severity ?? .info,
      why: why ?? Template(""), instead: instead, prompt: prompt, steps: steps, emit: emit,
      windows: windows, fires: fires, silent: silent, origin: origin(node), layer: layer,
      isQuiet: isQuiet, places: fields.mapValues { place($0) })
  }

  private static func advice(forMissing key: String) -> String {
    switch key {
    case "on": "say what it listens to, as in 'on: command'"
    case "severity": "write 'severity: critical', 'warning' or 'info'"
    case "why": "say in one sentence why it is there; the agent is told"
    case "do": "write 'do: [escalate]' or what else is to be done"
    case "fires": "give at least one example that it must fire on"
    default: "give at least one near miss that it must not fire on"
    }
  }

  /// A kind of fact that senses make or that a rule emits.
  mutating func kind(_ node: Node, _ what: String) -> Fact.Kind? {
    guard let word = file.text(node, of: what) else { return nil }
    let kind = Fact.Kind(rawValue: word)
    if Fact.Kind.known.contains(kind) || shared.kinds.contains(word) { return kind }
    isIncomplete = true
    let known = Fact.Kind.known.map(\.rawValue) + shared.kinds.sorted()
    let hint =
      nearest(to: word, among: known).map { "did you mean '\($0)'?" }
      ?? "known are: \(known.joined(separator: ", ")); a rule can make more with 'emit'"
    file.report(node, "\(what.replacing(": 'on'", with: "")): unknown fact kind '\(word)'; \(hint)")
    return nil
  }

  mutating func kinds(_ node: Node?, _ what: String) -> [Fact.Kind] {
    guard let node else { return [] }
    return (node.sequence.map { Array($0) } ?? [node]).compactMap { kind($0, what) }
  }

  private mutating func emittedKind(_ node: Node, _ what: String) -> Fact.Kind? {
    guard let word = file.text(node, of: "\(what): 'emit'") else { return nil }
    guard isIdentifier(word), !Fact.Kind.known.contains(Fact.Kind(rawValue: word)) else {
      file.report(
        node, "\(what): 'emit' names a kind of its own: small letters, digits and '-', as in hook-failed")
      return nil
    }
    return Fact.Kind(rawValue: word)
  }

  /// A word of a closed set; the error names the nearest.
  mutating func word<T: RawRepresentable<String> & CaseIterable>(
    _ node: Node, _ what: String, _ name: String, _ type: T.Type
  ) -> T? {
    guard let word = file.text(node, of: "\(what): '\(name)'") else { return nil }
    if let value = T(rawValue: word) { return value }
    let known = T.allCases.map(\.rawValue)
    let hint =
      nearest(to: word, among: known).map { "did you mean '\($0)'?" }
      ?? "\(known.count > 3 ? "known are:" : "write") \(known.joined(separator: ", "))"
    file.report(node, "\(what): unknown \(name) '\(word)'; \(hint)")
    return nil
  }

  private mutating func condition(_ node: Node, _ what: String) -> Condition? {
    guard let source = file.text(node, of: "\(what): 'when'") else { return nil }
    do throws(ConditionError) {
      return try Condition(source)
    } catch {
      let inner = node.scalar?.style == .plain ? error.column - 1 : 0
      file.report(node, "\(what): 'when': \(error)", columnOffset: inner)
      return nil
    }
  }

  private mutating func template(_ node: Node, _ what: String) -> Template? {
    file.text(node, of: what).map(Template.init)
  }

  mutating func patterns(_ node: Node, _ what: String) -> [Pattern] {
    let nodes = node.sequence.map { Array($0) } ?? [node]
    return nodes.compactMap { pattern($0, of: what) }
  }

  mutating func pattern(_ node: Node, of what: String) -> Pattern? {
    file.text(node, of: what).flatMap { compile($0, at: node, of: what) }
  }

  /// The pattern with its macros filled in. An error is reported at its column where the file's text and the
  /// pattern are the same letters.
  mutating func compile(_ source: String, at node: Node, of what: String) -> Pattern? {
    let isPlain = node.scalar?.style == .plain
    let full: String
    do throws(Macros.Failure) {
      full = try shared.macros.expand(source)
    } catch {
      isIncomplete = isIncomplete || error.isUnknown
      file.report(node, "\(what): \(error.message)", columnOffset: isPlain ? error.column - 1 : 0)
      return nil
    }
    do throws(PatternError) {
      return try Pattern(full)
    } catch {
      let inner = isPlain && full == source ? max(0, error.column - 1) : 0
      let how = full == source ? "" : " (its macros filled in)"
      file.report(node, "\(what): \(error)\(how)", columnOffset: inner)
      return nil
    }
  }
}

extension Fact.Kind {
  /// Those that the senses make.
  static let known: [Fact.Kind] = [
    .command, .output, .edit, .said, .prompt, .status, .state, .line, .notice, .probe,
  ]
}
