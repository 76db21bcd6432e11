import Foundation
import Journal
import Rulebook
import Senses
import Shell
import Tmux

extension Watcher {
  nonisolated func answerStatus() async -> Message {
    guard let body = try? JSONEncoder().encode(await status()) else {
      return Message("refused", ["why": "the status cannot be written as JSON"])
    }
    return Message("ok", body: Array(body))
  }

  /// All agents as they are seen now.
  public func status() async -> FleetStatus {
    let held = await exec?.held() ?? []
    let troubles = await office.desk.unanswered
    // An item may have been queued since the queue was looked at last.
    if let items = try? await queue?.items() {
      mail.take(items.filter { $0.target.server == settings.server })
    }
    let now = clock.now
    let agents = panes.values.filter(\.isReported)
      .sorted {
        ($0.info.sessionName, $0.info.windowIndex, $0.info.paneIndex) < (
          $1.info.sessionName, $1.info.windowIndex, $1.info.paneIndex
        )
      }
      .map { place in
        var agent = status(of: place, at: now)
        agent.held = held.filter { $0.agent == agent.pane }.map { program in
          HeldStatus(
            id: program.id, text: program.text, rules: program.rules,
            left: Int(max(0, (program.until - now).inSeconds)), then: program.then.rawValue)
        }
        let calls = troubles.filter { $0.agent == agent.pane }.map(EscalationStatus.init)
        agent.escalations = calls.isEmpty ? nil : calls
        return agent
      }
    let shown = Set(agents.flatMap(\.queue).map(\.id))
    let stranded = mail.items.filter { !shown.contains($0.id) }.map(QueuedStatus.init)
    return FleetStatus(
      time: WallTime(now), server: settings.server, observing: settings.isObserving, agents: agents,
      stranded: stranded)
  }

  private func status(of place: Place, at now: Instant) -> AgentStatus {
    let info = place.info
    let judge = place.court.judge
    let standing = judge.standing(of: place.pane.id)
    var agent = AgentStatus(
      name: place.pane.agent.name, pane: place.pane.id,
      place: "\(info.sessionName):\(info.windowIndex).\(info.paneIndex)", cwd: info.directory,
      state: standing?.state ?? place.pane.reader.state)
    // Another one of its kind has been started since.
    if standing?.state == .exited, agentProcess(of: info.pane) != nil {
      agent.state = place.pane.reader.state.rawValue
    }
    agent.seconds = standing.map { Int(max(0, (now - $0.since).inSeconds)) }
    agent.evidence = standing.map { cleaned(office.censor.cleared($0.evidence), limit: 200) } ?? ""
    if agent.state == AgentState.asking.rawValue {
      agent.asks = place.pane.reader.asked.map { cleaned(office.censor.cleared($0), limit: 200) }
    }
    agent.context = notes.context(of: info.pane)
    agent.alert = notes.alert(of: info.pane).map { AlertStatus(office.censor.cleared($0)) }
    if watch.server.prefix.isEmpty, let tree = CheckedOut(around: info.directory, files: .local) {
      agent.repository = tree.root
      agent.branch = tree.branch ?? tree.commit
    }
    let clocks = judge.clocks(of: place.pane.id, at: now)
    agent.clocks = clocks.lines
    if standing?.state == .working, let since = standing?.since {
      let still = now - max(clocks.moved ?? since, since)
      agent.still = Int(max(0, still.inSeconds))
      agent.stalled = judge.rulebook.shortestStall.map { still >= $0 } ?? false
    }
    agent.reviews = reviewStanding(of: info.pane).map { ["\($0.summary)  \($0.url)"] }
    if let present = target(of: info.pane) {
      agent.queue = mail.items(for: present).map { item in
        var shown = QueuedStatus(item)
        if [.waiting, .typing].contains(item.state) { shown.note = hindrance(of: item) }
        return shown
      }
    }
    return agent
  }
}
