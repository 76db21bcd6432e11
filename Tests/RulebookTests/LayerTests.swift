import Testing

@testable import Rulebook

@Suite("A layer")
struct LayerTests {
  private static let shipped = """
    lists:
      protected: [main]
      spared: [scratch]
    rules:
      - id: on-main
        on: output
        when: branch in $protected
        severity: warning
        why: w
        do: [escalate]
        fires: [{text: x, branch: main}]
        silent: [{text: x, branch: other}]
      - id: elsewhere
        on: output
        match: ^bad
        when: branch not in $spared
        severity: warning
        why: w
        do: [escalate]
        fires: [bad, bad luck]
        silent: [good, {text: bad, branch: scratch}]

    """

  private func fires(_ book: Rulebook, _ text: String, branch: String) -> [String] {
    Judge(book).judge(Files.fact("output", text, at: 0, ["branch": .string(branch)])).map(\.rule.id)
  }

  @Test("of the user's replaces and extends lists; the examples of shipped rules are tried with their own")
  func lists() {
    let (book, errors) = Files.load(
      (.shipped, Self.shipped), (.user, "lists: {protected: [trunk], spared: {add: [tmp]}}"))
    #expect(errors == [])
    #expect(book.lists == ["protected": ["trunk"], "spared": ["scratch", "tmp"]])
    #expect(fires(book, "x", branch: "trunk") == ["on-main"])
    #expect(fires(book, "bad", branch: "tmp") == [])
  }

  @Test("of the user's disables, sets a severity, and adds exceptions; each is told with its place")
  func user() throws {
    let (book, errors) = Files.load(
      (.shipped, Self.shipped),
      (.user, "disable: [on-main]\nseverity: {elsewhere: info}\nexcept: {elsewhere: [luck$]}\n"))
    #expect(errors == [])
    let rule = try #require(book.rules.first)
    #expect(book.rules.count == 1)
    #expect(rule.severity == .info)
    #expect(
      rule.changes.map(\.description) == [
        "severity info instead of warning (user, b.yaml:2)", "except luck$ (user, b.yaml:3)",
      ])
    #expect(book.disabled.map(\.rule) == ["on-main"])
    #expect(fires(book, "bad luck", branch: "x") == [])
    #expect(fires(book, "bad", branch: "x") == ["elsewhere"])
  }

  @Test("of the user's may put a rule of its own in the place of one that it disables")
  func replaced() {
    let own = "disable: [elsewhere]\nrules:\n" + Files.rule("elsewhere", ["severity": "critical"])
    let (book, errors) = Files.load((.shipped, Self.shipped), (.user, own))
    #expect(errors == [])
    #expect(book.rules.map(\.layer) == [.shipped, .user])
  }

  @Test("of a project's tightens: more rules, graver ones, more that is protected")
  func project() {
    let (book, errors) = Files.load(
      (.shipped, Self.shipped),
      (
        .project,
        "lists: {protected: {add: [release/*]}}\nraise: {elsewhere: critical}\nrules:\n" + Files.rule("mine")
      ))
    #expect(errors == [])
    #expect(book.rules.map(\.severity) == [.warning, .critical, .warning])
    #expect(fires(book, "x", branch: "release/1") == ["on-main"])
  }

  @Test(
    "of a project's loosens nothing",
    arguments: [
      (
        "except: {elsewhere: [luck]}",
        "1:9: a project cannot except anything from a rule; ask the user to, in their own rules"
      ),
      (
        "severity: {elsewhere: info}",
        "1:11: a project cannot set a severity; write 'raise:', which only makes it graver"
      ),
      (
        "raise: {elsewhere: info}",
        "1:9: 'raise': rule 'elsewhere' is warning already (a.yaml:13); only a user's 'severity:' makes it less"
      ),
      ("disable: [elsewhere]", "1:10: a project cannot disable a rule; ask the user to, in their own rules"),
      (
        "lists: {protected: [none]}",
        "1:9: a project cannot replace list 'protected'; add to it with 'protected: {add: [item]}'"
      ),
      (
        "lists: {spared: {add: ['*']}}",
        "1:9: a project cannot add to list 'spared': rule 'elsewhere' spares what is in it, and would be looser"
      ),
      (
        "rules:\n" + Files.rule("elsewhere"),
        "2:5: rule 'elsewhere' stands already in a.yaml:13; give one another id"
      ),
      (
        "rules:\n" + Files.rule("x", ["do": "[{run: ./x}]"]),
        "3:16: rule 'x': 'run': a project cannot run programs; ask the user to, in their own rules"
      ),
    ])
  func projectLoosens(_ text: String, _ expected: String) {
    let (book, errors) = Files.load((.shipped, Self.shipped), (.project, text))
    #expect(errors == ["b.yaml:" + expected])
    #expect(book.rules.count == 2)
    #expect(fires(book, "bad luck", branch: "x") == ["elsewhere"])
  }

  @Test("of a project's cannot make the fact that puts another rule at ease")
  func easing() {
    let loop = Files.rule(
      "loop",
      [
        "count": "{at: 2, within: 1m, reset: fixed}",
        "fires": "{sequence: [{at: 0s, output: bad}, {at: 1s, output: bad}], fires_at: 1s}",
      ])
    let fixed = Files.rule("fix", ["emit": "fixed", "match": "^done", "fires": "[done]"])
    let mine = Files.rule("mine", ["emit": "fixed"])
    let errors = Files.load((.shipped, "rules:\n" + loop + fixed), (.project, "rules:\n" + mine)).errors
    #expect(
      errors == [
        "b.yaml:4:11: rule 'mine' cannot emit 'fixed' in a project: it puts rule 'loop' at ease; give the kind another name"
      ])
  }

  @Test("that names an unknown rule is told the nearest; one that disarms a rule is refused")
  func unknown() {
    let errors = Files.load(
      (.shipped, Self.shipped),
      (.user, "except: {elsewere: [x], elsewhere: [bad]}\nlists: {protectd: {add: [x]}}")
    ).errors
    #expect(
      errors == [
        "b.yaml:2:9: there is no list 'protectd' to add to; did you mean 'protected'?",
        "b.yaml:1:10: 'except': there is no rule 'elsewere'; did you mean 'elsewhere'?",
        "b.yaml:1:25: 'except' of rule 'elsewhere' lets every one of its examples through; make the pattern narrower, or disable the rule",
      ])
  }
}
