import Journal
import Rulebook
import Tmux

/// What the watcher keeps of agents only to show it.
struct StatusNotes {
  private var contexts: [PaneID: Double] = [:]
  private var alerts: [String: Alert] = [:]

  func context(of id: PaneID) -> Double? { contexts[id] }

  func alert(of id: PaneID) -> Alert? { alerts["\(id)"] }

  mutating func take(_ fact: Fact, of id: PaneID) {
    guard fact.kind == .status, case .number(let left)? = fact.fields["context"] else { return }
    contexts[id] = left
  }

  /// The last one that was raised, as it stands now.
  mutating func take(_ alert: Alert) {
    guard let pane = alert.agent.pane else { return }
    if let known = alerts[pane], known.id != alert.id, known.time > alert.time { return }
    alerts[pane] = alert
  }

  mutating func leave(_ id: PaneID) {
    contexts[id] = nil
    alerts["\(id)"] = nil
  }
}
