/// Rules that fire in silence: what was expected did not come, what lasts, what stands still.
extension Judge {
  /// A time before which `tick` has nothing to say; nil when nothing is awaited. What is awaited may be met
  /// before, so that a tick then may be empty.
  public var nextDeadline: Instant? { state.bound }

  /// A clock of the agent's moved, of those that facts do not tell of.
  public func progress(agent: String, clock: Clock, at time: Instant) {
    guard rulebook.shortestStall != nil else { return }
    now = max(now, time)
    move(clock, of: agent)
  }

  /// Facts that show that the agent gets on. A status moves its clock when its value is another one; the
  /// elapsed time moves none, since it moves while nothing happens.
  func moveClocks(by fact: Fact) {
    switch fact.kind {
    case .command: move(.command, of: fact.agent)
    case .output: move(.output, of: fact.agent)
    case .edit: move(.edit, of: fact.agent)
    case .said: move(.said, of: fact.agent)
    case .status:
      for clock in [Clock.context, .tokens] {
        guard let value = fact.fields[clock.rawValue]?.text else { continue }
        let hasChanged = state.progress.update(fact.agent, initial: .init()) { progress in
          progress.values.updateValue(value, forKey: clock) != value
        }.result
        if hasChanged { move(clock, of: fact.agent) }
      }
    default: break
    }
  }

  private func move(_ clock: Clock, of agent: String) {
    let moment = now
    _ = state.progress.update(agent, initial: .init()) { $0.moved[clock] = moment }
    // What had stalled and fired may stall again.
    if let shortest = rulebook.shortestStall { state.mayFallDue(at: now + shortest) }
  }

  /// A fact came that resets a rule's count, or meets or ends its expectation.
  func ease(_ rule: Rule, by fact: Fact) {
    if let count = rule.windows.count, count.reset.contains(fact.kind) {
      state.resetCount(of: rule.id, agent: fact.agent)
    }
    if let expectation = rule.windows.expectation,
      expectation.kinds.contains(fact.kind) || expectation.unless.contains(fact.kind)
    {
      state.meet(expectation, of: rule.id, by: fact)
    }
  }

  /// A fact on which a lasting condition may begin or end.
  func follow(_ rule: Rule, _ fact: Fact) {
    guard let holds = lasts(rule, fact) else { return }
    let owner = WindowState.Owner(rule: rule.id, agent: fact.agent)
    guard holds else {
      state.spells.remove(owner)
      return
    }
    let since = now
    _ = state.spells.update(owner, initial: .init(since: since, fact: fact)) { $0.fact = fact }
    if let length = rule.windows.held ?? rule.windows.stall?.after { state.mayFallDue(at: now + length) }
  }

  /// When the spell makes its rule fire; nil when it has.
  private func deadline(of spell: WindowState.Spell, _ rule: Rule, agent: String) -> Instant? {
    if let length = rule.windows.held { return spell.firedAt == nil ? spell.since + length : nil }
    guard let stall = rule.windows.stall else { return nil }
    let moved = state.progress[agent]?.moved.filter { stall.clocks.contains($0.key) }.values.max()
    if let fired = spell.firedAt, moved.map({ $0 <= fired }) ?? true { return nil }
    return max(spell.since, moved ?? spell.since) + stall.after
  }

  private struct Due {
    let deadline: Instant
    let rule: Int
    let owner: WindowState.Owner
    /// Of an expectation.
    let key: [String]?
  }

  /// Everything that has a deadline.
  private func awaited() -> [Due] {
    var all: [Due] = []
    for owner in state.spells.keys {
      guard let index = rulebook.index(of: owner.rule), let spell = state.spells[owner],
        let deadline = deadline(of: spell, rulebook.rules[index], agent: owner.agent)
      else { continue }
      all.append(Due(deadline: deadline, rule: index, owner: owner, key: nil))
    }
    for owner in state.expectations.keys {
      guard let index = rulebook.index(of: owner.rule), let table = state.expectations[owner],
        rulebook.rules[index].windows.expectation != nil
      else { continue }
      for key in table.keys {
        guard let pending = table[key] else { continue }
        all.append(Due(deadline: pending.deadline, rule: index, owner: owner, key: key))
      }
    }
    return all
  }

  /// Fires what falls due before the limit, or at it, in the order of time.
  func fallDue(until limit: Instant, inclusive: Bool) -> [Verdict] {
    var verdicts: [Verdict] = []
    while let bound = state.bound, bound < limit || (inclusive && bound == limit) {
      let all = awaited()
      let due = all.filter { $0.deadline < limit || (inclusive && $0.deadline == limit) }
        .sorted { ($0.deadline, $0.rule, $0.owner.agent) < ($1.deadline, $1.rule, $1.owner.agent) }
      guard let first = due.first else {
        state.setBound(all.map(\.deadline).min())
        break
      }
      // Only those of one moment: what they emit may put others at ease.
      for item in due where item.deadline == first.deadline { verdicts += fire(item) }
    }
    return verdicts
  }

  private func fire(_ due: Due) -> [Verdict] {
    let rule = rulebook.rules[due.rule]
    now = max(now, due.deadline)
    if let key = due.key {
      guard let pending = state.expectations[due.owner]?[key] else { return [] }
      _ = state.expectations.update(due.owner, initial: Bounded(capacity: 1)) { $0.remove(key) }
      return fire(rule, lasted(pending.fact, due.deadline), at: due.deadline, depth: 0)
    }
    guard let spell = state.spells[due.owner] else { return [] }
    _ = state.spells.update(due.owner, initial: spell) { $0.firedAt = due.deadline }
    return fire(rule, lasted(spell.fact, due.deadline, since: spell.since), at: due.deadline, depth: 0)
  }

  private func lasted(_ fact: Fact, _ deadline: Instant, since: Instant? = nil) -> Fact {
    var fact = fact
    fact.fields["lasted"] = .string((deadline - (since ?? fact.time)).spelled)
    return fact
  }
}
