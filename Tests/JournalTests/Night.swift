import Rulebook

@testable import Journal

/// A night on a clock of its own.
struct Night {
  var escalations = Escalations()
  var policy = EscalationPolicy()
  var now = WallTime(milliseconds: 1_700_000_000_000)
  var calls: [Call] = []

  init(quiet: QuietHours? = nil) { policy.quiet = quiet }

  /// Lets time go by, asking every ten seconds what is due.
  @discardableResult
  mutating func pass(_ duration: Duration) -> [Call] {
    var made = tick()
    let end = now + duration
    while now < end {
      now = min(end, now + .seconds(10))
      made += tick()
    }
    return made
  }

  mutating func tick() -> [Call] {
    let due = escalations.tick(at: now, secondsEast: 0, by: policy)
    calls += due
    return due
  }

  mutating func raise(
    _ id: String, rule: String = "kubectl-apply", _ severity: Severity = .critical, agent: String = "%1",
    cure: Cure = .human
  ) {
    escalations.take(Self.alert(id, rule, severity, agent, at: now), cure: cure, at: now, by: policy)
  }

  static func alert(
    _ id: String, _ rule: String, _ severity: Severity, _ agent: String, at time: WallTime
  ) -> Alert {
    Alert(
      time: time, id: id, rule: rule, severity: severity,
      agent: Alert.Agent(name: "claude-code", pane: agent), source: .pane, text: "what \(id) is about",
      outcome: .escalated)
  }

  mutating func state(_ state: String, agent: String = "%1") {
    let fact = Fact(time: .zero, agent: agent, kind: .state, text: state, source: .pane)
    calls += escalations.hear(fact, at: now)
  }

  mutating func acknowledge(_ name: String) -> Int {
    let ids = Set(escalations.named(name).map(\.id))
    return escalations.acknowledge(ids, by: "ada", at: now).count
  }

  var kinds: [Call.Kind] { calls.map(\.kind) }
}
