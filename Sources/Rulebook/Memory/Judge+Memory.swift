/// What is handed to the judge of another program, and taken up from it.
extension Judge {
  /// What is known of each agent; under the empty name what is counted over the fleet.
  public func memories() -> [String: AgentMemory] {
    var memories: [String: AgentMemory] = [:]
    keepCounts(&memories)
    keepWaiting(&memories)
    for owner in state.firings.newestKeys {
      guard let firings = state.firings[owner] else { continue }
      keep(owner, in: &memories) { memory in
        guard memory.firings.count < AgentMemory.most else { return }
        memory.firings.append(.init(rule: owner.rule, firings: firings))
      }
    }
    for agent in state.progress.keys {
      guard let clocks = state.progress[agent] else { continue }
      memories[agent, default: AgentMemory()].moved = named(clocks.moved)
      memories[agent]?.values = named(clocks.values).mapValues { cleaned($0, limit: 40) }
    }
    for agent in states.told {
      memories[agent, default: AgentMemory()].standing = states.told(of: agent).map(KeptFact.init)
    }
    return memories
  }

  private func named<Content>(_ table: [Clock: Content]) -> [String: Content] {
    Dictionary(uniqueKeysWithValues: table.map { ($0.key.rawValue, $0.value) })
  }

  private func keep(
    _ owner: WindowState.Owner, in memories: inout [String: AgentMemory], _ body: (inout AgentMemory) -> Void
  ) {
    guard let mark = mark(of: owner.rule) else { return }
    var memory = memories[owner.agent] ?? AgentMemory()
    memory.rules[owner.rule] = mark
    body(&memory)
    memories[owner.agent] = memory
  }

  private func mark(of id: String) -> UInt64? {
    if let known = marks[id] { return known }
    guard let index = rulebook.index(of: id) else { return nil }
    let mark = rulebook.rules[index].mark(lists: rulebook.lists)
    marks[id] = mark
    return mark
  }

  private func keepCounts(_ memories: inout [String: AgentMemory]) {
    var room: [String: Int] = [:]
    for owner in state.counts.newestKeys {
      guard let table = state.counts[owner], let index = rulebook.index(of: owner.rule),
        let window = rulebook.rules[index].windows.count
      else { continue }
      for key in table.newestKeys {
        let tallies = (table[key] ?? []).filter { tally in
          window.within.map { now - tally.time <= $0 } ?? true
        }
        guard !tallies.isEmpty else { continue }
        keep(owner, in: &memories) { memory in
          let left = room[owner.agent, default: AgentMemory.mostTallies] - tallies.count
          guard left >= 0, memory.counts.count < AgentMemory.mostCounts else { return }
          room[owner.agent] = left
          memory.counts.append(.init(rule: owner.rule, key: key, tallies: tallies))
        }
      }
    }
  }

  private func keepWaiting(_ memories: inout [String: AgentMemory]) {
    for owner in state.expectations.newestKeys {
      guard let table = state.expectations[owner] else { continue }
      for key in table.newestKeys {
        guard let pending = table[key] else { continue }
        keep(owner, in: &memories) { memory in
          guard memory.expectations.count < AgentMemory.most else { return }
          let fact = KeptFact(pending.fact)
          memory.expectations.append(
            .init(rule: owner.rule, key: key, deadline: pending.deadline, fact: fact))
        }
      }
    }
    for owner in state.met.newestKeys {
      guard let tally = state.met[owner] else { continue }
      keep(owner, in: &memories) { memory in
        guard memory.meetings.count < AgentMemory.most else { return }
        memory.meetings.append(.init(rule: owner.rule, tally: tally))
      }
    }
    for owner in state.spells.newestKeys {
      guard let spell = state.spells[owner] else { continue }
      keep(owner, in: &memories) { memory in
        guard memory.spells.count < AgentMemory.most else { return }
        memory.spells.append(
          .init(rule: owner.rule, since: spell.since, firedAt: spell.firedAt, fact: KeptFact(spell.fact)))
      }
    }
  }

  /// Takes up what another judge knew of the agent, or of the fleet under the empty name. A rule that has changed
  /// since, or is no more, begins anew. What is known here already stays, and counts are added up.
  ///
  /// - Parameters:
  ///   - memory: By this judge's clock.
  ///   - gap: For how long nobody looked. What had to be awaited or had to last is given that time in addition:
  ///     nobody knows that it did not come, or that nothing moved.
  public func recall(_ memory: AgentMemory, of agent: String, at time: Instant, unseen gap: Duration) {
    now = max(now, time)
    func rule(_ id: String) -> Rule? {
      guard let mark = memory.rules[id], mark == self.mark(of: id) else { return nil }
      return rulebook.index(of: id).map { rulebook.rules[$0] }
    }
    func owner(_ rule: Rule) -> WindowState.Owner { WindowState.Owner(rule: rule.id, agent: agent) }

    for item in memory.counts.prefix(AgentMemory.mostCounts).reversed() {
      guard let rule = rule(item.rule), let window = rule.windows.count,
        agent.isEmpty != window.by.contains("agent")
      else { continue }
      let earlier = item.tallies.suffix(Windows.Count.most)
      _ = state.counts.update(owner(rule), initial: Bounded(capacity: WindowState.keysEach)) {
        $0.update(item.key, initial: []) { $0 = Array((earlier + $0).suffix(Windows.Count.most)) }
      }
    }
    guard !agent.isEmpty else { return }
    for item in memory.expectations.prefix(AgentMemory.most).reversed() {
      guard let rule = rule(item.rule), let expectation = rule.windows.expectation else { continue }
      let deadline = min(item.deadline + gap, now + expectation.within)
      let pending = WindowState.Pending(fact: item.fact.fact(of: agent), deadline: max(deadline, now))
      _ = state.expectations.update(owner(rule), initial: Bounded(capacity: WindowState.keysEach)) {
        $0.update(item.key, initial: pending) { _ in }
      }
    }
    for item in memory.meetings.prefix(AgentMemory.most).reversed() {
      guard let rule = rule(item.rule) else { continue }
      _ = state.met.update(owner(rule), initial: item.tally) { _ in }
    }
    for item in memory.firings.prefix(AgentMemory.most).reversed() {
      guard let rule = rule(item.rule) else { continue }
      _ = state.firings.update(owner(rule), initial: item.firings) { _ in }
    }
    recallCourse(memory, of: agent, unseen: gap, rule)
    state.mayFallDue(at: now)
  }

  /// What the agent was doing, for how long, and when it got on last.
  private func recallCourse(
    _ memory: AgentMemory, of agent: String, unseen gap: Duration, _ rule: (String) -> Rule?
  ) {
    func known<Content>(_ table: [String: Content]) -> [Clock: Content] {
      Dictionary(
        uniqueKeysWithValues: Clock.allCases.compactMap { clock in
          table[clock.rawValue].map { (clock, $0) }
        })
    }
    if rulebook.shortestStall != nil, !memory.moved.isEmpty || !memory.values.isEmpty {
      _ = state.progress.update(agent, initial: Clocks()) {
        $0.recall(moved: known(memory.moved), values: known(memory.values))
      }
    }
    let standing = memory.standing?.fact(of: agent)
    let isResumed = standing.map { states.resume($0) } ?? false
    for item in memory.spells.prefix(AgentMemory.most).reversed() {
      guard let rule = rule(item.rule), rule.windows.isSpell, isResumed || rule.on != .state else { continue }
      // As long as it was seen to stand still, and no longer.
      let moved = rule.windows.stall.flatMap { state.progress[agent]?.latest(of: $0.clocks) }
      let since = min(max(item.since, moved ?? item.since) + gap, now)
      let spell = WindowState.Spell(
        since: since, fact: item.fact.fact(of: agent), firedAt: item.firedAt.map { min($0 + gap, now) })
      _ = state.spells.update(WindowState.Owner(rule: rule.id, agent: agent), initial: spell) { known in
        guard known.firedAt == nil, since < known.since else { return }
        known = WindowState.Spell(since: since, fact: known.fact, firedAt: spell.firedAt)
      }
    }
    guard isResumed, var standing else { return }
    // A rule that is new, or begins anew, is told of what goes on already.
    standing.time = now
    for index in rulebook.listeners[.state]?.spells ?? [] {
      let rule = rulebook.rules[index]
      guard state.spells[WindowState.Owner(rule: rule.id, agent: agent)] == nil else { continue }
      follow(rule, standing)
    }
  }
}
