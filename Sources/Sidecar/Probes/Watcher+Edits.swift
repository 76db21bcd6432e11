import Rulebook
import Senses
import Tmux

/// Whether an agent that works writes into its work tree, whatever it shows: a clock of its progress.
extension Watcher {
  func editErrand(of id: PaneID, _ place: Place, _ own: ProbeSettings, at now: Instant) -> [ProbeErrand] {
    guard var agent = probes.agents[id], !agent.asksGit,
      place.court.judge.standing(of: "\(id)")?.state == .working
    else { return [] }
    guard agent.marked.map({ now - $0 >= own.edits }) ?? true,
      let root = Checkout(at: place.info.directory)?.root, isAlone(id, in: root)
    else { return [] }
    agent.marked = now
    agent.asksGit = true
    probes.agents[id] = agent
    return [.edits(id, root: root)]
  }

  /// What is written into a work tree that agents share could be another's.
  private func isAlone(_ id: PaneID, in root: String) -> Bool {
    !panes.contains { other, place in
      other != id && place.isReported && (place.info.directory + "/").hasPrefix(root + "/")
    }
  }

  func take(_ mark: WorktreeMark?, of id: PaneID) {
    guard let agent = probes.agents[id], let place = panes[id] else { return }
    probes.agents[id]?.asksGit = false
    guard let mark else { return }
    probes.agents[id]?.mark = mark
    guard let last = agent.mark, last != mark else { return }
    place.court.judge.progress(agent: "\(id)", clock: .edit, at: clock.now)
    setAlarm()
  }
}
