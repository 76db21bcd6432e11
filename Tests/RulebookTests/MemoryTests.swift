import Foundation
import Testing

@testable import Rulebook

@Suite("What rules remember")
struct MemoryTests {
  private static func judge(_ rules: String) -> Judge {
    let file = RuleFile("rules:\n" + rules, name: "a.yaml")
    #expect(file.errors == [])
    return Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
  }

  /// The judge of a program that goes on where another was killed.
  ///
  /// - Parameters:
  ///   - old: Its clock shows `ended`, in seconds, when it is killed.
  ///   - gap: For so long no program runs.
  ///   - began: What the clock of the new one shows when it begins; the same as the old one's and the gap by default.
  private func succeed(
    _ old: Judge, at ended: Double, gap: Double = 0, began: Double? = nil, rules: String
  ) throws -> Judge {
    let now = Instant(seconds: began ?? ended + gap)
    let bytes = try JSONEncoder().encode(old.memories())
    let read = try JSONDecoder().decode([String: AgentMemory].self, from: bytes)
    #expect(read == old.memories())
    let new = Self.judge(rules)
    let offset = (now - Instant(seconds: ended)) - .seconds(gap)
    for (agent, memory) in read {
      new.recall(
        memory.turned(by: offset, now: now), of: agent, at: now, unseen: .seconds(gap))
    }
    return new
  }

  /// A rule `w` about what an agent does; its examples are not what is tested here.
  private static func stateRule(_ condition: String, _ keys: [String: String] = [:]) -> String {
    let fields = ["on": "state", "match": "", "when": condition, "fires": "[working]", "silent": "[idle]"]
    return Files.rule("w", fields.merging(keys) { $1 })
  }

  private func times(_ verdicts: [Verdict], of rule: String = "w") -> [Double] {
    verdicts.filter { $0.rule.id == rule }.map(\.time.seconds)
  }

  @Test("a loop that began before a restart is called at the third failure, once")
  func count() throws {
    let rules = Files.rule(
      "w", ["match": "'^bad (?<hook>\\w+)'", "count": "{at: 3, within: 15m, by: [agent, hook]}"])
    let old = Self.judge(rules)
    #expect(old.judge(Files.fact("output", "bad x", at: 0)).isEmpty)
    #expect(old.judge(Files.fact("output", "bad y", at: 5)).isEmpty)
    #expect(old.judge(Files.fact("output", "bad x", at: 10)).isEmpty)
    let new = try succeed(old, at: 12, gap: 60, rules: rules)
    #expect(times(new.judge(Files.fact("output", "bad x", at: 80))) == [80])
    #expect(new.judge(Files.fact("output", "bad x", at: 81)).isEmpty)
    #expect(new.judge(Files.fact("output", "bad y", at: 82)).isEmpty)
    #expect(times(new.judge(Files.fact("output", "bad y", at: 83))) == [83])
  }

  @Test("what left its window while nobody looked is not counted")
  func window() throws {
    let rules = Files.rule("w", ["count": "{at: 3, within: 15m}"])
    let old = Self.judge(rules)
    for time in [0.0, 600] { _ = old.judge(Files.fact("output", "bad", at: time)) }
    let new = try succeed(old, at: 600, gap: 400, rules: rules)
    #expect(new.judge(Files.fact("output", "bad", at: 1001)).isEmpty)
    #expect(times(new.judge(Files.fact("output", "bad", at: 1002))) == [1002])
  }

  @Test("what is counted over the fleet goes on")
  func fleet() throws {
    let rules = Files.rule("w", ["count": "{at: 2, within: 15m, by: [text]}"])
    let old = Self.judge(rules)
    #expect(old.judge(Files.fact("output", "bad", at: 0, agent: "a")).isEmpty)
    let new = try succeed(old, at: 1, rules: rules)
    #expect(times(new.judge(Files.fact("output", "bad", at: 2, agent: "b"))) == [2])
  }

  @Test("a cool-down holds, by a clock that shows another time as well")
  func cooldown() throws {
    let rules = Files.rule("w", ["cooldown": "60s"])
    let old = Self.judge(rules)
    #expect(times(old.judge(Files.fact("output", "bad", at: 100))) == [100])
    let new = try succeed(old, at: 110, gap: 20, began: 5000, rules: rules)
    #expect(new.judge(Files.fact("output", "bad", at: 5029)).isEmpty)
    #expect(times(new.judge(Files.fact("output", "bad", at: 5030))) == [5030])
  }

  @Test("a ladder goes on at its step, and a cap that is reached stays reached")
  func ladderAndCap() throws {
    let rules =
      Files.rule("w", ["do": "[[prompt], [interrupt, prompt], [escalate]]", "ladder": "{reset: 1h}"])
      + Files.rule("c", ["match": "^capped", "do": "[prompt]", "cap": "{at: 1, within: 1h}"])
    let old = Self.judge(rules)
    #expect(old.judge(Files.fact("output", "bad", at: 0)).map(\.step) == [1])
    #expect(old.judge(Files.fact("output", "bad", at: 1)).map(\.step) == [2])
    #expect(old.judge(Files.fact("output", "capped", at: 2)).map(\.isCapped) == [false])
    let new = try succeed(old, at: 3, gap: 30, rules: rules)
    #expect(new.judge(Files.fact("output", "bad", at: 40)).map(\.step) == [3])
    #expect(new.judge(Files.fact("output", "capped", at: 41)).map(\.isCapped) == [true])
    #expect(new.judge(Files.fact("output", "capped", at: 42)).isEmpty)
  }

  @Test("what is expected is called at its deadline, given the time in which nobody could see it come")
  func expectation() throws {
    let rules =
      Files.rule("w", ["expect": "fixed", "within": "20s"])
      + Files.rule("fix", ["emit": "fixed", "match": "^done", "do": ""])
    func half() throws -> Judge {
      let old = Self.judge(rules)
      _ = old.judge(Files.fact("output", "bad", at: 0))
      return try succeed(old, at: 5, gap: 100, rules: rules)
    }
    let missed = try half()
    #expect(missed.tick(at: Instant(seconds: 119)).isEmpty)
    let verdicts = missed.tick(at: Instant(seconds: 120))
    #expect(times(verdicts) == [120])
    #expect(verdicts.first?.fact.text == "bad")
    let met = try half()
    _ = met.judge(Files.fact("output", "done", at: 110))
    #expect(met.tick(at: Instant(seconds: 1000)).isEmpty)
  }

  @Test("what lasts goes on from before, without the time in which nobody looked")
  func lasting() throws {
    let rules = Self.stateRule("state == asking", ["for": "2m"])
    let old = Self.judge(rules)
    _ = old.judge(Files.fact("state", "asking", at: 0))
    let new = try succeed(old, at: 90, gap: 600, rules: rules)
    // The new watch sees what is on the screen, and tells of it as of something new.
    _ = new.judge(Files.fact("state", "asking", at: 691))
    #expect(new.tick(at: Instant(seconds: 719)).isEmpty)
    #expect(times(new.tick(at: Instant(seconds: 720))) == [720])
  }

  @Test("a state that was told before is not told again, so that no alert is doubled")
  func toldOnce() throws {
    let rules = Self.stateRule("state == asking")
    let old = Self.judge(rules)
    #expect(times(old.judge(Files.fact("state", "asking", at: 0))) == [0])
    let new = try succeed(old, at: 5, rules: rules)
    #expect(new.judge(Files.fact("state", "asking", at: 6)).isEmpty)
    _ = new.judge(Files.fact("state", "working", at: 10))
    _ = new.tick(at: Instant(seconds: 11))
    #expect(times(new.judge(Files.fact("state", "asking", at: 20))) == [20])
  }

  @Test("a stall is called after the time for which it was seen to stand still, and climbs on")
  func stall() throws {
    let rules = Self.stateRule(
      "state == working",
      ["stalled": "{after: 5m, clocks: [lines], grace: 2m}", "do": "[[escalate], [escalate]]"])
    let old = Self.judge(rules)
    _ = old.judge(Files.fact("state", "working", at: 0))
    old.progress(agent: "a", clock: .lines, at: Instant(seconds: 100))
    let new = try succeed(old, at: 200, gap: 1000, rules: rules)
    _ = new.judge(Files.fact("state", "working", at: 1201))
    #expect(new.tick(at: Instant(seconds: 1399)).isEmpty)
    let first = new.tick(at: Instant(seconds: 1400))
    #expect(times(first) == [1400])
    let next = try succeed(new, at: 1410, gap: 5, rules: rules)
    _ = next.judge(Files.fact("state", "working", at: 1416))
    #expect(next.tick(at: Instant(seconds: 1524)).isEmpty)
    let second = next.tick(at: Instant(seconds: 1525))
    #expect(times(second) == [1525])
    #expect(second.map(\.step) == [2])
    #expect(next.tick(at: Instant(seconds: 9999)).isEmpty)
  }

  @Test("an agent that moved while nobody looked has not stalled")
  func movedUnseen() throws {
    let rules = Self.stateRule("state == working", ["stalled": "{after: 5m, clocks: [tokens]}"])
    let old = Self.judge(rules)
    _ = old.judge(Files.fact("state", "working", at: 0))
    _ = old.judge(Files.fact("status", "", at: 1, ["tokens": .number(10)]))
    let new = try succeed(old, at: 250, gap: 20, rules: rules)
    _ = new.judge(Files.fact("state", "working", at: 270))
    _ = new.judge(Files.fact("status", "", at: 271, ["tokens": .number(11)]))
    #expect(new.tick(at: Instant(seconds: 570)).isEmpty)
    #expect(times(new.tick(at: Instant(seconds: 571))) == [571])
  }

  @Test("a rule that was changed begins anew, one that only stands elsewhere goes on")
  func changed() throws {
    let rules = Files.rule("w", ["count": "{at: 2, within: 15m}"]) + Files.rule("x", ["cooldown": "1h"])
    let old = Self.judge(rules)
    #expect(times(old.judge(Files.fact("output", "bad", at: 0)), of: "x") == [0])
    let wider = Files.rule("w", ["count": "{at: 2, within: 16m}"])
    let changed = try succeed(old, at: 1, rules: wider)
    #expect(changed.judge(Files.fact("output", "bad", at: 2)).isEmpty)
    #expect(times(changed.judge(Files.fact("output", "bad", at: 3))) == [3])
    let moved = try succeed(old, at: 1, rules: Files.rule("first", ["match": "^other"]) + rules)
    #expect(times(moved.judge(Files.fact("output", "bad", at: 2))) == [2])
  }

  @Test("a stall rule that was changed waits from now on for what goes on already")
  func changedStall() throws {
    func rules(_ after: String) -> String {
      Self.stateRule("state == working", ["stalled": after])
    }
    let old = Self.judge(rules("5m"))
    _ = old.judge(Files.fact("state", "working", at: 0))
    let new = try succeed(old, at: 200, rules: rules("4m"))
    _ = new.judge(Files.fact("state", "working", at: 201))
    #expect(new.tick(at: Instant(seconds: 439)).isEmpty)
    #expect(times(new.tick(at: Instant(seconds: 440))) == [440])
  }

  @Test("nothing of a night is kept without bound, and no bytes of a memory do harm")
  func bounded() throws {
    let rules = Files.rule(
      "w", ["match": "'^bad (?<n>\\d+)'", "count": "{at: 1000, within: 1h, by: [agent, n]}"])
    let old = Self.judge(rules)
    for n in 0..<20_000 { _ = old.judge(Files.fact("output", "bad \(n % 300)", at: Double(n) / 100)) }
    let memory = try #require(old.memories()["a"])
    #expect(memory.counts.count <= AgentMemory.mostCounts)
    #expect(memory.counts.map(\.tallies.count).reduce(0, +) <= AgentMemory.mostTallies)
    #expect(memory.counts.first?.key == ["199"])

    let wild = """
      {"rules": {"w": \(try #require(memory.rules["w"]))}, "meetings": [], "spells": [], "expectations": [],
       "counts": [{"rule": "w", "key": [], "tallies": [{"time": {"nanoseconds": 9223372036854775807}, "source": "pane"},
         {"time": {"nanoseconds": -9223372036854775808}, "source": "pane"}]}],
       "firings": [{"rule": "w", "firings": {"last": {"nanoseconds": 9223372036854775807}, "count": 9223372036854775807,
         "times": [{"nanoseconds": -9223372036854775808}]}}],
       "moved": {"lines": {"nanoseconds": 9223372036854775807}, "nonsense": {"nanoseconds": 1}}, "values": {"x": "y"},
       "standing": {"time": {"nanoseconds": 9223372036854775807}, "kind": "state", "text": "flying", "fields": {},
         "source": "pane"}}
      """
    let read = try JSONDecoder().decode(AgentMemory.self, from: Data(wild.utf8))
    let new = Self.judge(rules)
    let now = Instant(seconds: 1000)
    new.recall(read.turned(by: .seconds(100), now: now), of: "a", at: now, unseen: .seconds(1e9))
    #expect(new.judge(Files.fact("output", "bad 1", at: 1001)).isEmpty)
    _ = new.tick(at: Instant(seconds: 1e6))
    #expect(new.standing(of: "a") == nil)
  }
}
