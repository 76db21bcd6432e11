import Foundation
import Journal
import Rulebook
import Tmux

/// What was seen when an alert was raised: kept for `outrider explain` once the keys have left.
extension Watcher {
  /// Alerts that wait for that at most, between two keys.
  private static let mostUnkept = 64

  /// The first line of the alert about a verdict; what was seen is kept by `keepSeen`.
  func alert(for verdict: Verdict, _ agent: Alert.Agent, at now: Instant) -> Alert {
    let alert = Alert(verdict, about: agent, at: now, using: &generator)
    if unkept.count < Self.mostUnkept { unkept.append((alert.id, verdict)) }
    return alert
  }

  /// Notes a fact that a rule made: it may be part of a later alert's story, and is counted.
  func noteMade(_ fact: Fact) {
    guard let pane = PaneID(Array(fact.agent.utf8)).flatMap({ panes[$0]?.pane }) else { return }
    pane.trail.note(fact)
    pane.tally.note(emitted: fact)
  }

  /// Hands over what was seen of the alerts since the last call. The pane shows what it showed when they were
  /// raised: nothing was read since.
  func keepSeen() {
    guard !unkept.isEmpty else { return }
    for (alert, verdict) in unkept {
      let place = PaneID(Array(verdict.fact.agent.utf8)).flatMap { panes[$0] ?? probes.departed[$0] }
      office.keep(
        Sighting(
          verdict, of: alert, after: place?.pane.trail.leading(to: verdict.fact) ?? [],
          screen: place?.pane.reader.shownRows(atMost: Seen.Bounds.rows)))
    }
    unkept = []
  }
}
