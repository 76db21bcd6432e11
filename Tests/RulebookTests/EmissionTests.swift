import Testing

@testable import Rulebook

@Suite("A rule that emits")
struct EmissionTests {
  private static let chain =
    "rules:\n"
    + Files.rule(
      "hook-failed",
      [
        "match": "'^(?<hook>\\S+)\\.{3,}Failed$'", "emit": "hook-failed", "do": "", "severity": "", "why": "",
        "fires": "[lint.....Failed]",
      ])
    + Files.rule(
      "hook-loop",
      [
        "on": "hook-failed", "match": "", "count": "{at: 3, within: 15m, by: [agent, hook]}",
        "why": "'{hook} failed {count} times'", "do": "[interrupt, prompt]",
        "fires":
          "[{sequence: [{at: 0s, output: lint...Failed}, {at: 1m, output: lint...Failed}, {at: 5m, output: lint...Failed}], fires_at: 5m}]",
        "silent":
          "[{sequence: [{at: 0s, output: lint...Failed}, {at: 1m, output: type...Failed}, {at: 5m, output: lint...Failed}]}]",
      ])

  @Test("is heard by others at once and raises no alert itself when it has nothing to do")
  func heard() {
    let (book, errors) = Files.load(Self.chain)
    #expect(errors == [])
    let judge = Judge(book)
    let verdicts = [0.0, 1, 2].flatMap { judge.judge(Files.fact("output", "lint...Failed", at: $0)) }
    #expect(verdicts.map(\.rule.id) == ["hook-loop"])
    #expect(verdicts.first?.why == "lint failed 3 times")
    let emitted = judge.takeEmitted()
    #expect(emitted.map(\.kind.rawValue) == ["hook-failed", "hook-failed", "hook-failed"])
    #expect(emitted.first?.fields["hook"] == .string("lint"))
    #expect(judge.takeEmitted() == [])
  }

  @Test("counts each line of one command")
  func story() {
    let judge = Judge(Files.load(Self.chain).rulebook)
    var fact = Files.fact("output", "lint...Failed", at: 0)
    fact.story = 7
    #expect((judge.judge(fact) + judge.judge(fact) + judge.judge(fact)).map(\.rule.id) == ["hook-loop"])
  }

  @Test("is stopped and told once when what it says goes round in a circle")
  func circle() {
    func rule(_ id: String, _ on: String, _ emit: String) -> String {
      Files.rule(id, ["on": on, "emit": emit, "match": "^bad"])
    }
    let text =
      "rules:\n" + rule("a", "output", "x") + rule("b", "x", "y") + rule("c", "y", "x") + rule("d", "y", "x")
    let (book, errors) = Files.load(text)
    #expect(errors == [])
    let judge = Judge(book)
    let verdicts = judge.judge(Files.fact("output", "bad", at: 0))
    #expect(verdicts.count < 100)
    _ = judge.judge(Files.fact("output", "bad", at: 1))
    let notices = judge.takeNotices()
    #expect(Set(notices.map(\.rule)).count == notices.count)
    #expect(!notices.isEmpty)
    #expect(notices.allSatisfy { $0.text.contains("without end") })
  }

  @Test("makes a kind that rules of other files may listen to; one that nobody makes is an error")
  func kinds() {
    let loud = Files.rule("loud", ["on": "trouble"])
    let maker = Files.rule("maker", ["emit": "trouble"])
    #expect(Files.load((.shipped, "rules:\n" + loud), (.user, "rules:\n" + maker)).errors == [])
    #expect(
      Files.load(
        (.shipped, "rules:\n" + loud.replacing("trouble", with: "truble")), (.user, "rules:\n" + maker)
      )
      .errors == ["a.yaml:6:9: rule 'loud': unknown fact kind 'truble'; did you mean 'trouble'?"])
  }
}
