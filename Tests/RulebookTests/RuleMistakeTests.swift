import Testing

@testable import Rulebook

@Suite("A mistake in a rule")
struct RuleMistakeTests {
  /// The messages of a file with one rule of these keys, without their places.
  private func messages(_ keys: [String: String], _ rest: String = "") -> [String] {
    Files.load("rules:\n" + Files.rule("x", keys) + rest).errors.map {
      String($0.split(separator: " ", maxSplits: 1)[1])
    }
  }

  @Test(
    "in a window says what to write instead",
    arguments: [
      (
        ["cooldown": "5"],
        "rule 'x': 'cooldown' is a time up to 30 days, not '5'; write the unit too: 5s or 5m"
      ),
      (
        ["cooldown": "5 min"],
        "rule 'x': 'cooldown' is a time up to 30 days, not '5 min'; write 90s, 5m, 1h30m or 250ms"
      ),
      (
        ["cooldown": "31d"],
        "rule 'x': 'cooldown' is a time up to 30 days, not '31d'; write 90s, 5m, 1h30m or 250ms"
      ),
      (
        ["count": "{at: 3}"],
        "rule 'x': 'count' would never forget; give it 'within: 15m', or 'reset' with a kind of fact"
      ),
      (["count": "{at: 1, within: 5m}"], "rule 'x': 'count': 'at' is a number from 2 to 1000"),
      (
        ["count": "{within: 5m}"],
        "rule 'x': 'count' needs 'at', as in 'count: {at: 3, within: 15m}', or a 'when' over 'count'"
      ),
      (["count": "{at: 2, withn: 5m}"], "rule 'x': 'count': unknown key 'withn'; did you mean 'within'?"),
      (
        ["count": "{at: 2, reset: outptu}"],
        "rule 'x': 'count': 'reset': unknown fact kind 'outptu'; did you mean 'output'?"
      ),
      (["for": "5m"], "rule 'x': 'for' needs 'on: state' or 'on: status'; other facts do not last"),
      (
        ["on": "state", "stalled": "5m"],
        "rule 'x': 'stalled' needs a 'when' that lasts, as in 'when: state == working'"
      ),
      (
        ["on": "state", "match": "", "when": "state == working", "stalled": "{after: 5m, clocks: [token]}"],
        "rule 'x': 'stalled': unknown clock 'token'; did you mean 'tokens'?"
      ),
      (["expect": "output"], "rule 'x': 'expect' needs 'within', as in 'within: 20m'"),
      (
        ["within": "5m"],
        "rule 'x': 'within' belongs to 'expect'; for a number of facts write it inside 'count: {at: 3, …}'"
      ),
      (
        ["expect": "output", "within": "5m", "count": "{at: 2, within: 1m}"],
        "rule 'x': 'count' and 'expect' do not go together; 'emit' a fact and let a second rule listen"
      ),
    ] as [([String: String], String)])
  func windows(_ keys: [String: String], _ expected: String) {
    #expect(messages(keys).first == expected)
  }

  @Test(
    "in an action says what to write instead",
    arguments: [
      ("[run]", "rule 'x': 'run' needs a program; write {run: PROGRAM}"),
      ("[{restart: {handof: true}}]", "rule 'x': 'restart': unknown key 'handof'; did you mean 'handoff'?"),
      ("[{restart: {handoff: 1}}]", "rule 'x': 'restart': 'handoff' is true or false"),
      (
        "[{hold: {for: 60}}]",
        "rule 'x': 'hold': 'for' is a time up to 30 days, not '60'; write the unit too: 60s or 60m"
      ),
      ("[{hold: {then: kil}}]", "rule 'x': 'hold': unknown then 'kil'; did you mean 'kill'?"),
      ("[{prompt: x}]", "rule 'x': 'prompt' has no particulars; write 'prompt' alone"),
      (
        "[{queue: x, run: y}]",
        "rule 'x': an action with particulars has one name, as in {restart: {handoff: true}}"
      ),
      (
        "[[prompt], escalate]",
        "rule 'x': 'do' is either a list of actions or a list of steps, as in [[prompt], [escalate]]"
      ),
      ("[[prompt], [escalat]]", "rule 'x': unknown action 'escalat'; did you mean 'escalate'?"),
      (
        "[{queue: 'see {hok}'}]", "rule 'x' uses '{hok}' in 'do', which nothing fills; did you mean '{hook}'?"
      ),
    ])
  func actions(_ steps: String, _ expected: String) {
    #expect(messages(["do": steps, "match": "'^bad(?<hook>)'"]).first == expected)
  }

  @Test(
    "in a template names the nearest place that something fills", arguments: ["why", "instead", "prompt"])
  func templates(_ key: String) {
    let found = messages(["match": "'^bad (?<branch>.*)'", "fires": "[bad x]", key: "see {brnch} and {text}"])
    #expect(found == ["rule 'x' uses '{brnch}' in '\(key)', which nothing fills; did you mean '{branch}'?"])
  }

  @Test("of a template is none when another rule's capture fills it")
  func templateOfEmitted() {
    let listener = Files.rule("y", ["on": "odd", "why": "'{hook} of {command}'", "fires": "[bad]"])
    #expect(messages(["match": "'^bad(?<hook>)'", "emit": "odd"], listener) == [])
  }

  @Test(
    "in an example says what to write instead",
    arguments: [
      (
        "fires", "[{sequence: [{at: 0s, output: bad}]}]",
        "say when it fires, as in 'fires_at: 5m'; it must be silent at all other times"
      ),
      (
        "fires", "[{sequence: [{output: bad}], fires_at: 0s}]",
        "a fact of a sequence has a time, as in {at: 5m, output: TEXT}"
      ),
      (
        "fires", "[{sequence: [{at: 0s}], fires_at: 0s}]",
        "a fact of a sequence has a kind and a text, as in {at: 5m, output: TEXT}"
      ),
      (
        "fires", "[{sequence: [{at: 0s, outptu: bad}], fires_at: 0s}]",
        "unknown fact kind 'outptu'; did you mean 'output'?"
      ),
      (
        "fires", "[{sequence: [{at: 5s, output: b}, {at: 1s, output: b}], fires_at: 5s}]",
        "1s comes after 5s; write the facts in their order"
      ),
      (
        "fires", "[{sequence: [], fires_at: 5s}]",
        "'sequence' is a list of facts, as in '- {at: 5m, output: TEXT}'"
      ),
      (
        "fires", "[{recording: deploy}]",
        "say at which seconds it fires, as in {recording: deploy, at: [13.6]}"
      ),
      (
        "fires", "[{recording: deploy, at: [soon]}]",
        "'at' is a list of seconds of the recording, as in [13.6]"
      ),
      (
        "fires", "[{recording: deploy, at: [13.6]}]",
        "has recordings only; give one example that can be tried when the file loads"
      ),
      (
        "silent", "[{recording: deploy, at: [1]}]",
        "a recording in which it stays silent has no 'at'; move it to 'fires' if it fires"
      ),
      (
        "silent", "[{sequence: [{at: 0s, output: x}], fires_at: 1s}]",
        "a silent sequence has no 'fires_at'; say with 'until: 30m' how long it stays silent"
      ),
      (
        "fires", "[{sequence: [{at: 0s, output: bad}, {at: 9s, output: bad}], fires_at: 9s}]",
        "example 1 fires at 0s, 9s; it must fire at 9s and at no other time"
      ),
      (
        "fires", "[{sequence: [{at: 0s, output: good}], fires_at: 0s}]",
        "example 1 never fires; it must fire at 0s and at no other time"
      ),
      (
        "silent", "[{sequence: [{at: 0s, output: bad}], until: 1h}]",
        "example 1 fires at 0s; it must stay silent until 1h"
      ),
    ])
  func examples(_ key: String, _ example: String, _ expected: String) throws {
    let message = try #require(messages([key: example]).first)
    #expect(message.hasPrefix("rule 'x'"))
    #expect(message.hasSuffix(expected))
  }

  @Test("of a rule that counts, shown by one fact only, asks for a sequence")
  func countNeedsSequence() {
    #expect(
      messages(["count": "{at: 2, within: 1m}"]) == [
        "rule 'x': 'fires' example 1 does not fire: bad; a rule that counts is shown by a 'sequence:'"
      ])
  }

  @Test("is none in a rule that uses everything")
  func everything() throws {
    let text = """
      rules:
        - id: frozen
          on: state
          when: state == working
          stalled: {after: 5m, clocks: [output, tokens]}
          cooldown: 10m
          severity: warning
          why: '{agent} has not moved for {lasted}.'
          prompt: Are you there?
          do:
            - [prompt, {queue: 'after {lasted}'}]
            - [interrupt, {hold: {for: 60s, then: allow}}]
            - [{restart: {handoff: false}}, {run: page-me}, escalate]
          ladder: {reset: 1h}
          fires:
            - working
            - sequence:
                - {at: 0s, state: working}
                - {at: 4m, output: a line}
                - {at: 8m, progress: tokens}
                - {at: 20m, status: '', tokens: 12}
              fires_at: [13m, 25m]
              until: 2h
            - {recording: deploy.claude, at: [13.6]}
          silent:
            - idle
            - sequence: [{at: 0s, state: working}, {at: 4m, state: idle}]
              until: 1h
            - {recording: mentions.claude}
      """
    let (book, errors) = Files.load(text)
    #expect(errors == [])
    let rule = try #require(book.rules.first)
    #expect(rule.fires.last?.recording == Example.Take(name: "deploy.claude", at: [13.6]))
    #expect(
      rule.steps.map { $0.map(\.action.rawValue) } == [
        ["prompt", "queue"], ["interrupt", "hold"], ["restart", "run", "escalate"],
      ])
    #expect(rule.steps[1][1].details == .hold(for: .seconds(60), then: .allow))
    let judge = Judge(book)
    _ = judge.judge(Files.fact("state", "working", at: 0))
    let verdict = try #require(judge.tick(at: Instant(seconds: 300)).first)
    #expect(verdict.why == "a has not moved for 5m.")
    #expect(verdict.prompt == "Are you there?")
    #expect(verdict.orders == [Order(.prompt), Order(.queue, .queue(text: "after 5m"))])
  }

  @Test(
    "of a duration is told from one that is right",
    arguments: [
      ("90s", 90.0), ("1h30m", 5400), ("250ms", 0.25), ("1d", 86_400), ("1m1s1ms", 61.001), ("", nil),
      ("1", nil),
      ("m", nil), ("1m1h", nil), ("1m1m", nil), ("-1s", nil), ("1.5h", nil), ("99999999999s", nil),
      ("1s ", nil),
    ] as [(String, Double?)])
  func durations(_ text: String, _ seconds: Double?) {
    let duration = Duration(spelled: text)
    #expect(duration?.inSeconds == seconds)
    if let duration { #expect(Duration(spelled: duration.spelled) == duration) }
  }
}
