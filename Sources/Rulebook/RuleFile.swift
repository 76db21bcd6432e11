import Patterns
import Yams

/// The rules and lists of one file, and everything that is wrong with it.
///
/// A rule with an error is left out; the others stand. Nothing is run here: `Rulebook` runs the examples,
/// since they depend on the lists of other files.
public struct RuleFile: Sendable {
  public let name: String
  public let rules: [Rule]
  public let lists: [String: [String]]
  public let errors: [FileError]

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages.
  public init(_ text: String, name: String) {
    var reader = RuleFileReader(name: name)
    reader.read(text)
    self.name = name
    rules = reader.rules
    lists = reader.lists
    errors = reader.file.errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}

private struct RuleFileReader {
  var file: YAMLFile
  var rules: [Rule] = []
  var lists: [String: [String]] = [:]

  init(name: String) {
    file = YAMLFile(name: name)
  }

  mutating func read(_ text: String) {
    guard let root = file.root(of: text) else { return }
    let top = file.fields(root, of: "the file", known: ["lists", "rules"])
    if let node = top["lists"] { readLists(node) }
    guard let node = top["rules"] else { return }
    guard let sequence = node.sequence else {
      file.report(node, "'rules' is a list; start each rule with '- id: NAME'")
      return
    }
    var seen: [String: Int] = [:]
    for item in sequence {
      guard let rule = readRule(item) else { continue }
      if let first = seen[rule.id] {
        file.report(item, "rule '\(rule.id)' stands already in line \(first); give one another id")
        continue
      }
      seen[rule.id] = rule.origin.line
      rules.append(rule)
    }
  }

  private mutating func readLists(_ node: Node) {
    guard let mapping = node.mapping else {
      file.report(node, "'lists' is written as 'name: [item, item]' lines")
      return
    }
    for (key, value) in mapping {
      guard let name = file.text(key, of: "a list's name") else { continue }
      lists[name] = file.texts(value, of: "list '\(name)'").map(\.text)
    }
  }

  private static let keys = [
    "id", "on", "match", "except", "when", "severity", "why", "instead", "do", "fires", "silent",
  ]

  private mutating func readRule(_ node: Node) -> Rule? {
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
    let fields = file.fields(node, of: what, known: Self.keys)
    for key in ["on", "severity", "why", "do", "fires", "silent"] where fields[key] == nil {
      file.report(node, "\(what) has no '\(key)'; \(Self.advice(for: key))")
    }
    if fields["match"] == nil, fields["when"] == nil {
      file.report(node, "\(what) has neither 'match' nor 'when'; it would fire on every fact")
    }
    let on = fields["on"].flatMap { readKind($0, what) }
    let match = fields["match"].flatMap { file.pattern($0, of: what) }
    let except = fields["except"].map { readExceptions($0, what) } ?? []
    let when = fields["when"].flatMap { readCondition($0, what) }
    let severity = fields["severity"].flatMap { readSeverity($0, what) }
    let why = fields["why"].flatMap { file.text($0, of: "\(what): 'why'") }
    let instead = fields["instead"].flatMap { file.text($0, of: "\(what): 'instead'") }
    let actions = fields["do"].map { readActions($0, what) } ?? []
    let fires = fields["fires"].map { readExamples($0, "\(what): 'fires'") } ?? []
    let silent = fields["silent"].map { readExamples($0, "\(what): 'silent'") } ?? []
    guard file.errors.count == before, let on, let severity, let why else { return nil }
    return Rule(
      id: id, on: on, match: match, except: except, when: when, severity: severity,
      why: Template(why), instead: instead.map(Template.init), actions: actions, fires: fires,
      silent: silent, origin: origin(node))
  }

  private static func advice(for key: String) -> String {
    switch key {
    case "on": "say what it listens to, as in 'on: command'"
    case "severity": "write 'severity: critical', 'warning' or 'info'"
    case "why": "say in one sentence why it is there; the agent is told"
    case "do": "write 'do: [escalate]' or what else is to be done"
    case "fires": "give at least one example that it must fire on"
    default: "give at least one near miss that it must not fire on"
    }
  }

  private mutating func readKind(_ node: Node, _ what: String) -> Fact.Kind? {
    guard let word = file.text(node, of: "\(what): 'on'") else { return nil }
    let known: [Fact.Kind] = [.command, .output, .edit, .said, .prompt, .status, .state, .line]
    guard let kind = known.first(where: { $0.rawValue == word }) else {
      let hint =
        nearest(to: word, among: known.map(\.rawValue)).map { "did you mean '\($0)'?" }
        ?? "known are: \(known.map(\.rawValue).joined(separator: ", "))"
      file.report(node, "\(what): unknown fact kind '\(word)'; \(hint)")
      return nil
    }
    return kind
  }

  private mutating func readExceptions(_ node: Node, _ what: String) -> [Pattern] {
    let nodes = node.sequence.map { Array($0) } ?? [node]
    return nodes.compactMap { file.pattern($0, of: "\(what): 'except'") }
  }

  private mutating func readCondition(_ node: Node, _ what: String) -> Condition? {
    guard let source = file.text(node, of: "\(what): 'when'") else { return nil }
    do throws(ConditionError) {
      return try Condition(source)
    } catch {
      let inner = node.scalar?.style == .plain ? error.column - 1 : 0
      file.report(node, "\(what): 'when': \(error)", columnOffset: inner)
      return nil
    }
  }

  private mutating func readSeverity(_ node: Node, _ what: String) -> Severity? {
    guard let word = file.text(node, of: "\(what): 'severity'") else { return nil }
    guard let severity = Severity(rawValue: word) else {
      let known = Severity.allCases.map(\.rawValue)
      let hint =
        nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        ?? "write \(known.joined(separator: ", "))"
      file.report(node, "\(what): unknown severity '\(word)'; \(hint)")
      return nil
    }
    return severity
  }

  private mutating func readActions(_ node: Node, _ what: String) -> [Action] {
    file.texts(node, of: "\(what): 'do'").compactMap { word, node in
      if let action = Action(rawValue: word) { return action }
      let known = Action.allCases.map(\.rawValue)
      let hint =
        nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        ?? "known are: \(known.joined(separator: ", "))"
      file.report(node, "\(what): unknown action '\(word)'; \(hint)")
      return nil
    }
  }

  private mutating func readExamples(_ node: Node, _ what: String) -> [Example] {
    let nodes = node.sequence.map { Array($0) } ?? [node]
    if nodes.isEmpty {
      file.report(node, "\(what) is empty; give at least one example")
    }
    return nodes.compactMap { readExample($0, what) }
  }

  private mutating func readExample(_ node: Node, _ what: String) -> Example? {
    if let text = node.scalar?.string {
      return Example(text: text, fields: [:], origin: origin(node))
    }
    guard let mapping = node.mapping else {
      file.report(node, "\(what): an example is a text, or 'text:' with the fact's fields beside it")
      return nil
    }
    var text: String?
    var fields: [String: Value] = [:]
    for (key, value) in mapping {
      guard let name = file.text(key, of: what), let field = value.scalar?.string else {
        file.report(value, "\(what): a field of an example is one word or number")
        continue
      }
      if name == "text" {
        text = field
      } else {
        fields[name] = Double(field).map { .number($0) } ?? .string(field)
      }
    }
    guard let text else {
      file.report(node, "\(what): the example has no 'text'")
      return nil
    }
    return Example(text: text, fields: fields, origin: origin(node))
  }

  private func origin(_ node: Node) -> Rule.Origin {
    Rule.Origin(file: file.name, line: node.mark?.line ?? 1)
  }
}

private func isIdentifier(_ word: String) -> Bool {
  !word.isEmpty && word.utf8.count <= 64
    && word.utf8.allSatisfy {
      ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
        || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
    }
}
