import Testing

@testable import Rulebook

@Suite("Judging")
struct CostTests {
  /// Rules that look for words that no fact has, but for `x0`.
  private static func book(_ count: Int) -> Rulebook {
    let text = (0..<count).map {
      Files.rule(
        "x\($0)",
        ["match": "^tool-\($0)-bad (?<what>\\w+)", "when": "what != fine", "fires": "[tool-\($0)-bad a]"])
    }
    return Files.load("rules:\n" + text.joined()).rulebook
  }

  private static func cost(_ book: Rulebook) -> Duration {
    let judge = Judge(book)
    let facts = (0..<2000).map {
      Files.fact(
        "output", "line \($0) of tool-0-bad weather report", at: Double($0), ["command": .string("x")])
    }
    func once() -> Duration {
      ContinuousClock().measure { for fact in facts { _ = judge.judge(fact) } }
    }
    return (0..<7).map { _ in once() }.min() ?? .zero
  }

  @Test("costs hardly more with a thousand rules than with ten", .timeLimit(.minutes(1)))
  func growth() {
    let few = Self.cost(Self.book(10))
    let many = Self.cost(Self.book(1000))
    #expect(many.inSeconds < few.inSeconds * 3, "10 rules \(few), 1000 rules \(many)")
  }
}
