import Patterns
import Yams

/// A dialect file read and checked, with everything that is wrong with it.
public struct DialectFile: Sendable {
  /// Nil when anything is wrong: half a dialect would misread the screen.
  public let dialect: Dialect?
  public let errors: [FileError]

  /// - Parameters:
  ///   - text: The file's content; at most 1 MiB of YAML.
  ///   - name: The file as the user knows it, for messages.
  public init(_ text: String, name: String) {
    var reader = DialectFileReader(file: YAMLFile(name: name))
    let dialect = reader.read(text)
    errors = reader.file.errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    self.dialect = errors.isEmpty ? dialect : nil
  }
}

private struct DialectFileReader {
  var file: YAMLFile

  mutating func read(_ text: String) -> Dialect? {
    guard let root = file.root(of: text) else { return nil }
    let top = file.fields(
      root, of: "the dialect",
      known: DialectGrammar.top)
    for key in ["agent", "recognise", "keys", "lines", "states"] where top[key] == nil {
      file.report(root, "the dialect has no '\(key)'")
    }
    guard let name = top["agent"].flatMap({ file.text($0, of: "'agent'") }),
      let keys = top["keys"].flatMap({ readKeys($0) })
    else { return nil }
    return Dialect(
      name: name,
      versions: top["versions"].map { file.texts($0, of: "'versions'").map(\.text) } ?? [],
      recognise: top["recognise"].map { readPatterns($0, "'recognise'") } ?? [],
      process: top["process"].flatMap { file.pattern($0, of: "'process'") }, keys: keys,
      restart: top["restart"].map { readRestart($0) },
      lines: top["lines"].map { readEach($0, of: "'lines'") { $0.readLine($1) } } ?? [],
      states: top["states"].map { readEach($0, of: "'states'") { $0.readState($1) } } ?? [],
      unasked: top["unasked"].map { readPatterns($0, "'unasked'") } ?? [],
      origin: Rule.Origin(file: file.name, line: root.mark?.line ?? 1))
  }

  private mutating func readEach<T>(
    _ node: Node, of what: String, _ read: (inout Self, Node) -> T?
  ) -> [T] {
    guard let sequence = node.sequence else {
      file.report(node, "\(what) is a list; start each entry with '- is:'")
      return []
    }
    var result: [T] = []
    for item in sequence {
      if let value = read(&self, item) { result.append(value) }
    }
    return result
  }

  private mutating func readPatterns(_ node: Node, _ what: String) -> [Pattern] {
    let nodes = node.sequence.map { Array($0) } ?? [node]
    return nodes.compactMap { file.pattern($0, of: what) }
  }

  private mutating func readKeys(_ node: Node) -> Dialect.Keys? {
    let fields = file.fields(node, of: "'keys'", known: DialectGrammar.keys)
    guard let interrupt = fields["interrupt"].flatMap({ file.text($0, of: "'interrupt'") }),
      let submit = fields["submit"].flatMap({ file.text($0, of: "'submit'") })
    else {
      file.report(node, "'keys' needs 'interrupt' and 'submit', as in 'interrupt: Escape'")
      return nil
    }
    let queue = fields["queue"].flatMap { file.text($0, of: "'queue'") }
    let clear = fields["clear"].flatMap { file.text($0, of: "'clear'") }
    return Dialect.Keys(interrupt: interrupt, submit: submit, queue: queue, clear: clear)
  }

  private mutating func readRestart(_ node: Node) -> Dialect.Restart {
    let fields = file.fields(node, of: "'restart'", known: DialectGrammar.restart)
    func words(_ key: String) -> Set<String> {
      Set(fields[key].map { file.texts($0, of: "'\(key)'").map(\.text) } ?? [])
    }
    return Dialect.Restart(
      exit: fields["exit"].flatMap { file.text($0, of: "'exit'") }, drop: words("drop"),
      dropWithValue: words("drop_with_value"), values: words("values"), lists: words("lists"))
  }

  private mutating func readLine(_ node: Node) -> Dialect.Line? {
    let fields = file.fields(
      node, of: "a line",
      known: DialectGrammar.line)
    let role = readWord(fields["is"], node, "'is'", Dialect.Role.self)
    let match = fields["match"].flatMap { file.pattern($0, of: "'match'") }
    if fields["match"] == nil { file.report(node, "a line has no 'match'") }
    if let match, let role, fields["line"] == nil, Self.needsText.contains(role),
      !match.captureNames.contains("text")
    {
      file.report(fields["match"], "a line that is '\(role)' needs a group (?<text>…) in 'match'")
    }
    let phase =
      fields["phase"].flatMap { readWord($0, node, "'phase'", Fact.Phase.self) } ?? .running
    let more = fields["more"].flatMap { file.pattern($0, of: "'more'") }
    if let more, !more.captureNames.contains("more") {
      file.report(fields["more"], "'more' needs a group (?<more>…) for the text that is added")
    }
    let samples = fields["samples"].map { file.texts($0, of: "'samples'") } ?? []
    if samples.isEmpty { file.report(node, "a line has no 'samples'; add one that reads this way") }
    guard let role, let match else { return nil }
    for sample in samples where (try? match.firstMatch(in: sample.text, using: MatchContext())) == nil {
      file.report(sample.node, "the sample does not match: \(cleaned(sample.text, limit: 120))")
    }
    return Dialect.Line(
      role: role, match: match, phase: phase, more: more,
      trim: fields["trim"].flatMap { file.pattern($0, of: "'trim'") },
      template: fields["line"].flatMap { file.text($0, of: "'line'") }.map(Template.init),
      empty: fields["empty"].flatMap { file.pattern($0, of: "'empty'") },
      unlessColours: Set(
        fields["unless_colour"].map { file.texts($0, of: "'unless_colour'").map(\.text) } ?? []),
      isLowest: fields["lowest"]?.scalar?.string == "true",
      isTop: fields["top"]?.scalar?.string == "true",
      dialogWithin: fields["dialog_within"].flatMap { readDuration($0, "'dialog_within'") } ?? .zero,
      samples: samples.map {
        Example(
          text: $0.text, fields: [:],
          origin: Rule.Origin(file: file.name, line: $0.node.mark?.line ?? 1))
      })
  }

  private mutating func readDuration(_ node: Node, _ what: String) -> Duration? {
    guard let text = file.text(node, of: what) else { return nil }
    guard let duration = Duration(spelled: text), duration > .zero, duration <= .seconds(5) else {
      file.report(node, "\(what) is a time up to 5s, not '\(cleaned(text, limit: 32))'; write 250ms or 1s")
      return nil
    }
    return duration
  }

  private static let needsText: Set<Dialect.Role> = [
    .command, .output, .said, .prompt, .box, .edit, .notice, .limit,
  ]

  private mutating func readState(_ node: Node) -> Dialect.State? {
    let fields = file.fields(node, of: "a state", known: DialectGrammar.state)
    if fields["match"] == nil, fields["announced"] == nil {
      file.report(node, "a state has neither 'match' nor 'announced'")
    }
    guard let state = readWord(fields["is"], node, "'is'", AgentState.self) else { return nil }
    return Dialect.State(
      state: state,
      match: fields["match"].map { readPatterns($0, "'match'") } ?? [],
      announced: Set(fields["announced"].map { file.texts($0, of: "'announced'").map(\.text) } ?? []))
  }

  private mutating func readWord<T: RawRepresentable<String> & CaseIterable>(
    _ node: Node?, _ parent: Node, _ what: String, _ type: T.Type
  ) -> T? {
    guard let node, let word = file.text(node, of: what) else {
      if node == nil { file.report(parent, "\(what) is missing") }
      return nil
    }
    guard let value = T(rawValue: word) else {
      let known = T.allCases.map(\.rawValue)
      let hint =
        nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        ?? "known are: \(known.joined(separator: ", "))"
      file.report(node, "\(what): unknown word '\(word)'; \(hint)")
      return nil
    }
    return value
  }
}
