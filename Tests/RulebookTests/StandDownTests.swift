import Shell
import Testing

@testable import Rulebook

@Suite("A pattern that backtracks without end")
struct StandDownTests {
  @Test("is told once, by rule, and stood down, while the other rules go on")
  func standDown() {
    let text = """
      rules:
        - {id: endless, on: output, match: '^(a+)+$', severity: info, why: w, do: [escalate], fires: [aa], silent: [b]}
        - {id: sound, on: output, match: 'b$', severity: info, why: w, do: [escalate], fires: [b], silent: [a]}
      """
    let loaded = Rulebook.load([RuleFile(text, name: "x.yaml")], programs: ProgramTable())
    #expect(loaded.errors == [])
    let judge = Judge(loaded.rulebook)
    let hostile = String(repeating: "a", count: 5_000) + "b"
    for second in 0..<5 {
      let fact = Fact(
        time: Instant(seconds: Double(second)), agent: "a", kind: .output, text: hostile, source: .pane)
      #expect(judge.judge(fact).map(\.rule.id) == ["sound"])
    }
    let notices = judge.takeNotices()
    #expect(notices.map(\.rule) == ["endless"])
    #expect(notices.first?.text.contains("rule 'endless' (x.yaml:2) hit PCRE2's match limit") ?? false)
    #expect(judge.takeNotices().isEmpty)
  }
}
