import Yams

/// The `fires` and `silent` of a rule.
extension RuleFileReader {
  mutating func readExamples(_ node: Node, of on: Fact.Kind?, mustFire: Bool, _ what: String) -> [Example] {
    let nodes = node.sequence.map { Array($0) } ?? [node]
    if nodes.isEmpty {
      file.report(node, "\(what) is empty; give at least one example")
    }
    let examples = nodes.compactMap { readExample($0, of: on, mustFire, what) }
    if !examples.isEmpty, examples.allSatisfy({ $0.recording != nil }), mustFire {
      file.report(node, "\(what) has recordings only; give one example that can be tried when the file loads")
    }
    return examples
  }

  private mutating func readExample(
    _ node: Node, of on: Fact.Kind?, _ mustFire: Bool, _ what: String
  ) -> Example? {
    if let text = node.scalar?.string {
      return Example(text: text, fields: Self.fields(of: on, text: text, [:]), origin: origin(node))
    }
    guard let mapping = node.mapping else {
      file.report(node, "\(what): an example is a text, or 'text:' with the fact's fields beside it")
      return nil
    }
    if mapping["sequence"] != nil { return readSequence(node, mustFire, what) }
    if mapping["recording"] != nil { return readTake(node, mustFire, what) }
    var text: String?
    var fields: [String: Value] = [:]
    for (key, value) in mapping {
      guard let (name, field) = field(key, value, what) else { continue }
      if name == "text" {
        text = field.text
      } else {
        fields[name] = field
      }
    }
    guard let text else {
      file.report(node, "\(what): the example has no 'text'")
      return nil
    }
    return Example(text: text, fields: Self.fields(of: on, text: text, fields), origin: origin(node))
  }

  /// A fact of kind `state` has its text as its field, as the senses make it.
  private static func fields(of kind: Fact.Kind?, text: String, _ fields: [String: Value]) -> [String: Value]
  {
    guard kind == .state, fields["state"] == nil else { return fields }
    return fields.merging(["state": .string(text)]) { own, _ in own }
  }

  private mutating func field(_ key: Node, _ value: Node, _ what: String) -> (String, Value)? {
    guard let name = file.text(key, of: what) else { return nil }
    if let items = value.sequence {
      return (name, .list(items.compactMap { file.text($0, of: "\(what): a list's item") }))
    }
    guard let text = value.scalar?.string else {
      file.report(value, "\(what): a field of an example is one word or number, or a list of them")
      return nil
    }
    if name == "text" { return (name, .string(text)) }
    if value.scalar?.style == .plain, text == "true" || text == "false" {
      return (name, .flag(text == "true"))
    }
    return (name, Double(text).map { .number($0) } ?? .string(text))
  }

  private mutating func readTake(_ node: Node, _ mustFire: Bool, _ what: String) -> Example? {
    let fields = file.fields(node, of: what, known: RuleGrammar.recordingExample)
    guard let name = fields["recording"].flatMap({ file.text($0, of: "\(what): 'recording'") }) else {
      return nil
    }
    var seconds: [Double] = []
    let times = fields["at"].map { file.texts($0, of: "\(what): 'at'") } ?? []
    for time in times {
      guard let second = Double(time.text), second >= 0, second < 1e7 else {
        file.report(time.node, "\(what): 'at' is a list of seconds of the recording, as in [13.6]")
        continue
      }
      seconds.append(second)
    }
    guard seconds.count == times.count else { return nil }
    if seconds.isEmpty == mustFire {
      file.report(
        node,
        mustFire
          ? "\(what): say at which seconds it fires, as in {recording: \(name), at: [13.6]}"
          : "\(what): a recording in which it stays silent has no 'at'; move it to 'fires' if it fires")
      return nil
    }
    var example = Example(text: "recording \(name)", fields: [:], origin: origin(node))
    example.recording = Example.Take(name: name, at: seconds)
    return example
  }

  private mutating func readSequence(_ node: Node, _ mustFire: Bool, _ what: String) -> Example? {
    let fields = file.fields(node, of: what, known: RuleGrammar.sequenceExample)
    guard let items = fields["sequence"]?.sequence, !items.isEmpty else {
      file.report(node, "\(what): 'sequence' is a list of facts, as in '- {at: 5m, output: TEXT}'")
      return nil
    }
    var moments: [Example.Moment] = []
    for item in items {
      guard let moment = readMoment(item, after: moments.last?.at ?? .zero, what) else { return nil }
      moments.append(moment)
    }
    var firesAt: [Duration] = []
    if let node = fields["fires_at"] {
      for item in node.sequence.map({ Array($0) }) ?? [node] {
        if let time = moment(item, "\(what): 'fires_at'") { firesAt.append(time) }
      }
    }
    if firesAt.isEmpty == mustFire {
      file.report(
        node,
        mustFire
          ? "\(what): say when it fires, as in 'fires_at: 5m'; it must be silent at all other times"
          : "\(what): a silent sequence has no 'fires_at'; say with 'until: 30m' how long it stays silent")
      return nil
    }
    let until = fields["until"].flatMap { moment($0, "\(what): 'until'") } ?? .zero
    var example = Example(text: "sequence of \(moments.count) facts", fields: [:], origin: origin(node))
    example.sequence = Example.Sequence(
      moments: moments, firesAt: firesAt.sorted(),
      until: max(until, firesAt.max() ?? .zero, moments.last?.at ?? .zero),
      lists: fields["lists"].map { readExampleLists($0, what) } ?? [:])
    return example
  }

  private mutating func readExampleLists(_ node: Node, _ what: String) -> [String: [String]] {
    guard let mapping = node.mapping else {
      file.report(node, "\(what): 'lists' is written as '{name: [item, item]}'")
      return [:]
    }
    return mapping.reduce(into: [:]) { lists, entry in
      guard let name = file.text(entry.key, of: "\(what): a list's name") else { return }
      lists[name] = file.texts(entry.value, of: "\(what): list '\(name)'").map(\.text)
    }
  }

  /// `{at: 5m, output: TEXT, field: value}`: the first key beside `at` and `agent` names the kind.
  private mutating func readMoment(_ node: Node, after last: Duration, _ what: String) -> Example.Moment? {
    guard let mapping = node.mapping, let time = mapping["at"] else {
      file.report(node, "\(what): a fact of a sequence has a time, as in {at: 5m, output: TEXT}")
      return nil
    }
    guard let at = moment(time, "\(what): 'at'") else { return nil }
    guard at >= last else {
      file.report(time, "\(what): \(at.spelled) comes after \(last.spelled); write the facts in their order")
      return nil
    }
    let agent = mapping["agent"]?.scalar?.string ?? "example"
    let rest = mapping.filter { $0.key.scalar?.string != "at" && $0.key.scalar?.string != "agent" }
    guard let first = rest.first, let text = file.text(first.value, of: what) else {
      file.report(node, "\(what): a fact of a sequence has a kind and a text, as in {at: 5m, output: TEXT}")
      return nil
    }
    if first.key.scalar?.string == "progress" {
      return word(first.value, what, "progress", Clock.self).map {
        Example.Moment(at: at, agent: agent, kind: .status, text: "", fields: [:], clock: $0)
      }
    }
    guard let kind = kind(first.key, what) else { return nil }
    var fields: [String: Value] = [:]
    for (key, value) in rest.dropFirst() {
      if let (name, value) = field(key, value, what) { fields[name] = value }
    }
    return Example.Moment(
      at: at, agent: agent, kind: kind, text: text,
      fields: Self.fields(of: kind, text: text, fields), clock: nil)
  }

  /// A time of a sequence, which may be nothing.
  private mutating func moment(_ node: Node, _ what: String) -> Duration? {
    node.scalar?.string == "0s" || node.scalar?.string == "0" ? .zero : duration(node, what)
  }
}
