import FoundationEssentials
import Rulebook
import Support
import Testing

@testable import Journal

/// Random nights on virtual time: whatever comes in whatever order, some things are always so.
@Suite("Escalations, whatever happens")
struct EscalationProperties {
  private static let rules: [(name: String, severity: Severity, cure: Cure)] = [
    ("kubectl-apply", .critical, .human), ("agent-exited", .critical, .revival),
    ("frozen", .warning, .progress(from: "working")),
    ("approval-waiting", .warning, .leaving(state: "asking")),
    ("rate-limited", .warning, .work), ("merge-conflict", .info, .human),
  ]

  /// What a night keeps track of by itself, to compare with.
  private struct Ledger {
    /// The last call of each trouble, and its number in the back-off.
    var last: [String: (time: WallTime, number: Int)] = [:]
    /// What a human knew of when the step before had ended.
    var known: Set<String> = []
  }

  @Test(
    "no critical one is silent beyond its back-off, none calls twice within a step, and what a human knows of is quiet",
    arguments: 0..<60 as Range<UInt64>)
  func invariants(_ seed: UInt64) {
    var random = Seeded(seed)
    var night = Night(quiet: seed % 2 == 0 ? QuietHours(from: 22 * 60, to: 7 * 60) : nil)
    var ledger = Ledger()
    var number = 0
    for _ in 0..<1500 {
      let before = night.calls.count
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<5:
        number += 1
        let rule = Self.rules.randomElement(using: &random)!
        let agent = "%\(Int.random(in: 1...3, using: &random))"
        night.raise("n\(number)", rule: rule.name, rule.severity, agent: agent, cure: rule.cure)
      case 5..<7:
        let state = ["working", "idle", "asking", "exited"].randomElement(using: &random)!
        night.state(state, agent: "%\(Int.random(in: 1...3, using: &random))")
      case 7:
        let named = night.escalations.open.randomElement(using: &random).map(\.id) ?? "all"
        _ = night.acknowledge(named)
      case 8:
        night.calls += night.escalations.leave("%\(Int.random(in: 1...3, using: &random))", at: night.now)
      case 9:
        let lasts = Duration.seconds(Int.random(in: 60...3600, using: &random))
        let rule = Self.rules.randomElement(using: &random)!.name
        _ = night.escalations.add(
          Silence(id: "s\(number)", rules: Wildcard(rule), made: night.now, lasts: lasts, by: "ada"))
      case 10 where seed % 3 == 0:
        // The clock is set, forwards or back.
        night.now = night.now + .seconds(Int.random(in: -7200...7200, using: &random))
      case 11:
        // Outrider is restarted.
        let bytes = try? night.escalations.jsonLine()
        night.escalations =
          (bytes.flatMap { try? JSONDecoder().decode(Escalations.self, from: Data($0)) }) ?? Escalations()
      default:
        night.now = night.now + .seconds(Int.random(in: 1...600, using: &random))
      }
      _ = night.tick()
      check(&ledger, night, since: before, clockIsSteady: seed % 3 != 0)
    }
    #expect(night.calls.count > 20)
  }

  private func check(_ ledger: inout Ledger, _ night: Night, since: Int, clockIsSteady: Bool) {
    let policy = night.policy
    for call in night.calls[since...] where call.kind != .resolved {
      for trouble in call.all where trouble.state == .open {
        let key = "\(trouble.agent) \(trouble.cause)"
        if clockIsSteady, let last = ledger.last[key] {
          let step = policy.step(after: last.number, trouble.severity)
          #expect(call.time - last.time >= step, "\(key) calls too soon")
        }
        ledger.last[key] = (call.time, trouble.calls)
        // Only a deed that is done once more calls again for what a human knows of.
        #expect(!ledger.known.contains(key) || trouble.cure == .human, "\(key) calls though it is known")
        #expect(trouble.isTold && trouble.lastCall == call.time)
        #expect(!night.escalations.isSilenced(trouble, at: call.time))
        let isQuiet = policy.quiet?.contains(call.time, secondsEast: 0) ?? false
        #expect(!isQuiet || trouble.severity == .critical, "\(key) calls in quiet hours")
      }
    }
    ledger.known = Set(
      night.escalations.all.filter { $0.state == .acknowledged }.map { "\($0.agent) \($0.cause)" })
    for trouble in night.escalations.all {
      switch trouble.state {
      case .open:
        guard trouble.severity == .critical, !night.escalations.isSilenced(trouble, at: night.now),
          night.escalations.explanation(of: trouble, at: night.now, by: policy) == nil
        else { continue }
        // Asked at this very moment, it has been told or is told within the step that follows its last call.
        let due = trouble.due ?? WallTime(milliseconds: .max)
        let latest = max(
          night.now + EscalationPolicy.grace,
          night.now + policy.step(after: trouble.calls, trouble.severity))
        #expect(due <= latest, "\(trouble.cause) is silent beyond its back-off")
        #expect(due > night.now, "\(trouble.cause) is due and was not told")
      case .acknowledged, .resolved:
        #expect(trouble.due == nil)
      }
    }
    let keys = night.escalations.all.map { "\($0.agent) \($0.cause)" }
    #expect(Set(keys).count == keys.count, "one trouble is one")
  }

  @Test("more troubles than are kept push out what matters least, and never what is new")
  func many() {
    var night = Night()
    night.raise("first", .critical, agent: "%0")
    for number in 1...Escalations.most {
      night.raise("i\(number)", rule: "r\(number)", .info, agent: "%1")
    }
    night.raise("last", .critical, agent: "%9")
    #expect(night.escalations.all.count == Escalations.most)
    #expect(night.escalations.all.first?.id == "first")
    #expect(night.escalations.all.last?.id == "last")
  }
}

extension Escalations {
  /// As if one of them had gone without a word.
  func without(_ id: String) -> Escalations {
    var next = self
    var ended = Night.alert(
      id, all.first { $0.id == id }?.cause ?? "", .warning, "%1", at: WallTime(milliseconds: 0))
    ended.outcome = .resolved
    _ = next.note(ended, at: WallTime(milliseconds: 1_700_000_000_000))
    return next
  }
}
