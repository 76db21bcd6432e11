import Shell

@testable import Rulebook

/// Rule files written in tests, and what becomes of them.
enum Files {
  /// The rulebook and the errors of files `a.yaml`, `b.yaml`, … of these layers.
  static func load(_ files: (Layer, String)...) -> (rulebook: Rulebook, errors: [String]) {
    let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
    let read = zip(files, names).map { RuleFile($0.0.1, name: $0.1, layer: $0.0.0) }
    let loaded = Rulebook.load(read, programs: ProgramTable())
    return (loaded.rulebook, loaded.errors.map(\.description))
  }

  static func load(_ text: String) -> (rulebook: Rulebook, errors: [String]) {
    load((.shipped, text))
  }

  /// A rule that fires on a line of output `bad`, with these keys instead or in addition.
  static func rule(_ id: String, _ keys: [String: String] = [:]) -> String {
    var fields = [
      "on": "output", "match": "'^bad'", "severity": "warning", "why": "w", "do": "[escalate]",
      "fires": "[bad]", "silent": "[good]",
    ]
    for (key, value) in keys { fields[key] = value.isEmpty ? nil : value }
    return "  - id: \(id)\n" + fields.sorted { $0.key < $1.key }.map { "    \($0): \($1)\n" }.joined()
  }

  static func fact(
    _ kind: String, _ text: String = "", at seconds: Double, agent: String = "a",
    _ fields: [String: Value] = [:]
  ) -> Fact {
    var fields = fields
    if kind == "state" { fields["state"] = .string(text) }
    return Fact(
      time: Instant(seconds: seconds), agent: agent, kind: Fact.Kind(rawValue: kind), text: text,
      fields: fields, source: .replay)
  }
}
