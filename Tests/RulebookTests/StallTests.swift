import Testing

@testable import Rulebook

@Suite("A rule about an agent that stands still")
struct StallTests {
  private static func judge(_ keys: [String: String] = [:], stalled: String = "{after: 5m, grace: 2m}")
    -> Judge
  {
    let own = [
      "on": "state", "match": "", "silent": "[idle]", "fires": "[working]", "when": "state == working",
      "stalled": stalled, "why": "'{lasted}: {clocks}'",
      "do": "[[prompt], [interrupt, prompt], [{restart: {handoff: true}}], [escalate]]",
    ]
    let file = RuleFile("rules:\n" + Files.rule("w", own.merging(keys) { $1 }), name: "a.yaml")
    #expect(file.errors == [])
    return Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
  }

  private static func at(_ seconds: Double) -> Instant { Instant(seconds: seconds) }

  private static func steps(_ verdicts: [Verdict]) -> [String] {
    verdicts.map { verdict in
      "\(Int(verdict.time.seconds)) \(verdict.actions.map(\.rawValue).joined(separator: "+"))"
    }
  }

  @Test("climbs step by step while nothing moves, and rests on the last")
  func climbs() {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("status", at: 10, ["tokens": .number(1)]))
    #expect(
      Self.steps(judge.tick(at: Self.at(36_000)))
        == ["310 prompt", "430 interrupt+prompt", "550 restart", "670 escalate"])
  }

  @Test("begins at the first step when the agent got on, not when only the step itself moved something")
  func progressResets() {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("status", at: 0, ["tokens": .number(1)]))
    #expect(Self.steps(judge.tick(at: Self.at(300))) == ["300 prompt"])
    // The echo of the prompt: the tokens of a new turn, and nothing after.
    _ = judge.judge(Files.fact("status", at: 304, ["tokens": .number(2)]))
    #expect(Self.steps(judge.tick(at: Self.at(604))) == ["604 interrupt+prompt"])
    _ = judge.judge(Files.fact("state", "interrupted", at: 605))
    _ = judge.judge(Files.fact("state", "working", at: 606))
    #expect(Self.steps(judge.tick(at: Self.at(906))) == ["906 restart"])
    // This one helped.
    _ = judge.judge(Files.fact("output", "a line", at: 960))
    #expect(Self.steps(judge.tick(at: Self.at(1260))) == ["1260 prompt"])
  }

  @Test("says of every clock when it moved, and once that there is no context to go by")
  func evidence() throws {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    var line = Files.fact("output", "a line", at: 20)
    line.source = .pane
    _ = judge.judge(line)
    _ = judge.judge(Files.fact("status", at: 30, ["tokens": .number(812)]))
    let verdicts = judge.tick(at: Self.at(36_000))
    #expect(
      verdicts.first?.why
        == "5m: tokens 812 5m, output 5m10s, lines 5m10s; never: command edit said context typing children")
    #expect(
      verdicts.first?.evidence == [
        "command: never moved", "output: moved 5m10s ago", "edit: never moved", "said: never moved",
        "context: not shown by this agent", "tokens 812: moved 5m ago", "lines: moved 5m10s ago",
        "typing: never moved", "children: never moved",
      ])
    #expect(judge.takeNotices().map(\.text).filter { $0.contains("no context") }.count == 1)
  }

  @Test("only asks and calls where nothing the agent shows could tell thinking from a stall")
  func blind() {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("output", "a line", at: 0))
    #expect(
      Self.steps(judge.tick(at: Self.at(36_000)))
        == ["300 prompt", "420 prompt+escalate", "540 escalate", "660 escalate"])
  }

  @Test("is not interrupted for thinking because a program of its ran once or something was received once")
  func blindWithChildren() throws {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    judge.progress(agent: "a", clock: .children, at: Self.at(10))
    let verdicts = judge.tick(at: Self.at(36_000))
    #expect(
      Self.steps(verdicts) == ["310 prompt", "430 prompt+escalate", "550 escalate", "670 escalate"])
    let third = try #require(verdicts.dropFirst(2).first?.evidence)
    #expect(third.contains { $0.contains("step 2 (prompt, escalate) was taken") })
    #expect(third.contains { $0.hasSuffix("no interrupt, no restart") })
  }

  @Test("is silent while the agent still receives something, whatever it shows")
  func receives() {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    var verdicts: [Verdict] = []
    for moment in stride(from: 0, to: 3600, by: 290) {
      verdicts += judge.tick(at: Self.at(Double(moment)))
      judge.progress(agent: "a", clock: .children, at: Self.at(Double(moment)))
    }
    #expect(verdicts.isEmpty)
  }

  @Test("is put off by a human at the keyboard, and by no words of Outrider's own")
  func keyboard() {
    let judge = Self.judge(stalled: "5m")
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("progress", "typing", at: 200))
    _ = judge.judge(Files.fact("prompt", "go on", at: 300, ["by": .string("human")]))
    _ = judge.judge(Files.fact("prompt", "go on", at: 400, ["by": .string("outrider")]))
    #expect(Self.steps(judge.tick(at: Self.at(3600))) == ["600 prompt"])
  }

  @Test("is not judged while the agent seems to have left the state")
  func leaving() {
    let judge = Self.judge(stalled: "5m")
    _ = judge.judge(Files.fact("state", "working", at: 0))
    _ = judge.judge(Files.fact("state", "idle", at: 299.9))
    #expect(judge.tick(at: Self.at(3600)).isEmpty)
  }

  @Test("stands at a second look until something moves or the agent leaves the state")
  func secondLook() throws {
    let judge = Self.judge()
    _ = judge.judge(Files.fact("state", "working", at: 0))
    let verdict = try #require(judge.tick(at: Self.at(300)).first)
    #expect(judge.stands(verdict))
    _ = judge.judge(Files.fact("state", "idle", at: 301))
    #expect(!judge.stands(verdict))
    _ = judge.judge(Files.fact("state", "working", at: 301.1))
    #expect(judge.stands(verdict))
    judge.progress(agent: "a", clock: .children, at: Self.at(302))
    #expect(!judge.stands(verdict))
  }

  @Test("does so much within an hour, then calls the human once and is silent")
  func cap() {
    let judge = Self.judge(["cap": "{at: 3, within: 1h}", "do": "[prompt]"], stalled: "5m")
    _ = judge.judge(Files.fact("state", "working", at: 0))
    var verdicts: [Verdict] = []
    for n in 0..<14 {
      verdicts += judge.judge(Files.fact("output", "x", at: Double(n) * 400))
    }
    #expect(
      Self.steps(verdicts) == [
        "300 prompt", "700 prompt", "1100 prompt", "1500 escalate", "3900 prompt", "4300 prompt",
        "4700 prompt", "5100 escalate",
      ])
    #expect(verdicts.map(\.isCapped).filter { $0 }.count == 2)
  }

  @Test("expects nothing of a command when that was told before it was known how the command ended")
  func metBefore() {
    let keys = ["on": "command", "match": "'^make'", "when": "exit > 0", "expect": "fixed", "within": "1s"]
    let fires = ["fires": "[{text: make, exit: 1}]", "silent": "[ls]"]
    let other = Files.rule("fix", ["emit": "fixed", "match": "'^done'", "do": "", "fires": "[done]"])
    let file = RuleFile(
      "rules:\n" + Files.rule("w", keys.merging(fires) { $1 }) + other, name: "a.yaml")
    #expect(file.errors == [])
    let judge = Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
    func tell(_ kind: String, _ text: String, _ time: Double, story: UInt64) {
      var fact = Files.fact(kind, text, at: time, kind == "command" ? ["exit": .number(1)] : [:])
      fact.story = story
      #expect(judge.judge(fact).isEmpty)
    }
    tell("output", "done", 0, story: 1)
    tell("command", "make", 0.1, story: 1)
    tell("command", "make", 0.2, story: 2)
    #expect(judge.tick(at: Self.at(60)).map { $0.fact.story } == [2])
  }

  @Test("counts once what one command prints alike, and what two senses tell of one event")
  func counting() {
    let count = "{at: 3, within: 15m, by: [agent, text], per: command}"
    let file = RuleFile("rules:\n" + Files.rule("w", ["count": count]), name: "a.yaml")
    #expect(file.errors == [])
    let judge = Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
    var times: [Double] = []
    for (time, story, source, text) in [
      (0.0, 1, Fact.Source.pane, "bad a"), (0, 1, .pane, "bad a"), (0, 1, .pane, "bad b"),
      (0.5, 1001, .hook, "bad a"),
      (10, 2, .pane, "bad a"), (10.2, 1002, .hook, "bad a"), (20, 3, .hook, "bad a"),
      (20.1, 3, .pane, "bad a"),
    ] {
      var fact = Files.fact("output", text, at: time)
      fact.story = UInt64(story)
      fact.source = source
      times += judge.judge(fact).map(\.time.seconds)
    }
    #expect(times == [20])
  }
}
