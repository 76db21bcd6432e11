import Patterns
import Rulebook
import Senses
import Sidecar
import Testing

@Suite("Samples reach")
struct ReachTests {
  @Test("every exception and every condition of a shipped rule, in every profile")
  func rules() throws {
    for profile in Profile.allCases {
      let sources = RuleSources(shipped: Fixtures.root.appending(path: "rules"), profile: profile)
      let findings = try RuleLibrary(sources).rulebook.lint()
      #expect(findings.map { "\($0.rule): \($0.message)" } == [], "\(profile)")
    }
  }

  /// Patterns that no recording shows, by agent, each with a line that the agent shows.
  static let unrecorded: [String: [String]] = [:]

  @Test(
    "every pattern by which an agent or its state is recognised, in a recording or by a line named here",
    arguments: ["claude-code", "codex"])
  func dialects(_ name: String) throws {
    let dialect = try #require(Fixtures.library.dialects.first { $0.name == name })
    let context = MatchContext()
    var patterns = dialect.recognise + dialect.states.flatMap(\.match)
    func take(_ text: String) {
      patterns.removeAll { (try? $0.firstMatch(in: text, using: context)) ?? nil != nil }
    }
    for recording in Fixtures.names where recording.hasSuffix(name.prefix { $0 != "-" }) {
      ReplaySession(Fixtures.library).run(try Fixtures.recording(recording)) { fact in
        if fact.kind == .line { take(fact.text) }
      } onVerdict: { _, _ in
      }
    }
    for line in Self.unrecorded[name] ?? [] { take(line) }
    #expect(patterns.map(\.source) == [])
  }
}
