/// Rules that fire in silence: what was expected did not come, what lasts, what stands still.
extension Judge {
  /// A time before which `tick` has nothing to say; nil when nothing is awaited. What is awaited may be met
  /// before, so that a tick then may be empty.
  public var nextDeadline: Instant? { state.bound }

  /// A fact came that resets a rule's count, or meets or ends its expectation.
  func ease(_ rule: Rule, by fact: Fact) {
    if let count = rule.windows.count, count.reset.contains(fact.kind) {
      state.resetCount(of: rule.id, agent: fact.agent)
    }
    if let expectation = rule.windows.expectation,
      expectation.kinds.contains(fact.kind) || expectation.unless.contains(fact.kind)
    {
      state.meet(expectation, of: rule.id, by: fact)
      noteMet(rule, by: fact)
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
    let since = fact.kind == .state ? fact.time : now
    _ = state.spells.update(owner, initial: .init(since: since, fact: fact)) { $0.fact = fact }
    if let length = rule.windows.held ?? rule.windows.stall?.after { state.mayFallDue(at: since + length) }
  }

  /// When the spell makes its rule fire; nil when it has.
  private func deadline(of spell: WindowState.Spell, _ rule: Rule, _ owner: WindowState.Owner) -> Instant? {
    guard let due = dueTime(of: spell, rule, owner) else { return nil }
    // An agent that seems to have left the state is not judged by it before that is sure.
    guard rule.on == .state, let sure = states.deadline(of: owner.agent) else { return due }
    return max(due, sure)
  }

  private func dueTime(of spell: WindowState.Spell, _ rule: Rule, _ owner: WindowState.Owner) -> Instant? {
    if let length = rule.windows.held { return spell.firedAt == nil ? spell.since + length : nil }
    guard let stall = rule.windows.stall else { return nil }
    let moved = state.progress[owner.agent]?.latest(of: stall.clocks)
    if let fired = spell.firedAt, moved.map({ $0 <= fired }) ?? true {
      guard let grace = stall.grace, (state.firings[owner]?.count ?? 0) < rule.steps.count else { return nil }
      return fired + grace
    }
    return max(spell.since, moved ?? spell.since) + stall.after
  }

  private struct Due {
    enum Matter {
      case settling(agent: String)
      case spell(WindowState.Owner)
      case expectation(WindowState.Owner, key: [String])
    }

    let deadline: Instant
    let matter: Matter
    /// The rule's place; what settles comes before all rules.
    let rule: Int

    var agent: String {
      switch matter {
      case .settling(let agent): agent
      case .spell(let owner), .expectation(let owner, _): owner.agent
      }
    }
  }

  /// Everything that has a deadline.
  private func awaited() -> [Due] {
    var all: [Due] = states.agents.compactMap { agent in
      states.deadline(of: agent).map { Due(deadline: $0, matter: .settling(agent: agent), rule: -1) }
    }
    for owner in state.spells.keys {
      guard let index = rulebook.index(of: owner.rule), let spell = state.spells[owner],
        let deadline = deadline(of: spell, rulebook.rules[index], owner)
      else { continue }
      all.append(Due(deadline: deadline, matter: .spell(owner), rule: index))
    }
    for owner in state.expectations.keys {
      guard let index = rulebook.index(of: owner.rule), let table = state.expectations[owner],
        rulebook.rules[index].windows.expectation != nil
      else { continue }
      for key in table.keys {
        guard let pending = table[key] else { continue }
        all.append(Due(deadline: pending.deadline, matter: .expectation(owner, key: key), rule: index))
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
        .sorted { ($0.deadline, $0.rule, $0.agent) < ($1.deadline, $1.rule, $1.agent) }
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
    now = max(now, due.deadline)
    switch due.matter {
    case .settling(let agent):
      guard let deadline = states.deadline(of: agent), deadline <= due.deadline,
        let fact = states.settle(agent)
      else { return [] }
      return judge(fact, depth: 0)
    case .expectation(let owner, let key):
      let rule = rulebook.rules[due.rule]
      guard let pending = state.expectations[owner]?[key] else { return [] }
      _ = state.expectations.update(owner, initial: Bounded(capacity: 1)) { $0.remove(key) }
      return fire(rule, lasted(pending.fact, due.deadline), at: due.deadline, depth: 0)
    case .spell(let owner):
      let rule = rulebook.rules[due.rule]
      guard let spell = state.spells[owner] else { return [] }
      _ = state.spells.update(owner, initial: spell) { $0.firedAt = due.deadline }
      return fire(rule, stilled(rule, spell, at: due.deadline), at: due.deadline, depth: 0)
    }
  }

  private func lasted(_ fact: Fact, _ deadline: Instant, since: Instant? = nil) -> Fact {
    var fact = fact
    fact.fields["lasted"] = .string((deadline - (since ?? fact.time)).spelled)
    return fact
  }
}
