import Foundation
import Journal
import Rulebook
import Tmux

/// What a watch remembers of what it wrote into the activity journal.
struct ActivityNotes {
  /// Tells this watch from others.
  let watch: String
  /// The state of each agent that was written last.
  var told: [PaneID: (agent: Alert.Agent, state: String, since: Instant)] = [:]
  var tallied: Instant?

  init(at now: Instant) {
    var generator = SystemRandomNumberGenerator()
    watch = Alert.makeID(at: WallTime(now), using: &generator)
  }
}

/// Keeps the activity journal, once a second and apart from what panes print.
extension Watcher {
  private static let activityInterval: Duration = .seconds(1)
  /// How often what was done is written down, and that somebody watches.
  private static let tallyInterval: Duration = .seconds(60)

  func followActivity() async {
    while !isOver, !Task.isCancelled {
      noteActivity(at: clock.now)
      try? await Task.sleep(for: Self.activityInterval)
    }
  }

  /// The watch ends: what was done since the last tally is written.
  func endActivity() {
    let now = clock.now
    noteActivity(at: now)
    guard !activity.told.isEmpty else { return }
    office.note(tallies(at: now))
  }

  private func noteActivity(at now: Instant) {
    var lines: [ActivityLine] = []
    for (id, place) in panes where place.isReported {
      guard let (state, since) = activityState(of: place, at: now) else { continue }
      let agent = place.pane.agent
      if let told = activity.told[id], told.state == state, told.agent.name == agent.name { continue }
      // A state that was left before it was written is not gone back to.
      let begin = max(since, activity.told[id]?.since ?? since)
      activity.told[id] = (agent, state, begin)
      lines.append(line(at: begin, of: agent, state: state))
    }
    for (id, told) in activity.told where panes[id] == nil {
      activity.told[id] = nil
      lines.append(line(at: now, of: told.agent, state: ActivityLine.gone))
    }
    if activity.tallied.map({ now - $0 >= Self.tallyInterval }) ?? true, !activity.told.isEmpty {
      activity.tallied = now
      lines += tallies(at: now)
    }
    if !lines.isEmpty { office.note(lines) }
  }

  /// What an agent whose pane goes has done since the last tally.
  func leaveActivity(of place: Place, at now: Instant) {
    guard let line = tally(of: place, at: now) else { return }
    office.note([line])
  }

  private func tallies(at now: Instant) -> [ActivityLine] {
    panes.values.filter(\.isReported).compactMap { tally(of: $0, at: now) }
      + [ActivityLine(time: WallTime(now), watch: activity.watch)]
  }

  private func tally(of place: Place, at now: Instant) -> ActivityLine? {
    place.pane.tally.take(at: now).map {
      ActivityLine(time: WallTime(now), watch: activity.watch, agent: place.pane.agent, tally: $0)
    }
  }

  private func line(at time: Instant, of agent: Alert.Agent, state: String) -> ActivityLine {
    ActivityLine(time: WallTime(time), watch: activity.watch, agent: agent, state: state)
  }

  /// The agent's state and since when, that it is stuck included; nil before any sense told of it.
  private func activityState(of place: Place, at now: Instant) -> (String, Instant)? {
    let judge = place.court.judge
    guard let standing = judge.standing(of: place.pane.id) else { return nil }
    guard standing.state == .working else { return (standing.state.rawValue, standing.since) }
    let moved = max(judge.clocks(of: place.pane.id, at: now).moved ?? standing.since, standing.since)
    if let shortest = judge.rulebook.shortestStall, now - moved >= shortest {
      return (ActivityLine.stuck, moved)
    }
    // One that was stuck works again since something moved.
    let wasStuck = activity.told[place.info.pane]?.state == ActivityLine.stuck
    return (standing.state.rawValue, wasStuck ? moved : standing.since)
  }
}
