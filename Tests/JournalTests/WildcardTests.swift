import Journal
import Testing

@Suite("A wildcard")
struct WildcardTests {
  @Test(
    "stands for any letters",
    arguments: [
      ("*", "frozen", true), ("frozen", "frozen", true), ("frozen", "frozen2", false),
      ("hook-*", "hook-loop", true),
      ("*-loop", "hook-loop", true), ("*-loop", "loop", false), ("a*b*c", "aXbYbZc", true),
      ("a*b*c", "ab", false),
      ("", "", true), ("", "a", false), ("***", "", true),
    ])
  func matches(_ pattern: String, _ name: String, _ does: Bool) {
    #expect(Wildcard(pattern).matches(name) == does)
  }

  @Test("of many stars takes no time of its own")
  func hostile() {
    let pattern = Wildcard(String(repeating: "a*", count: 2000) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 20_000)))
  }
}
