/// Progress: what moves an agent's clocks, and what is said of clocks that stand.
extension Judge {
  /// A clock of the agent's moved, of those that facts do not tell of.
  public func progress(agent: String, clock: Clock, at time: Instant) {
    guard rulebook.shortestStall != nil else { return }
    now = max(now, time)
    move(clock, of: agent)
  }

  /// Whether what the verdict was about is still so: its condition holds, and nothing moved since it fired.
  ///
  /// The second look, to be taken right before something that cannot be undone. A verdict of a rule that
  /// does not wait stands for good.
  public func stands(_ verdict: Verdict) -> Bool {
    let rule = verdict.rule
    guard rule.windows.isSpell else { return true }
    let owner = WindowState.Owner(rule: rule.id, agent: verdict.fact.agent)
    guard state.spells[owner] != nil, rule.on != .state || states.deadline(of: owner.agent) == nil else {
      return false
    }
    guard let stall = rule.windows.stall, let moved = state.progress[owner.agent]?.latest(of: stall.clocks)
    else { return true }
    return moved <= verdict.time
  }

  /// Another session takes the place of an agent's: what lasted is over, and ladders begin at their first step. Caps
  /// and cool-downs go on.
  public func beginSession(of agent: String) {
    states.forget(agent)
    state.spells.removeAll { $0.agent == agent }
    for owner in state.firings.keys where owner.agent == agent {
      guard let firings = state.firings[owner] else { continue }
      _ = state.firings.update(owner, initial: firings) { $0.count = 0 }
    }
  }

  /// Facts that show that the agent gets on. A status moves its clock when its value is another one; the
  /// elapsed time moves none, since it moves while nothing happens. What Outrider typed moves none either.
  func moveClocks(by fact: Fact) {
    switch fact.kind {
    case .command: move(.command, of: fact.agent)
    case .output: move(.output, of: fact.agent)
    case .edit: move(.edit, of: fact.agent)
    case .said: move(.said, of: fact.agent)
    case .prompt where fact.fields["by"] != .string("outrider"): move(.typing, of: fact.agent)
    case .status:
      for clock in [Clock.context, .tokens] {
        guard let value = fact.fields[clock.rawValue]?.text else { continue }
        let hasChanged = state.progress.update(fact.agent, initial: Clocks()) {
          $0.note(value, of: clock)
        }.result
        if hasChanged { move(clock, of: fact.agent) }
      }
    default: return
    }
    if fact.source == .pane, Self.transcript.contains(fact.kind) { move(.lines, of: fact.agent) }
  }

  /// Facts that are lines of a pane's transcript.
  private static let transcript: Set<Fact.Kind> = [.command, .output, .edit, .said]

  private func move(_ clock: Clock, of agent: String) {
    let moment = now
    _ = state.progress.update(agent, initial: Clocks()) { $0.move(clock, at: moment) }
    // What had stalled and fired may stall again.
    if let shortest = rulebook.shortestStall { state.mayFallDue(at: now + shortest) }
  }

  /// The fact of a spell that fires, with how long it lasted and what every clock shows.
  func stilled(_ rule: Rule, _ spell: WindowState.Spell, at deadline: Instant) -> Fact {
    var fact = spell.fact
    var since = spell.since
    if let stall = rule.windows.stall {
      let clocks = state.progress[fact.agent] ?? Clocks()
      fact.fields["clocks"] = .string(clocks.summary(of: stall.clocks, at: deadline))
      since = max(since, clocks.latest(of: stall.clocks) ?? since)
      if stall.clocks.contains(.context), clocks.moved[.context] == nil {
        tellOnce(
          rule, "context \(fact.agent)",
          "has no context to go by, since \(fact.agent) does not show how much is left; it goes by the other clocks"
        )
      }
    }
    fact.fields["lasted"] = .string((deadline - since).spelled)
    return fact
  }

  /// Whether nothing that the agent ever showed could tell its thinking from a stall: neither context nor tokens.
  ///
  /// Its child processes do not tell it either: what moves them is work, but one that thinks has none and may
  /// receive nothing for minutes.
  func isBlind(_ rule: Rule, _ agent: String) -> Bool {
    guard let stall = rule.windows.stall else { return false }
    let telling = stall.clocks.intersection([.context, .tokens])
    return !telling.isEmpty && state.progress[agent]?.latest(of: telling) == nil
  }

  /// What a step asks for of this agent.
  func orders(of rule: Rule, step: Int, for agent: String) -> [Order] {
    isBlind(rule, agent) ? Self.harmless(rule.steps[step]) : rule.steps[step]
  }

  /// The orders that do no harm to an agent that is well; for the others the human is called.
  static func harmless(_ orders: [Order]) -> [Order] {
    let kept = orders.filter { !harmful.contains($0.action) }
    let needsHuman = kept.count < orders.count && !kept.contains { $0.action == .escalate }
    return needsHuman ? kept + [Order(.escalate)] : kept
  }

  /// What costs an agent its work when it only thinks.
  private static let harmful: Set<Action> = [.interrupt, .restart]
  private static let spared =
    "neither context nor tokens are shown, so that thinking cannot be told from a stall: no interrupt, no restart"

  /// What a verdict shows beyond its fact.
  func evidence(for rule: Rule, _ fact: Fact, at time: Instant) -> [String] {
    guard let stall = rule.windows.stall else { return [] }
    let clocks = (state.progress[fact.agent] ?? Clocks()).evidence(of: stall.clocks, at: time)
    let isSpared =
      isBlind(rule, fact.agent) && rule.steps.joined().contains { Self.harmful.contains($0.action) }
    return clocks + (isSpared ? [Self.spared] : [])
  }
}
