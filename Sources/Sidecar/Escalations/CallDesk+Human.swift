import Journal
import Rulebook

/// What the human asks of it.
extension CallDesk {
  var state: Escalations { escalations }

  /// Troubles that nobody has acknowledged or silenced, the gravest first and of those the oldest.
  var unanswered: [Escalation] {
    let now = WallTime.now
    return escalations.open.filter { $0.state == .open && !escalations.isSilenced($0, at: now) }
      .sorted { ($1.severity, $0.opened) < ($0.severity, $1.opened) }
  }

  /// - Returns: The troubles that are acknowledged now; nil when the name means none.
  func acknowledge(_ name: String, by who: String) async -> [Escalation]? {
    let named = escalations.named(name)
    guard !named.isEmpty else { return nil }
    let known = escalations.acknowledge(Set(named.map(\.id)), by: who, at: .now)
    for trouble in known {
      let deed = Alert.Deed("acknowledge", result: "by \(who)")
      await say(
        .line(
          trouble.alert.updated(
            at: .now, outcome: trouble.alert.outcome, actions: trouble.alert.actions + [deed])))
    }
    await settle([])
    return known
  }

  /// - Returns: nil when there are too many already.
  func silence(_ rules: Wildcard, agent: Wildcard?, lasts: Duration, by who: String) async -> Silence? {
    let now = WallTime.now
    let id = String(Alert.makeID(at: now, using: &generator).suffix(4))
    let silence = Silence(id: id, rules: rules, agent: agent, made: now, lasts: lasts, by: who)
    guard escalations.add(silence) else { return nil }
    let whom = agent.map { " of \($0)" } ?? ""
    await say(
      .line(
        remark(
          "silence", "calls for \(rules)\(whom) are silenced until \(silence.until.iso8601) by \(who)",
          "A human does not want to be called for it.", .info)))
    await settle([])
    return silence
  }

  func endSilence(_ id: String, by who: String) async -> Silence? {
    guard let silence = escalations.endSilence(id) else { return nil }
    await say(
      .line(
        remark("silence", "the silence for \(silence.rules) was ended by \(who)", "Calls come again.", .info))
    )
    await tick()
    return silence
  }
}
