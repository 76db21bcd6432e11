import Hands
import Journal
import Rulebook

/// Ending an agent and starting it afresh.
extension AgentPane {
  /// Begins a restart, or says why there is none; then the human is called.
  func restart(_ new: Case, at now: Instant) -> [Effect] {
    let order =
      new.verdict.orders.lazy.compactMap { order -> Order.Restart? in
        if case .restart(let restart) = order.details { restart } else { nil }
      }.first ?? Order.Restart()
    if restarts.isUnderWay {
      return [.log(new.restarted([], "not needed: a restart is under way", .resolved, at: now))]
    }
    func refuse(_ why: String) -> [Effect] {
      let alert = new.restarted([], "withheld: \(why)", .escalated, at: now)
      return [.call(alert), .log(alert)]
    }
    if isOnHold { return refuse("the human has stopped all typing: outrider resume") }
    if let why = restarts.objection(order, at: now) { return refuse(why) }
    guard let dialect = reader.dialect else { return refuse("the agent is not known") }
    guard let processes else { return refuse("its processes are on another machine") }
    let relaunch: Relaunch
    switch processes.relaunch(dialect) {
    case .success(let way): relaunch = way
    case .failure(let why): return refuse("\(why); the agent was left as it is")
    }
    var deadlines = Restart.Deadlines()
    (deadlines.turn, deadlines.handoff, deadlines.grace) = (order.turn, order.within, order.grace)
    // A turn that has stalled does not end by itself.
    if new.verdict.rule.windows.stall != nil { deadlines.turn = .zero }
    let machine = Restart(
      wantsHandoff: order.handoff, isReplaced: relaunch.way == .pane, exit: dialect.restart?.exit,
      briefing: briefing(new.verdict), memoir: restarts.memoir, deadlines: deadlines)
    restarts.run = Restarts.Run(
      machine: machine, item: new, relaunch: relaunch, dialect: dialect, grace: order.grace)
    forgetPrompts()
    return goOnRestarting(at: now)
  }

  private func briefing(_ verdict: Verdict) -> Briefing {
    let why = verdict.why.prefix(1).lowercased() + verdict.why.dropFirst()
    return Briefing(
      why: why.hasSuffix(".") ? String(why.dropLast()) : why, policy: judge?.rulebook.lists["policy"] ?? [],
      project: ProjectWords.read(from: agent.cwd))
  }

  /// Goes on with the restart as far as the pane and the processes allow.
  func goOnRestarting(at now: Instant) -> [Effect] {
    // One hand at a time on the prompt box.
    guard var run = restarts.run, isFree || run.machine.isPastReturn || !isAlive else { return [] }
    let life =
      processes?.life(run.relaunch, run.dialect, run.machine.hasStarted) ?? .gone
    let wasPastReturn = run.machine.isPastReturn
    let steps = run.machine.advance(observation(at: now), life, at: now)
    restarts.run = run
    var effects = steps.compactMap { effect($0, run, at: now) }
    if !wasPastReturn, run.machine.isPastReturn {
      // What the rules know of the old session says nothing about the new one.
      judge?.beginSession(of: id)
      effects.append(
        .tell(
          Fact(
            time: now, agent: id, kind: .state, text: AgentState.starting.rawValue,
            fields: [
              "state": .string(AgentState.starting.rawValue), "evidence": .string("Outrider restarts it"),
            ], source: .pane)))
    }
    if run.machine.isFinished { return effects + closeRestart(run, at: now) }
    let progress = "in progress: \(run.machine.progress)"
    guard progress != run.told else { return effects }
    restarts.run?.told = progress
    return effects + [.log(run.item.restarted(run.machine.steps, progress, .raised, at: now))]
  }

  private func closeRestart(_ run: Restarts.Run, at now: Instant) -> [Effect] {
    restarts.run = nil
    let last = run.machine.steps.last
    let failed = last.map { $0.name == .restart ? $0.result : "failed: \($0.name.rawValue) \($0.result)" }
    var alert = run.item.restarted(
      run.machine.steps, run.machine.isDone ? "done" : failed ?? "failed",
      run.machine.isDone ? .resolved : .escalated, at: now)
    if let handoff = run.machine.handoff { alert.evidence.append("hand-off: \(handoff.text)") }
    return run.machine.isDone ? [.log(alert)] : [.call(alert), .log(alert)]
  }

  private func effect(_ step: Restart.Effect, _ run: Restarts.Run, at now: Instant) -> Effect? {
    switch step {
    case .interrupt: return .interrupt(key: run.dialect.keys.interrupt)
    case .paste(let text): return paste(text)
    case .submit: return .submit(key: run.dialect.keys.submit)
    case .clear: return run.dialect.keys.clear.map { .clear(key: $0) }
    case .end(let isForced): return .end(run.relaunch.agent, isForced: isForced)
    case .start:
      restarts.noteStart(at: now)
      forgetPrompts()
      if run.relaunch.way != .pane { reader.forget(at: now) }
      return .relaunch(run.relaunch)
    case .call(let why):
      return .call(run.item.restarted(run.machine.steps, "in progress: \(why)", .escalated, at: now))
    }
  }

  /// The agent could not be started.
  func failToStart(_ why: String, at now: Instant) -> [Effect] {
    restarts.run?.machine.failToStart(why, at: now)
    guard let run = restarts.run, run.machine.isFinished else { return [] }
    return closeRestart(run, at: now)
  }

  /// Goes on in the place of another pane, whose program was replaced by this one's.
  func takeOver(from old: AgentPane) {
    restarts = old.restarts
    old.restarts = Restarts()
    judge = old.judge
    agent = old.agent
  }

  /// Something is to be stopped while a restart is going on: the key is pressed, the correction is not typed.
  func stopWhileRestarting(_ new: Case, at now: Instant) -> [Effect] {
    func outcome(_ action: Action, _ result: String) -> Intervention.Outcome {
      Intervention.Outcome(action: action, result: result, isProved: false, time: now)
    }
    var effects: [Effect] = []
    var results: [Intervention.Outcome] = []
    if new.wantsInterrupt, let keys, isAlive, !isInMode, reader.state == .working,
      reader.dialogWithin == .zero
    {
      effects.append(.interrupt(key: keys.interrupt))
      results.append(outcome(.interrupt, "sent; the agent is being restarted"))
    } else if new.wantsInterrupt {
      results.append(outcome(.interrupt, "withheld: the agent is being restarted"))
    }
    if new.wantsPrompt { results.append(outcome(.prompt, "not typed: the agent is being restarted")) }
    return effects + close(new, results, at: now)
  }
}

extension Case {
  /// The alert with how far a restart has come.
  func restarted(
    _ steps: [Restart.Step], _ result: String, _ outcome: Alert.Outcome, at now: Instant
  ) -> Alert {
    func ms(_ time: Instant) -> Double { (time - opened).inSeconds * 1000 }
    var deeds = steps.filter { $0.name != .restart }.map {
      Alert.Deed($0.name.rawValue, result: $0.result, ms: ms($0.time))
    }
    deeds.append(Alert.Deed(Action.restart.rawValue, result: result, ms: ms(now)))
    if outcome == .escalated { deeds.append(Alert.Deed(Action.escalate.rawValue)) }
    return alert.updated(
      at: WallTime(now), outcome: outcome, actions: deeds)
  }
}
