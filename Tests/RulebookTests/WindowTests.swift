import Testing

@testable import Rulebook

@Suite("A rule that waits")
struct WindowTests {
  /// One rule, `w`, of these keys; its examples are not what is tested here.
  private static func judge(_ keys: [String: String], _ others: String = "") -> Judge {
    let text = "rules:\n" + Files.rule("w", keys) + others
    let file = RuleFile(text, name: "a.yaml")
    #expect(file.errors == [])
    return Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
  }

  private func times(_ verdicts: [Verdict], of rule: String = "w") -> [Double] {
    verdicts.filter { $0.rule.id == rule }.map(\.time.seconds)
  }

  private static let fixed = Files.rule("fix", ["emit": "fixed", "match": "^done", "do": ""])

  // MARK: count

  @Test("counts within its window, by agent and field, and starts again when it has fired")
  func count() {
    let judge = Self.judge([
      "match": "'^bad (?<hook>\\w+)'", "count": "{at: 3, within: 10s, by: [agent, hook]}",
      "why": "'{hook} {count}'",
    ])
    var fired: [String] = []
    for (time, agent, hook) in [
      (0.0, "a", "x"), (1, "a", "y"), (2, "b", "x"), (6, "a", "x"), (11, "a", "x"), (12, "a", "x"),
      (13, "a", "x"),
      (14, "a", "x"), (15, "a", "x"),
    ] {
      fired += judge.judge(Files.fact("output", "bad \(hook)", at: time, agent: agent))
        .map { "\($0.time.seconds) \($0.why)" }
    }
    #expect(fired == ["12.0 x 3", "15.0 x 3"])
  }

  @Test("forgets its count when what resets it comes, for that agent only")
  func reset() {
    let judge = Self.judge(["count": "{at: 2, within: 1h, reset: fixed}"], Self.fixed)
    var fired: [String] = []
    for (time, agent, text) in [
      (0.0, "a", "bad"), (0, "b", "bad"), (1, "a", "done"), (2, "a", "bad"), (2, "b", "bad"), (3, "a", "bad"),
    ] {
      fired += judge.judge(Files.fact("output", text, at: time, agent: agent)).map {
        "\($0.fact.agent) \($0.time.seconds)"
      }
    }
    #expect(fired == ["b 2.0", "a 3.0"])
  }

  @Test("may look at the number itself, after what else the condition says")
  func whenCount() {
    let judge = Self.judge(["count": "{within: 1m}", "when": "weight > 1 and count >= 2 and count < 4"])
    let weights = [2.0, 1, 2, 2, 2]
    let fired = weights.enumerated().flatMap { index, weight in
      judge.judge(Files.fact("output", "bad", at: Double(index), ["weight": .number(weight)]))
    }
    #expect(times(fired) == [2, 3])
    #expect(fired.map(\.count) == [2, 3])
  }

  @Test("keeps a bounded number of things apart and says once that it forgets")
  func bounded() {
    let judge = Self.judge(["match": "'^bad (?<n>\\d+)'", "count": "{at: 2, within: 1h, by: [agent, n]}"])
    for n in 0...1000 { _ = judge.judge(Files.fact("output", "bad \(n)", at: 0)) }
    #expect(judge.judge(Files.fact("output", "bad 0", at: 1)).isEmpty)
    #expect(times(judge.judge(Files.fact("output", "bad 1000", at: 1))) == [1])
    #expect(
      judge.takeNotices().map(\.text) == [
        "rule 'w' (a.yaml:2) keeps apart more than 256 things of one agent; the oldest are forgotten"
      ])
  }

  // MARK: cooldown and ladders

  @Test("is silent while it cools down, each agent for itself")
  func cooldown() {
    let judge = Self.judge(["cooldown": "10s"])
    let fired = [0.0, 5, 9, 10, 19, 21].flatMap { judge.judge(Files.fact("output", "bad", at: $0)) }
    #expect(times(fired) == [0, 10, 21])
    #expect(times(judge.judge(Files.fact("output", "bad", at: 22, agent: "b"))) == [22])
  }

  @Test("climbs its ladder, stays on the last step, and begins again after its reset")
  func ladder() {
    let judge = Self.judge(["do": "[[prompt], [interrupt, prompt], [escalate]]", "ladder": "{reset: 1h}"])
    let fired = [0.0, 1, 2, 3, 3603].flatMap { judge.judge(Files.fact("output", "bad", at: $0)) }
    #expect(fired.map(\.step) == [1, 2, 3, 3, 1])
    #expect(fired.map { $0.actions.map(\.rawValue) }[1] == ["interrupt", "prompt"])
    #expect(judge.judge(Files.fact("output", "bad", at: 3604, agent: "b")).map(\.step) == [1])
  }

  // MARK: expect

  @Test("expects what must follow, and fires at the deadline, in silence or before the next fact")
  func expect() {
    let keys = ["expect": "fixed", "within": "20s", "by": "[n]", "match": "'^bad (?<n>\\d)'"]
    let other = Files.rule("fix", ["emit": "fixed", "match": "'^done (?<n>\\d)'", "do": ""])
    let judge = Self.judge(keys, other)
    #expect(judge.nextDeadline == nil)
    for (time, text) in [(0.0, "bad 1"), (1, "bad 2"), (2, "bad 3"), (3, "bad 1"), (4, "done 2")] {
      #expect(judge.judge(Files.fact("output", text, at: time)).isEmpty)
    }
    #expect(judge.nextDeadline == Instant(seconds: 20))
    #expect(judge.tick(at: Instant(seconds: 19.9)).isEmpty)
    let fired = judge.tick(at: Instant(seconds: 20))
    #expect(times(fired) == [20])
    #expect(fired.first?.fact.text == "bad 1")
    // At the very deadline it is in time.
    #expect(judge.judge(Files.fact("output", "done 3", at: 22)).isEmpty)
    #expect(judge.tick(at: Instant(seconds: 1000)).isEmpty)
    #expect(judge.nextDeadline == nil)
  }

  @Test("expects nothing more when 'unless' comes")
  func unless() {
    let closed = Files.rule("close", ["emit": "closed", "match": "^closed", "do": ""])
    let judge = Self.judge(["expect": "fixed", "within": "20s", "unless": "[closed]"], Self.fixed + closed)
    _ = judge.judge(Files.fact("output", "bad", at: 0))
    _ = judge.judge(Files.fact("output", "closed", at: 1))
    #expect(judge.tick(at: Instant(seconds: 100)).isEmpty)
    _ = judge.judge(Files.fact("output", "bad", at: 200))
    #expect(times(judge.judge(Files.fact("output", "something", at: 300))) == [220])
  }

  // MARK: for and stalled

  private static let state = ["on": "state", "match": "", "silent": "[idle]", "fires": "[asking]"]

  @Test("fires once when its condition has held for so long without a break")
  func held() {
    let judge = Self.judge(
      Self.state.merging(["when": "state == asking", "for": "2m", "why": "'{lasted}'"]) { $1 })
    func state(_ name: String, _ time: Double) -> [Double] {
      times(judge.judge(Files.fact("state", name, at: time)))
    }
    #expect(state("asking", 0) == [])
    #expect(state("working", 100) == [])
    #expect(state("asking", 110) == [])
    #expect(state("asking", 200) == [])
    let fired = judge.tick(at: Instant(seconds: 230))
    #expect(times(fired) == [230])
    #expect(fired.first?.why == "2m")
    #expect(judge.tick(at: Instant(seconds: 900)).isEmpty)
    #expect(state("idle", 901) == [])
    #expect(state("asking", 902) == [])
    #expect(state("idle", 2000) == [1022])
  }

  @Test("is not disturbed by a status that says nothing of its fields")
  func otherStatus() {
    let judge = Self.judge([
      "on": "status", "match": "", "when": "context <= 14", "for": "1m", "fires": "[{text: c, context: 1}]",
      "silent": "[c]",
    ])
    _ = judge.judge(Files.fact("status", at: 0, ["context": .number(9)]))
    _ = judge.judge(Files.fact("status", at: 30, ["tokens": .number(9)]))
    #expect(times(judge.tick(at: Instant(seconds: 60))) == [60])
  }

  @Test("is stalled only when no clock moved, and again only after progress")
  func stalled() {
    let judge = Self.judge(
      Self.state.merging(["when": "state == working", "stalled": "5m", "fires": "[working]"]) { $1 })
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("output", "x", at: 200))
    _ = judge.judge(Files.fact("status", at: 250, ["tokens": .number(7)]))
    judge.progress(agent: "a", clock: .children, at: Instant(seconds: 300))
    // The same number again and the time that passes are no progress; nor is another agent's.
    _ = judge.judge(Files.fact("status", at: 350, ["tokens": .number(7), "elapsed": .number(350)]))
    _ = judge.judge(Files.fact("output", "x", at: 400, agent: "b"))
    #expect(judge.tick(at: Instant(seconds: 599)).isEmpty)
    #expect(times(judge.tick(at: Instant(seconds: 600))) == [600])
    #expect(judge.tick(at: Instant(seconds: 6000)).isEmpty)
    judge.progress(agent: "a", clock: .lines, at: Instant(seconds: 6100))
    #expect(times(judge.tick(at: Instant(seconds: 7000))) == [6400])
    _ = judge.judge(Files.fact("state", "idle", at: 7001))
    judge.progress(agent: "a", clock: .lines, at: Instant(seconds: 7002))
    #expect(judge.tick(at: Instant(seconds: 9999)).isEmpty)
  }

  @Test("looks at the clocks that it names")
  func clocks() {
    let judge = Self.judge(
      Self.state.merging([
        "when": "state == working", "stalled": "{after: 5m, clocks: [tokens]}", "fires": "[working]",
      ]) { $1 })
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("output", "x", at: 200))
    #expect(times(judge.tick(at: Instant(seconds: 400))) == [300])
  }

  @Test("goes on waiting under new rules that still have it, and never goes back in time")
  func adopted() {
    let judge = Self.judge(["count": "{at: 2, within: 10s}"])
    _ = judge.judge(Files.fact("output", "bad", at: 100))
    judge.adopt(judge.rulebook)
    #expect(times(judge.judge(Files.fact("output", "bad", at: 50))) == [50])
    judge.adopt(Rulebook(rules: [], lists: [:], programs: .init()))
    #expect(judge.judge(Files.fact("output", "bad", at: 60)).isEmpty)
  }
}
