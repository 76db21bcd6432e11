import Shell
import Testing

@testable import Rulebook

@Suite("A rule file")
struct RuleFileTests {
  static let sound = """
    lists:
      clusters: [prod, stage-*]
    rules:
      - id: context
        on: status
        when: context <= 14
        severity: warning
        why: Only {context} percent are left.
        do: [escalate]
        fires: [{text: context 12, context: 12}]
        silent: [{text: context 56, context: 56}]
    """

  @Test("that is sound gives its rules and lists")
  func soundFile() throws {
    let file = RuleFile(Self.sound, name: "context.yaml")
    #expect(file.errors == [])
    #expect(file.lists == ["clusters": ["prod", "stage-*"]])
    let rule = try #require(file.rules.first)
    #expect(rule.id == "context")
    #expect(rule.origin.description == "context.yaml:4")
    #expect(rule.why.fields == ["context"])
    let loaded = Rulebook.load([file], programs: ProgramTable())
    #expect(loaded.errors == [])
    #expect(loaded.rulebook.rules.count == 1)
  }

  @Test("may be empty or hold comments only", arguments: ["", "# nothing yet\n", "rules: []\n"])
  func empty(_ text: String) {
    #expect(RuleFile(text, name: "x.yaml").errors == [])
  }

  /// One line of a rule that is sound but for what `change` replaces.
  private static func rule(_ change: (inout [String: String]) -> Void) -> String {
    var fields = [
      "id": "x", "on": "command", "match": "'^x'", "severity": "info", "why": "w", "do": "[escalate]",
      "fires": "[x]", "silent": "[y]",
    ]
    change(&fields)
    let order = [
      "id", "on", "match", "except", "when", "severity", "why", "instead", "do", "fires", "silent",
    ]
    let known = order.filter { fields[$0] != nil } + fields.keys.filter { !order.contains($0) }.sorted()
    return "rules:\n  - "
      + known.map { "\($0): \(fields[$0]!)" }.joined(separator: "\n    ")
  }

  @Test(
    "says of each mistake where it is, what is wrong and what to write instead",
    arguments: [
      (
        rule { $0["on"] = "comand" },
        "x.yaml:3:9: rule 'x': unknown fact kind 'comand'; did you mean 'command'?"
      ),
      (
        rule { $0["severity"] = "high" },
        "x.yaml:5:15: rule 'x': unknown severity 'high'; write info, warning, critical"
      ),
      (
        rule { $0["do"] = "[escalat]" },
        "x.yaml:7:10: rule 'x': unknown action 'escalat'; did you mean 'escalate'?"
      ),
      (
        rule { $0["sevrity"] = "info" },
        "x.yaml:10:5: rule 'x': unknown key 'sevrity'; did you mean 'severity'?"
      ),
      (
        rule { $0["match"] = "^x (main|" },
        "x.yaml:4:15: rule 'x': missing ')' at \"(main|\" (column 4 of the pattern); close the group or escape it"
      ),
      (
        rule { $0["when"] = "exit = 0" },
        "x.yaml:5:16: rule 'x': 'when': \"=\" does not belong here; compare with '==' instead"
      ),
      (
        rule { $0["id"] = "Push Main" },
        "x.yaml:2:9: rule 'Push Main': an id is made of small letters, digits and '-'"
      ),
      (
        rule { $0["fires"] = nil },
        "x.yaml:2:5: rule 'x' has no 'fires'; give at least one example that it must fire on"
      ),
      (
        rule { $0["silent"] = nil },
        "x.yaml:2:5: rule 'x' has no 'silent'; give at least one near miss that it must not fire on"
      ),
      (rule { $0["fires"] = "[]" }, "x.yaml:8:12: rule 'x': 'fires' is empty; give at least one example"),
      (
        rule { $0["match"] = nil },
        "x.yaml:2:5: rule 'x' has neither 'match' nor 'when'; it would fire on every fact"
      ),
      ("rules:\n  id: x", "x.yaml:2:3: 'rules' is a list; start each rule with '- id: NAME'"),
      ("rule: []", "x.yaml:1:1: the file: unknown key 'rule'; did you mean 'rules'?"),
      ("- id: x", "x.yaml:1:1: a file starts with keys such as 'rules:' or 'lists:'"),
    ])
  func mistakes(_ text: String, _ expected: String) {
    #expect(RuleFile(text, name: "x.yaml").errors.map(\.description) == [expected])
  }

  @Test("that is no YAML says where it stops being it")
  func noYAML() {
    let errors = RuleFile("rules:\n  - id: x\n    match: \"a\n", name: "x.yaml").errors
    #expect(errors.count == 1)
    #expect(errors.first?.line ?? 0 >= 3)
  }

  @Test("tells all its errors at once, in the order of its lines")
  func allAtOnce() {
    let text = Self.rule {
      $0["on"] = "comand"
      $0["match"] = "'('"
      $0["severity"] = "high"
      $0["do"] = "[shout]"
    }
    let errors = RuleFile(text, name: "x.yaml").errors
    #expect(errors.map(\.line) == [3, 4, 5, 7])
  }

  @Test("with one broken rule keeps the others")
  func oneBroken() {
    let text = Self.sound + "\n  - {id: broken, on: command}\n"
    let file = RuleFile(text, name: "x.yaml")
    #expect(file.rules.map(\.id) == ["context"])
    #expect(!file.errors.isEmpty)
  }

  @Test("of more than a megabyte is refused")
  func tooLarge() {
    let errors = RuleFile(String(repeating: "# x\n", count: 300_000), name: "x.yaml").errors
    #expect(errors.map(\.message) == ["the file is larger than 1 MiB; split it by topic"])
  }

  @Test("whose examples fail is refused by example, number and text")
  func examplesFail() {
    let text = Self.rule {
      $0["fires"] = "[x, y]"
      $0["silent"] = "[x again]"
    }
    let loaded = Rulebook.load([RuleFile(text, name: "x.yaml")], programs: ProgramTable())
    #expect(loaded.rulebook.rules.isEmpty)
    #expect(
      loaded.errors.map(\.message) == [
        "rule 'x': 'fires' example 2 does not fire: y", "rule 'x': 'silent' example 1 fires: x again",
      ])
    #expect(loaded.errors.map(\.line) == [8, 9])
  }

  @Test("that names an unknown list, or an id that is taken, is told which and where")
  func betweenFiles() {
    let first = RuleFile(Self.sound, name: "a.yaml")
    let second = RuleFile(
      Self.sound.replacing("context <= 14", with: "context in $cluster"), name: "b.yaml")
    let third = RuleFile(
      Self.sound.replacing("id: context", with: "id: other").replacing(
        "context <= 14", with: "context in $cluster"),
      name: "c.yaml")
    let loaded = Rulebook.load([first, second, third], programs: ProgramTable())
    #expect(
      loaded.errors.map(\.description) == [
        "b.yaml:4:5: rule 'context' stands already in a.yaml:4; give one another id",
        "c.yaml:6:11: rule 'other' names the unknown list '$cluster'; did you mean '$clusters'?",
      ])
  }
}
