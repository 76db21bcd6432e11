import Foundation
import Rulebook
import Senses
import Sidecar
import Testing

/// An alert as a replay tells it.
private struct Seen: CustomStringConvertible {
  let time: Double
  let rule: String
  let text: String
  let phase: String

  var description: String { String(format: "%.3f ", time) + "\(rule): \(text) (\(phase))" }
}

private func alerts(in name: String) throws -> [Seen] {
  var seen: [Seen] = []
  ReplaySession(Fixtures.library).run(try Fixtures.recording(name)) { _ in
  } onVerdict: { verdict, _ in
    seen.append(
      Seen(
        time: verdict.fact.time.seconds, rule: verdict.rule.id, text: verdict.fact.text,
        phase: verdict.fact.phase?.rawValue ?? ""))
  }
  return seen
}

@Suite("The shipped rules and dialects")
struct RecordedTruthTests {
  /// Forbidden commands that the pane never shows, by recording and number of the model's step, and why.
  /// What they really did stands in the truth file; hooks and exec events see them.
  static let neverShown: [String: [Int: String]] = [
    "evasive.codex": [
      6: "the script is written and run in one command, which is cut at its first line break",
      7: "the command is cut at its first line break, before the word apply",
    ],
    "denied.codex": [
      1: "refused by a hook, it is shown as 'Blocked by hook' without its words",
      4: "refused by a hook, it is shown as 'Blocked by hook' without its words",
    ],
  ]

  @Test("are sound")
  func sound() {
    #expect(Fixtures.library.errors.map(\.description) == [])
    #expect(Fixtures.library.dialects.map(\.name).sorted() == ["claude-code", "codex"])
  }

  @Test(
    "raise one alert for each forbidden command that a recording shows, at the time it is shown, and no other",
    arguments: Fixtures.names)
  func truth(_ name: String) throws {
    let seen = try alerts(in: name).filter { !StuckRecordingTests.watches($0.rule) }
    var rest = seen
    var reader = CommandReader(programs: Fixtures.library.rulebook.programs)
    let judge = Judge(Fixtures.library.rulebook)
    let asked = try Fixtures.truth(name).asked
    for (index, step) in asked.enumerated() {
      let next = index + 1 < asked.count ? asked[index + 1].t : .infinity
      guard let bash = step.bash else { continue }
      let fact = Fact(
        time: .zero, agent: "truth", kind: .command, text: bash, fields: ["phase": .string("asked")],
        source: .hook, story: UInt64(index + 1))
      for verdict in reader.read(fact).flatMap({ judge.judge($0) }) {
        let what = "\(name), step \(index + 1), \(verdict.rule.id): \(bash)"
        if let why = Self.neverShown[name]?[index + 1] {
          #expect(
            !seen.contains { $0.rule == verdict.rule.id && $0.time > step.t && $0.time < next },
            "shown after all, so it need not be named here: \(why)")
          continue
        }
        let place = rest.firstIndex { $0.rule == verdict.rule.id }
        let alert = rest.remove(at: try #require(place, "no alert for \(what)"))
        #expect(alert.time > step.t - 0.1, "\(alert) stands before \(what)")
      }
    }
    #expect(rest.isEmpty, "more alerts than forbidden commands in \(name): \(rest)")
  }

  @Test(
    "say nothing at all of recordings in which nothing is forbidden and nobody is stuck",
    arguments: [
      "mentions.claude", "mentions.codex", "queue.claude", "queue.codex", "frozen.claude", "frozen.codex",
    ])
  func silence(_ name: String) throws {
    #expect(try alerts(in: name).isEmpty)
  }

  /// The first moment at which the pane shows each, read off the recordings by hand.
  @Test(
    "see a command at the moment at which it is first visible",
    arguments: [
      ("deploy.claude", [13.625, 14.343]), ("deploy.codex", [13.270, 13.921]),
      ("push.claude", [8.986, 9.546, 9.850]), ("push.codex", [8.692, 8.874, 9.059]),
      ("evasive.claude", [8.108, 8.937, 9.646, 10.340, 11.018, 11.018, 11.211, 11.873]),
      ("evasive.codex", [8.589, 9.203, 9.795, 10.402, 10.511, 10.511]),
      ("narrow.claude", [8.355, 17.165, 21.933, 22.596, 23.281]),
      ("narrow.codex", [17.534, 21.029, 22.264, 22.890, 23.542]),
    ])
  func moments(_ name: String, _ expected: [Double]) throws {
    let times = try alerts(in: name).map(\.time)
    #expect(times.count == expected.count)
    for (time, wanted) in zip(times, expected) {
      #expect(abs(time - wanted) < 0.002, "\(name): \(times)")
    }
  }
}
