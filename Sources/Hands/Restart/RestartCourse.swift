import Rulebook

/// The course of a restart, stage by stage.
extension Restart {
  /// Goes on as far as the pane and the processes allow.
  public mutating func advance(_ pane: Observation, _ life: Life, at now: Instant) -> [Effect] {
    guard !isFinished else { return [] }
    guard pane.isAlive else {
      giveUp(.restart, "the pane is gone while \(progress)", at: now)
      return []
    }
    if !isPastReturn, life != .running {
      giveUp(.restart, "withheld: the agent ended by itself", at: now)
      return []
    }
    switch stage {
    case .start:
      stage = .finishing(since: now)
      return awaitTurn(pane, since: now, at: now)
    case .finishing(let since): return awaitTurn(pane, since: since, at: now)
    case .asking(let typing): return goOnAsking(typing, pane, at: now)
    case .listening(let since, let calm): return listen(pane, since: since, calm: calm, at: now)
    case .clearing(let since): return awaitClear(pane, since: since, at: now)
    case .leaving(let typing): return goOnLeaving(typing, pane, life, at: now)
    case .ending(let since, let isForced): return awaitEnd(life, since: since, isForced, at: now)
    case .awaitingShell(let since): return awaitShell(life, since: since, at: now)
    case .starting(let since): return awaitBox(pane, life, since: since, at: now)
    case .telling(let typing): return goOnTelling(typing, pane, at: now)
    case .finished: return []
    }
  }

  /// What forbids to type to the agent or to end it; nil when nothing does.
  func hindrance(_ pane: Observation) -> String? {
    if pane.isInMode { return "the pane is in copy mode" }
    if pane.state == .asking { return "a dialog is open" }
    if pane.isHumanTyping { return "a human is at the keyboard" }
    if let box = pane.box, !box.isEmpty, !pane.isBoxOwn { return "somebody's words stand in the prompt box" }
    return nil
  }

  private mutating func awaitTurn(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    let isOver = pane.state == .idle || pane.state == .interrupted || pane.state == .limited
    if let why = hindrance(pane) {
      poll = now + .seconds(1)
      guard now - since >= max(deadlines.turn, deadlines.clear) else { return [] }
      giveUp(.restart, "withheld: \(why)", at: now)
      return []
    }
    guard isOver || now - since >= deadlines.turn else {
      poll = since + deadlines.turn
      return []
    }
    if isOver { note(.finish, "the turn was over", at: now) }
    guard wantsHandoff else { return clear(pane, at: now) }
    var limits = Intervention.Deadlines()
    limits.calm = Intervention.Deadlines.queueSettles
    let typing = Intervention(interrupt: !isOver, correction: briefing.request, deadlines: limits)
    return goOnAsking(typing, pane, at: now)
  }

  private mutating func goOnAsking(
    _ typing: Intervention, _ pane: Observation, at now: Instant
  ) -> [Effect] {
    var typing = typing
    let effects = typing.advance(pane, at: now).map(Effect.init)
    if let outcome = typing.outcomes.first(where: { $0.action == .interrupt }),
      !steps.contains(where: { $0.name == .finish })
    {
      note(.finish, "interrupt \(outcome.result)", proved: outcome.isProved, at: outcome.time)
    }
    guard typing.isFinished else {
      let more = interruptQueued(&typing, pane, at: now)
      stage = .asking(typing)
      return effects + more
    }
    if let prompt = typing.outcomes.last(where: { $0.action == .prompt }), !prompt.isProved {
      note(.handoff, "not asked for: \(prompt.result)", proved: false, at: now)
      return effects + clear(pane, at: now)
    }
    stage = .listening(since: now, calm: nil)
    return effects
  }

  /// What waited in the agent's queue was sent when the turn was interrupted; it is interrupted as well.
  private mutating func interruptQueued(
    _ typing: inout Intervention, _ pane: Observation, at now: Instant
  ) -> [Effect] {
    guard pane.state == .working, !typing.hasTyped, timesInterrupted < 3,
      let finish = steps.last(where: { $0.name == .finish }), finish.isProved,
      now - finish.time >= Intervention.Deadlines.queueSettles * (timesInterrupted + 1)
    else { return [] }
    timesInterrupted += 1
    return typing.interruptAgain(pane, at: now).map(Effect.init)
  }

  private mutating func listen(
    _ pane: Observation, since: Instant, calm: Instant?, at now: Instant
  ) -> [Effect] {
    let isAtRest = pane.state == .idle || pane.state == .interrupted
    if isAtRest, !heard.isEmpty {
      let first = calm ?? now
      stage = .listening(since: since, calm: first)
      if now - first >= Self.calm {
        let handoff = Handoff(by: .agent, heard.joined(separator: " "))
        self.handoff = handoff
        note(.handoff, "by the agent, \(handoff.text.count) characters", at: now)
        return clear(pane, at: now)
      }
    } else {
      stage = .listening(since: since, calm: nil)
    }
    guard now - since >= deadlines.handoff else { return [] }
    return clear(pane, at: now)
  }

  /// Goes on to ending the agent, with a hand-off in any case.
  private mutating func clear(_ pane: Observation, at now: Instant) -> [Effect] {
    stage = .clearing(since: now)
    return awaitClear(pane, since: now, at: now)
  }

  private mutating func awaitClear(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    if let why = hindrance(pane) {
      poll = now + .seconds(1)
      guard now - since >= deadlines.clear else { return [] }
      giveUp(.restart, "withheld: \(why)", at: now)
      return []
    }
    if handoff == nil {
      handoff = Handoff(by: .outrider, memoir.text)
      let why = wantsHandoff ? "by Outrider, since none came in time" : "by Outrider, as the rule says"
      note(.handoff, why, at: now)
    }
    if isReplaced { return start(at: now) }
    poll = now + Self.interval
    guard let exit, pane.box == "", pane.state == .idle || pane.state == .interrupted else {
      stage = .ending(since: now, isForced: false)
      return [.end(isForced: false)]
    }
    var limits = Intervention.Deadlines()
    (limits.box, limits.sent) = (.seconds(3), deadlines.end)
    return goOnLeaving(
      Intervention(interrupt: false, correction: exit, deadlines: limits), pane, .running, at: now)
  }

  private mutating func goOnLeaving(
    _ typing: Intervention, _ pane: Observation, _ life: Life, at now: Instant
  ) -> [Effect] {
    poll = now + Self.interval
    guard life == .running else {
      note(.end, "by \(exit ?? "its own word")", at: now)
      stage = .awaitingShell(since: now)
      return awaitShell(life, since: now, at: now)
    }
    var typing = typing
    let effects = typing.advance(pane, at: now).map(Effect.init)
    stage = .leaving(typing)
    guard typing.isFinished else { return effects }
    // Its word had no effect; a human or a dialog in between is waited for.
    if let why = hindrance(pane) {
      giveUp(.restart, "withheld: \(why)", at: now)
      return effects
    }
    stage = .ending(since: now, isForced: false)
    return effects + [.end(isForced: false)]
  }

  private mutating func awaitEnd(
    _ life: Life, since: Instant, _ isForced: Bool, at now: Instant
  ) -> [Effect] {
    poll = now + Self.interval
    guard life == .running else {
      note(.end, isForced ? "by SIGKILL" : "by SIGTERM", at: now)
      stage = .awaitingShell(since: now)
      return awaitShell(life, since: now, at: now)
    }
    guard now - since >= deadlines.end else { return [] }
    if isForced {
      giveUp(.end, "it could not be ended", at: now)
      return []
    }
    stage = .ending(since: now, isForced: true)
    return [.end(isForced: true)]
  }

  private mutating func awaitShell(_ life: Life, since: Instant, at now: Instant) -> [Effect] {
    poll = now + Self.interval
    if life == .atShell { return start(at: now) }
    guard now - since >= deadlines.shell else { return [] }
    giveUp(.start, "not started: the shell that it was started from waits for no command", at: now)
    return []
  }

  private mutating func start(at now: Instant) -> [Effect] {
    poll = now + Self.interval
    stage = .starting(since: now)
    return [.start]
  }

  private mutating func awaitBox(
    _ pane: Observation, _ life: Life, since: Instant, at now: Instant
  ) -> [Effect] {
    poll = now + Self.interval
    if life == .lingering {
      guard !hasForced, now - since >= deadlines.end else { return [] }
      hasForced = true
      return [.end(isForced: true)]
    }
    if isReplaced, !steps.contains(where: { $0.name == .end }) {
      note(.end, hasForced ? "by SIGKILL" : "replaced by tmux", at: now)
    }
    if life == .running { hasRun = true }
    if hasRun, life != .running {
      giveUp(.start, "the agent ended as soon as it was started", at: now)
      return []
    }
    guard hasRun, pane.state == .idle, hindrance(pane) == nil, pane.box == "" else {
      boxSince = nil
      return awaitHuman(pane, since: since, at: now)
    }
    let first = boxSince ?? now
    boxSince = first
    // A box that has just been drawn may lose what is typed into it.
    guard now - first >= Self.calm else { return [] }
    note(.start, "done", at: now)
    let text = briefing.text(with: handoff ?? Handoff(by: .outrider, memoir.text))
    return goOnTelling(Intervention(interrupt: false, correction: text), pane, at: now)
  }

  /// The new agent shows no prompt box yet; its dialogs are the human's.
  private mutating func awaitHuman(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    var effects: [Effect] = []
    dialogSince = pane.state == .asking ? dialogSince ?? now : nil
    if let first = dialogSince, !hasCalled, now - first >= Self.dialogSettles {
      hasCalled = true
      effects = [.call("the new agent asks something before it starts; answer it, and the hand-off is typed")]
    }
    guard now - since >= (hasCalled ? deadlines.dialog : deadlines.grace) else { return effects }
    giveUp(
      .start,
      hasCalled ? "a dialog of the new agent was not answered" : "no prompt box of the new agent came",
      at: now)
    return effects
  }

  private mutating func goOnTelling(
    _ typing: Intervention, _ pane: Observation, at now: Instant
  ) -> [Effect] {
    var typing = typing
    let effects = typing.advance(pane, at: now).map(Effect.init)
    stage = .telling(typing)
    guard typing.isFinished else { return effects }
    let prompt = typing.outcomes.last { $0.action == .prompt }
    note(.tell, prompt?.result ?? "not told", proved: prompt?.isProved ?? false, at: now)
    stage = .finished
    return effects
  }
}

extension Restart.Effect {
  fileprivate init(_ effect: Intervention.Effect) {
    switch effect {
    case .interrupt: self = .interrupt
    case .paste(let text): self = .paste(text)
    case .submit: self = .submit
    case .clear: self = .clear
    }
  }
}
