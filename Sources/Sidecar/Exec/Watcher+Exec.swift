import Hands
import Journal
import Processes
import Rulebook
import Senses
import Tmux

/// What the kernel tells of the agents' programs, and what is on hold.
extension Watcher {
  /// How often a pane is searched for the agent's process while none is known.
  private static let searchInterval: Duration = .seconds(1)
  /// Held commands that are remembered, so that one that comes again is counted and not told anew.
  private static let mostRepeats = 256

  /// Finds the process of a pane's agent, so that what it executes is seen.
  func seekProcess(of id: PaneID, at now: Instant) {
    guard let exec, let place = panes[id], let dialect = place.pane.reader.dialect else { return }
    let agent = place.pane.id
    let own = place.pane.reader.ownCommands
    if own != executions.own[agent] ?? [] {
      executions.own[agent] = own
      exec.expect(own: own, agent: agent)
    }
    let court = ObjectIdentifier(place.court)
    if executions.courts[agent] != court {
      executions.courts[agent] = court
      exec.adopt(place.court === courts.common ? nil : place.court.library.rulebook, agent: agent)
    }
    guard executions.roots[agent] == nil,
      executions.searched[agent].map({ now - $0 >= Self.searchInterval }) ?? true
    else { return }
    executions.searched[agent] = now
    guard let root = AgentProcess.find(in: place.info.process, dialect) else { return }
    executions.roots[agent] = root
    exec.follow(root.id, agent: agent)
    settings.logger.debug("follows", metadata: ["pane": "\(id)", "process": "\(root)"])
  }

  /// The pane is gone or another program's.
  func leaveProcess(of id: PaneID) {
    let agent = "\(id)"
    executions.roots[agent] = nil
    executions.searched[agent] = nil
    executions.own[agent] = nil
    if executions.courts.removeValue(forKey: agent) != nil { exec?.adopt(nil, agent: agent) }
    exec?.leave(agent)
  }

  func take(_ findings: [ExecWatch.Finding]) {
    let now = clock.now
    for finding in findings {
      switch finding {
      case .facts(let facts, let agent, let hold): take(facts, hold, of: agent, at: now)
      case .moved(let agent): noteProgress(of: agent, at: now)
      case .agentEnded(let agent, let status): noteEnd(of: agent, status, at: now)
      case .note(let text): office.report(.note(text))
      }
    }
    for notice in courts.all.flatMap({ $0.judge.takeNotices() }) { office.report(.trouble(notice.text)) }
    setAlarm()
  }

  private func take(_ facts: [Fact], _ hold: ExecWatch.Hold?, of agent: String, at now: Instant) {
    guard let id = PaneID(Array(agent.utf8)), let place = panes[id] else { return }
    let judge = place.court.judge
    judge.progress(agent: agent, clock: .children, at: now)
    let story = place.pane.reader.stories.underWay(at: now)
    let held = Set(hold?.verdicts.map(\.rule.id) ?? [])
    for fact in facts {
      let fact = executions.joined(fact, to: story)
      settings.logger.debug(
        "fact",
        metadata: [
          "pane": "\(id)", "kind": "exec",
          "text": "\(cleaned(office.censor.cleared(fact.text), limit: 200))",
        ])
      let verdicts = judge.judge(fact)
      // What the human runs himself is written down, by the rules that hold.
      guard hold?.result != .human else { continue }
      raise(verdicts.filter { !held.contains($0.rule.id) }, at: now)
    }
    hear(facts, judge)
    if let hold { take(hold, story, of: id, at: now) }
    keepSeen()
  }

  private func take(_ hold: ExecWatch.Hold, _ story: UInt64?, of id: PaneID, at now: Instant) {
    guard let place = panes[id] else { return }
    if case .ended(let ending) = hold.result, let waiting = executions.waiting.removeValue(forKey: hold.id) {
      for (verdict, alert) in waiting {
        carry(place.pane.close(alert, verdict, ending, at: now), to: id, process: place.info.process)
      }
      return
    }
    for verdict in hold.verdicts {
      var verdict = verdict
      verdict.fact.story = story ?? verdict.fact.story
      if let known = executions.repeated(verdict, hold, at: now) {
        office.file(known)
        continue
      }
      let alert = alert(for: verdict, place.pane.agent, at: now)
      let outcome = HoldOutcome(hold)
      carry(place.pane.open(verdict, as: alert, outcome, at: now), to: id, process: place.info.process)
      if outcome.isWaiting { executions.waiting[hold.id, default: []].append((verdict, outcome.told(alert))) }
      executions.remember(verdict, outcome.told(alert), most: Self.mostRepeats)
    }
  }

  private func noteProgress(of agent: String, at now: Instant) {
    guard let id = PaneID(Array(agent.utf8)), let place = panes[id] else { return }
    settings.logger.debug("progress", metadata: ["pane": "\(id)", "clock": "children"])
    place.court.judge.progress(agent: agent, clock: .children, at: now)
  }

  private func noteEnd(of agent: String, _ status: UInt32?, at now: Instant) {
    guard let id = PaneID(Array(agent.utf8)), executions.roots[agent] != nil else { return }
    leaveProcess(of: id)
    // It was ended to be started again.
    if panes[id]?.pane.restarts.isPastReturn ?? false { return }
    let exit = status.map { Int32(ExecDocket.exitCode($0)) }
    take(
      [Self.exited(agent, "its process has ended", status: exit, source: .exec, at: now)], of: id, at: now)
  }
}

/// What the watcher remembers of executions.
struct ExecutionsSeen {
  /// The processes that are followed, by agent.
  var roots: [String: ProcessIdentity] = [:]
  var searched: [String: Instant] = [:]
  /// By whose rules the agents are judged.
  var courts: [String: ObjectIdentifier] = [:]
  /// What the desk knows of the human's own commands.
  var own: [String: [String]] = [:]
  /// Alerts about programs that are on hold, by the hold's name.
  var waiting: [String: [(Verdict, Alert)]] = [:]
  private var held: [(key: String, alert: Alert, times: Int)] = []
  private var stories: [UInt64: UInt64] = [:]

  /// The fact as part of the command that the agent runs, as far as one is known; its end as part of the same.
  mutating func joined(_ fact: Fact, to story: UInt64?) -> Fact {
    guard let own = fact.story else { return fact }
    var fact = fact
    if fact.phase == .ran {
      fact.story = stories.removeValue(forKey: own) ?? own
    } else if let story {
      if stories.count > 8192 { stories = [:] }
      stories[own] = story
      fact.story = story
    }
    return fact
  }

  private func key(_ verdict: Verdict) -> String? {
    verdict.fact.story.map { "\(verdict.fact.agent) \($0) \(verdict.rule.id) \(verdict.fact.text)" }
  }

  /// The alert of the same command that was killed before, counted once more; nil when there is none.
  mutating func repeated(_ verdict: Verdict, _ hold: ExecWatch.Hold, at now: Instant) -> Alert? {
    guard hold.result == .killed, let key = key(verdict),
      let index = held.firstIndex(where: { $0.key == key })
    else { return nil }
    held[index].times += 1
    var alert = held[index].alert
    alert.actions = alert.actions.map { deed in
      deed.action == Action.hold.rawValue
        ? Alert.Deed(deed.action, result: "killed, \(held[index].times) times", ms: deed.ms) : deed
    }
    alert.updated = WallTime(now)
    return alert
  }

  mutating func remember(_ verdict: Verdict, _ alert: Alert, most: Int) {
    guard let key = key(verdict) else { return }
    held.append((key, alert, 1))
    if held.count > most { held.removeFirst() }
  }
}
