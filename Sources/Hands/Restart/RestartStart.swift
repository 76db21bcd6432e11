import Rulebook

/// The second half of a restart: the agent is started again, and told what it needs.
extension Restart {
  mutating func awaitShell(_ life: Life, since: Instant, at now: Instant) -> [Effect] {
    poll = now + Self.interval
    if life == .atShell { return start(at: now) }
    guard now - since >= deadlines.shell else { return [] }
    giveUp(.start, "not started: the shell that it was started from waits for no command", at: now)
    return []
  }

  mutating func start(at now: Instant) -> [Effect] {
    poll = now + Self.interval
    stage = .starting(since: now)
    return [.start]
  }

  mutating func awaitBox(
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

  mutating func goOnTelling(
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
