import Processes
import Rulebook
import Senses
import Tmux

/// The programs of the user's that are run beside the agents.
extension Watcher {
  /// Those that are due: by the time, or after a fact that a rule made.
  func ownErrands(
    of id: PaneID, _ place: Place, _ own: ProbeSettings, after kind: Fact.Kind? = nil, at now: Instant
  ) -> [ProbeErrand] {
    let orders = place.court.judge.rulebook.probes
    guard !orders.isEmpty, var agent = probes.agents[id] else { return [] }
    let due = orders.filter { order in
      guard !agent.running.contains(order.id) else { return false }
      let sinceLast = agent.ran[order.id].map { now - $0 }
      switch order.time {
      case .every(let interval): return kind == nil && (sinceLast.map { $0 >= interval } ?? true)
      case .after(let kinds):
        return kind.map(kinds.contains) ?? false && (sinceLast.map { $0 >= ProbeOrder.shortest } ?? true)
      }
    }
    for order in due {
      agent.ran[order.id] = now
      agent.running.insert(order.id)
    }
    probes.agents[id] = agent
    return due.map { order in
      let home = own.environment["HOME"] ?? "/"
      return .own(id, order, order.folder == .home ? home : place.info.directory)
    }
  }

  func take(_ result: Result<ProgramRun.Result, ProgramRun.Failure>, of id: PaneID, _ order: ProbeOrder) {
    probes.agents[id]?.running.remove(order.id)
    guard !isOver, panes[id] != nil else { return }
    switch result {
    case .failure(.cancelled): return
    case .failure(let failure):
      if probes.isNew("\(order.id): \(failure)") {
        office.report(.trouble("probe '\(order.id)' tells nothing: \(failure)"))
      }
    case .success(let result):
      let now = clock.now
      take(order.facts(status: result.status, output: result.output, of: "\(id)", at: now), of: id, at: now)
      setAlarm()
    }
  }
}
