import Hands
import Rulebook

/// The restarts of one agent: the one that is going on, when the last was, and what is remembered of its work.
///
/// It goes from a pane to the one that takes its place.
struct Restarts {
  /// A restart that is going on.
  struct Run {
    var machine: Restart
    let item: Case
    let relaunch: Relaunch
    let dialect: Dialect
    let grace: Duration
    /// What the alert tells of it by now.
    var told = ""
  }

  var run: Run?
  /// When the agent was started by Outrider last, and how long it had for that.
  private(set) var lastStart: (at: Instant, grace: Duration)?
  private(set) var memoir = Memoir()

  var isUnderWay: Bool { run != nil }
  /// The agent is gone, or asked to go, by Outrider's doing.
  var isPastReturn: Bool { run?.machine.isPastReturn ?? false }
  var deadline: Instant? { run?.machine.deadline }

  mutating func note(_ fact: Fact) {
    memoir.note(fact)
    if fact.kind == .said { run?.machine.hear(fact.text) }
  }

  mutating func hear(last words: String) { run?.machine.hear(last: words) }

  mutating func refuse(_ refusal: Intervention.Refusal, at now: Instant) {
    run?.machine.refuse(refusal, at: now)
  }

  mutating func noteStart(at now: Instant) {
    lastStart = (now, run?.grace ?? .zero)
    memoir = Memoir()
  }

  /// Why there may be no restart now; nil when there may.
  func objection(_ order: Order.Restart, at now: Instant) -> String? {
    guard let last = lastStart, now - last.at < order.cooldown else { return nil }
    return
      "it was restarted \((now - last.at).inWholeSeconds) ago, and is not within \(order.cooldown.spelled)"
  }
}
