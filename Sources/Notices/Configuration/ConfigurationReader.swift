import Journal
import Rulebook
import Yams

/// Reads the configuration key by key, collecting every error with its place.
struct ConfigurationReader {
  var file: YAMLFile
  var configuration = Configuration()
  private let folder: String
  private let home: String?

  init(name: String, home: String?) {
    file = YAMLFile(name: name, beginning: "'notifiers:' or 'escalations:'")
    folder = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "."
    self.home = home
  }

  mutating func read(_ text: String) {
    guard let root = file.root(of: text) else { return }
    let top = file.fields(root, of: "the configuration", known: ConfigurationGrammar.top)
    if let node = top["escalations"] { readEscalations(node) }
    if let node = top["heartbeat"] { readHeartbeat(node) }
    if let node = top["log"] { readLog(node) }
    if let node = top["notifiers"] { readNotifiers(node) }
  }

  private mutating func readEscalations(_ node: Node) {
    let fields = file.fields(node, of: "'escalations'", known: ConfigurationGrammar.escalations)
    if let node = fields["repeat"] { readRepeats(node) }
    if let node = fields["quiet"] { configuration.escalations.quiet = quiet(node) }
    if let node = fields["explains"] { readExplanations(node) }
  }

  private mutating func readRepeats(_ node: Node) {
    if node.sequence != nil || node.scalar != nil {
      guard let steps = steps(node, "'repeat'") else { return }
      for severity in Severity.allCases { configuration.escalations.repeats[severity] = steps }
      return
    }
    let fields = file.fields(node, of: "'repeat'", known: Severity.allCases.map(\.rawValue))
    for (word, node) in fields {
      guard let severity = Severity(rawValue: word), let steps = steps(node, "'repeat' of \(word)") else {
        continue
      }
      configuration.escalations.repeats[severity] = steps
    }
  }

  /// Durations of which none is too short to be borne.
  private mutating func steps(_ node: Node, _ what: String) -> [Duration]? {
    let texts = file.texts(node, of: what)
    let steps = texts.compactMap { duration($0.text, $0.node, what, from: .seconds(30)) }
    return steps.count == texts.count && steps.count <= 32 ? steps : nil
  }

  private mutating func quiet(_ node: Node) -> QuietHours? {
    let what = "'quiet'"
    let fields = file.fields(node, of: what, known: ConfigurationGrammar.quiet)
    var times: [Int] = []
    for key in ConfigurationGrammar.quiet {
      guard let time = fields[key] else {
        file.report(node, "\(what) has no '\(key)'; write: quiet: {from: \"22:00\", to: \"07:00\"}")
        continue
      }
      guard let text = file.text(time, of: "\(what): '\(key)'") else { continue }
      guard let minutes = QuietHours.minutes(text) else {
        file.report(time, "\(what): '\(key)' is a time of day; write it as \"22:00\"")
        continue
      }
      times.append(minutes)
    }
    return times.count == 2 ? QuietHours(from: times[0], to: times[1]) : nil
  }

  private mutating func readExplanations(_ node: Node) {
    guard let mapping = node.mapping else {
      file.report(node, "'explains' is written as 'RULE: [RULE, RULE]' lines")
      return
    }
    for (key, value) in mapping {
      guard let cause = file.text(key, of: "'explains': a rule") else { continue }
      let explained = file.texts(value, of: "'explains' of '\(cleaned(cause, limit: 64))'").map(\.text)
      configuration.escalations.explains[cause] = Set(explained)
    }
  }

  private mutating func readHeartbeat(_ node: Node) {
    let what = "'heartbeat'"
    let fields = file.fields(node, of: what, known: ConfigurationGrammar.heartbeat)
    if let node = fields["every"], let text = file.text(node, of: "\(what): 'every'"),
      let every = duration(text, node, "\(what): 'every'", from: .seconds(5))
    {
      configuration.heartbeat.every = every
    }
    configuration.heartbeat.url = secret("url", fields, what)
    configuration.heartbeat.program = fields["run"].flatMap { path($0, "\(what): 'run'") }
  }

  mutating func duration(_ text: String, _ node: Node, _ what: String, from least: Duration) -> Duration? {
    guard let duration = Duration(spelled: text) else {
      file.report(node, "\(what) is a time such as 90s, 5m or 1h30m, up to 30 days")
      return nil
    }
    guard duration >= least else {
      file.report(node, "\(what) is at least \(least.spelled)")
      return nil
    }
    return duration
  }

  mutating func flag(_ node: Node?, _ what: String, else other: Bool) -> Bool {
    guard let node else { return other }
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default:
      file.report(node, "\(what) is true or false")
      return other
    }
  }

  /// A path; `~/` is the home, and what is relative starts at the configuration's folder.
  mutating func path(_ node: Node, _ what: String) -> String? {
    guard let text = file.text(node, of: what) else { return nil }
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      file.report(node, "\(what) is a path")
      return nil
    }
    return expanded(text)
  }

  private func expanded(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("~/"), let home { return home + path.dropFirst() }
    return "\(folder)/\(path)"
  }

  /// A secret by one of its three keys.
  mutating func secret(_ key: String, _ fields: [String: Node], _ what: String) -> Secret? {
    let given = ConfigurationGrammar.secret(key).filter { fields[$0] != nil }
    guard let first = given.first, let node = fields[first] else { return nil }
    if let second = given.dropFirst().first, let node = fields[second] {
      file.report(node, "\(what): '\(first)' and '\(second)' are the same thing; keep one")
      return nil
    }
    switch first {
    case "\(key)_file": return path(node, "\(what): '\(first)'").map { Secret(.file($0)) }
    case "\(key)_env":
      guard let name = file.text(node, of: "\(what): '\(first)'") else { return nil }
      guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
        file.report(node, "\(what): '\(first)' is the name of an environment variable")
        return nil
      }
      return Secret(.environment(name))
    default:
      let texts = file.texts(node, of: "\(what): '\(first)'").map(\.text)
      guard !texts.isEmpty else { return nil }
      configuration.holdsSecrets = true
      return Secret(.here(texts.joined(separator: "\n")))
    }
  }
}
