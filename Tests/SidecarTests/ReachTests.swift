import Patterns
import Rulebook
import Senses
import Sidecar
import Terminal
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
  static let unrecorded = [
    "claude-code": ["✻ Compacting conversation… (12s)", "─── ↑ 7 more ─────────────────────"]
  ]

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
      for line in try Self.lines(of: Fixtures.recording(recording).withInferredSizes()) { take(line) }
    }
    for line in Self.unrecorded[name] ?? [] { take(line) }
    #expect(patterns.map(\.source) == [])
  }

  /// Every line that the recording's screen showed in a settled frame.
  private static func lines(of recording: Recording) -> Set<String> {
    var screen = Screen(rows: recording.rows, columns: recording.columns)
    var lines: Set<String> = []
    for timed in recording.events {
      switch timed.event {
      case .resize(let rows, let columns): screen.resize(rows: rows, columns: columns)
      case .output(let bytes): screen.feed(bytes) { lines.formUnion($0.lines.map(\.text)) }
      }
    }
    screen.settle(force: true) { lines.formUnion($0.lines.map(\.text)) }
    return lines
  }
}
