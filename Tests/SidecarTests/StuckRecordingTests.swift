import Foundation
import Rulebook
import Senses
import Sidecar
import Testing

@Suite("The rules about agents that are stuck, over recordings")
struct StuckRecordingTests {
  private static let files = ["stuck", "loops", "walls", "review"]

  /// Whether the rule looks at how an agent gets on, rather than at what it may do.
  static func watches(_ rule: String) -> Bool {
    Fixtures.library.rulebook.rules.contains { own in
      own.id == rule && files.contains { own.origin.file.hasSuffix("rules/\($0).yaml") }
    }
  }

  private struct Alert: CustomStringConvertible {
    let time: Double
    let rule: String
    let verdict: Verdict

    var description: String { "\(time) \(rule): \(verdict.why)" }
  }

  private static func alerts(in name: String, with library: RuleLibrary = Fixtures.library) throws -> [Alert]
  {
    var seen: [Alert] = []
    ReplaySession(library).run(try Fixtures.recording(name)) { _ in
    } onVerdict: { verdict, _ in
      guard watches(verdict.rule.id) || verdict.rule.origin.file.hasSuffix("own.yaml") else { return }
      seen.append(Alert(time: verdict.time.seconds, rule: verdict.rule.id, verdict: verdict))
    }
    return seen
  }

  /// By the truth file, and by the moment at which the pane shows it. Claude Code hides the output of what
  /// fails: of the four failures in `walls.claude` only the merge can be told for what it was.
  static let expected: [String: [(Double, String)]] = [
    "context.claude": [(18.900, "context-low")],
    "context.codex": [(13.388, "context-warning"), (15.572, "context-low")],
    // The third commit has failed at 13.404 and 12.458; output that names the hook may follow for 250 ms.
    "hooks.claude": [(13.654, "hook-loop")],
    "hooks.codex": [(12.708, "hook-loop")],
    "walls.claude": [(8.919, "merge-conflict"), (9.763, "api-error")],
    "walls.codex": [(8.111, "merge-conflict"), (8.464, "disk-full")],
  ]

  @Test(
    "give the expected alerts at the expected seconds, and none in all the others", arguments: Fixtures.names)
  func alerts(_ name: String) throws {
    let seen = try Self.alerts(in: name)
    let wanted = Self.expected[name] ?? []
    #expect(seen.map(\.rule) == wanted.map(\.1), "\(seen)")
    for (alert, wanted) in zip(seen, wanted) { #expect(abs(alert.time - wanted.0) < 0.002, "\(alert)") }
  }

  /// The shipped rules and one of the test's own.
  private static func library(with rule: String) throws -> RuleLibrary {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "own.yaml")
    try Data(rule.utf8).write(to: file)
    return try RuleLibrary(
      RuleSources(shipped: Fixtures.root.appending(path: "rules"), added: [file]))
  }

  private static func still(_ stalled: String) -> String {
    """
    rules:
      - id: still
        on: state
        when: state == working
        stalled: \(stalled)
        severity: warning
        why: '{lasted}: {clocks}'
        do: [[prompt], [interrupt, prompt]]
        fires: [working]
        silent: [idle]
    """
  }

  private static func stalls(in name: String, _ stalled: String) throws -> [Alert] {
    var seen: [Alert] = []
    let library = try library(with: still(stalled))
    #expect(library.errors.map(\.description) == [])
    ReplaySession(library).run(try Fixtures.recording(name)) { _ in
    } onVerdict: { verdict, _ in
      if verdict.rule.id == "still" {
        seen.append(Alert(time: verdict.time.seconds, rule: "still", verdict: verdict))
      }
    }
    return seen
  }

  /// In both recordings the model says nothing for 30 s, then for 50 s, and goes on. The last sign before the
  /// long silence is the answer of 38.6 s, whose tokens Claude Code counts up until 39.8 s.
  @Test(
    "tell thirty seconds of thinking from fifty by 'stalled: 40s', while timer and spinner move",
    arguments: [("frozen.claude", 39.777 + 40), ("frozen.codex", 38.406 + 40)])
  func thinking(_ name: String, _ time: Double) throws {
    let seen = try Self.stalls(in: name, "40s")
    #expect(seen.map(\.rule) == ["still"])
    let alert = try #require(seen.first)
    #expect(abs(alert.time - time) < 0.1, "\(alert)")
    #expect(alert.verdict.actions == [.prompt])
    #expect(alert.verdict.why.hasPrefix("40s: "), "\(alert)")
    for clock in Clock.allCases {
      #expect(alert.verdict.evidence.contains { $0.hasPrefix(clock.rawValue) }, "\(alert.verdict.evidence)")
      #expect(alert.verdict.why.contains(clock.rawValue), "\(alert)")
    }
  }

  @Test("have evidence for each change of state", arguments: Fixtures.names)
  func evidence(_ name: String) throws {
    var states: [Fact] = []
    ReplaySession(Fixtures.library).run(try Fixtures.recording(name)) { fact in
      if fact.kind == .state { states.append(fact) }
    } onVerdict: { _, _ in
    }
    #expect(!states.isEmpty)
    #expect(states.allSatisfy { !($0.fields["evidence"]?.text ?? "").isEmpty }, "\(states.map(\.fields))")
  }

  /// The fifty seconds hold the marks of the thirty and the minute of the timer, and nothing else: until the answer
  /// comes they are a stall in the bytes. Claude Code itself reddens its spinner 14 and 20 s after the last token in
  /// both, so that is no sign of health either. What tells them is how long they last; hence the first step against
  /// them is only a prompt, and what follows waits for `grace`.
  @Test(
    "find nothing in fifty seconds of thinking that thirty do not show",
    arguments: [("frozen.claude", 12.0...38.0, 42.0...88.0), ("frozen.codex", 12.0...38.0, 42.0...88.0)])
  func indistinguishable(
    _ name: String, _ short: ClosedRange<Double>, _ long: ClosedRange<Double>
  ) throws {
    let recording = try Fixtures.recording(name)
    var facts: [(time: Double, fact: Fact)] = []
    ReplaySession(Fixtures.library).run(recording) {
      facts.append(($0.time.seconds, $0))
    } onVerdict: { _, _ in
    }
    for range in [short, long] {
      let told = facts.filter { range.contains($0.time) }.map(\.fact)
      #expect(told.count > 20)
      #expect(
        told.allSatisfy { $0.fields["elapsed"] != nil }, "\(told.filter { $0.fields["elapsed"] == nil })")
    }
    func drawn(_ range: ClosedRange<Double>) -> Set<Character> {
      var text = ""
      for timed in recording.events where range.contains(timed.time.seconds) {
        if case .output(let bytes) = timed.event { text += String(decoding: bytes, as: UTF8.self) }
      }
      return Set(text.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]|\u{1B}\][^\u{07}]*\u{07}/, with: ""))
    }
    #expect(drawn(long).subtracting(drawn(short)).isSubset(of: ["m"]), "\(drawn(long))")
  }

  @Test(
    "take no second step against thinking that ends within the grace time",
    arguments: ["frozen.claude", "frozen.codex"])
  func grace(_ name: String) throws {
    #expect(try Self.stalls(in: name, "{after: 40s, grace: 20s}").map(\.verdict.step) == [1])
    #expect(try Self.stalls(in: name, "{after: 40s, grace: 5s}").map(\.verdict.step) == [1, 2])
    #expect(try Self.stalls(in: name, "1m").isEmpty)
  }

  @Test(
    "know an approval that nobody answers",
    arguments: [("approval.claude", 8.514), ("approval.codex", 8.862)])
  func approval(_ name: String, _ asked: Double) throws {
    let rule = """
      rules:
        - id: waits
          on: state
          when: state == asking
          for: 8s
          severity: warning
          why: w
          do: [escalate]
          fires: [asking]
          silent: [idle]
      """
    // The second one is answered after 7 s.
    let seen = try Self.alerts(in: name, with: Self.library(with: rule)).filter { $0.rule == "waits" }
    #expect(seen.count == 1)
    #expect(abs((seen.first?.time ?? 0) - asked - 8) < 0.01, "\(seen)")
  }
}
