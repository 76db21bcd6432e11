import Testing

@testable import Rulebook

@Suite("The state of an agent")
struct StandingTests {
  private static func judge() -> Judge {
    let rules = ["starting", "working", "asking", "idle", "interrupted", "compacting", "limited", "exited"]
      .map {
        Files.rule(
          $0, ["on": "state", "match": "", "when": "state == \($0)", "fires": "[\($0)]", "silent": "[x]"])
      }
    let file = RuleFile("rules:\n" + rules.joined(), name: "a.yaml")
    #expect(file.errors == [])
    return Judge(Rulebook(rules: file.rules, lists: [:], programs: .init()))
  }

  private static func told(_ course: [(Double, String)], until end: Double) -> [String] {
    let judge = judge()
    var verdicts = course.flatMap { judge.judge(Files.fact("state", $0.1, at: $0.0)) }
    verdicts += judge.tick(at: Instant(seconds: end))
    return verdicts.map { "\($0.time.seconds) \($0.rule.id)" }
  }

  @Test("is told when it has settled; one that is left before is none")
  func settles() {
    // Codex at its start, and between two prompts of its queue.
    #expect(
      Self.told([(0.499, "idle"), (0.894, "working"), (0.921, "idle")], until: 100) == ["0.499 idle"])
    #expect(
      Self.told([(0, "working"), (14.182, "idle"), (14.185, "working"), (20, "idle")], until: 100)
        == ["0.0 working", "20.75 idle"])
  }

  @Test("is told at once where being late harms")
  func urgent() {
    #expect(
      Self.told(
        [(0, "working"), (1, "asking"), (1.1, "working"), (1.2, "interrupted"), (1.3, "compacting")],
        until: 1.4)
        == ["0.0 working", "1.0 asking", "1.2 interrupted", "1.3 compacting"])
  }

  @Test("does not flicker for ever: the last one counts in the end")
  func flickers() {
    let course = (0..<40).map { (1 + Double($0) * 0.2, $0.isMultiple(of: 2) ? "idle" : "exited") }
    let told = Self.told([(0, "working")] + course, until: 9)
    #expect(told.count > 1)
    #expect(told.dropFirst().first.map { Double($0.prefix { $0 != " " }) ?? 99 } ?? 99 <= 4.2)
  }

  @Test("goes on with what it did before it was compacted, which hooks only tell of")
  func compacted() {
    #expect(
      Self.told(
        [(0, "compacted"), (1, "working"), (5, "compacting"), (60, "compacted"), (90, "compacted")], until: 99
      )
        == ["1.0 working", "5.0 compacting", "60.75 working"])
  }

  @Test("stays limited at rest, and is not when it works again")
  func limited() {
    #expect(
      Self.told([(0, "working"), (1, "limited"), (1, "idle"), (500, "working")], until: 600)
        == ["0.0 working", "1.0 limited", "500.75 working"])
  }

  @Test("is one state, whichever sense tells of it, and is known with its evidence")
  func senses() {
    let judge = Self.judge()
    #expect(judge.standing(of: "a") == nil)
    var verdicts: [Verdict] = []
    for (time, source, state) in [
      (0.0, Fact.Source.pane, "idle"), (1, .hook, "working"), (1.05, .pane, "working"), (9, .hook, "idle"),
      (9.2, .pane, "idle"),
    ] {
      var fact = Files.fact("state", state, at: time, ["evidence": .string("\(source) \(time)")])
      fact.source = source
      verdicts += judge.judge(fact)
    }
    verdicts += judge.tick(at: Instant(seconds: 60))
    #expect(verdicts.map(\.rule.id) == ["idle", "working", "idle"])
    #expect(verdicts.last?.fact.fields["was"] == .string("working"))
    #expect(
      judge.standing(of: "a")
        == Standing(state: .idle, since: Instant(seconds: 9), evidence: "hook 9.0"))
  }

  @Test("may be any word of a hostile sense, and nothing grows without bound")
  func hostile() {
    let judge = Self.judge()
    for n in 0..<3000 {
      _ = judge.judge(Files.fact("state", "\u{1B}[31m\(n)", at: Double(n), agent: "agent \(n)"))
      _ = judge.judge(Files.fact("progress", "no clock \(n)", at: Double(n)))
    }
    #expect(judge.standing(of: "agent 2999") == nil)
    #expect(judge.tick(at: Instant(seconds: 1e6)).isEmpty)
  }
}
