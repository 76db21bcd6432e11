import Journal
import Rulebook

extension QueueItem {
  /// What became of it, for the alert log.
  enum Fate {
    case delivered(String), expired(String), unknown(String)
  }

  /// As messages name it.
  var label: String { "\(id) ('\(cleaned(text, limit: 40))')" }

  func alert(_ fate: Fate, at time: WallTime) -> Alert {
    var generator = SystemRandomNumberGenerator()
    var alert = Alert(
      time: time, id: Alert.makeID(at: time, using: &generator), rule: "queue-delivered", severity: .info,
      agent: Alert.Agent(name: target.agent, pane: target.pane, session: target.session, cwd: target.cwd),
      source: Alert.Source(rawValue: "queue"), text: text)
    switch fate {
    case .delivered(let how):
      alert.actions = [
        Alert.Deed(
          Action.queue.rawValue, result: "delivered: \(how)",
          ms: Double(time.milliseconds - queued.milliseconds))
      ]
      alert.outcome = .resolved
    case .expired(let why):
      alert.rule = "queue-expired"
      alert.severity = .warning
      alert.why = "It waited until it expired, and was not delivered: \(why)."
      alert.instead = "Queue it again if it is still wanted."
      alert.actions = [Alert.Deed(Action.queue.rawValue, result: "expired: \(why)")]
      alert.outcome = .resolved
    case .unknown(let why):
      alert.rule = "queue-unknown"
      alert.severity = .warning
      alert.why =
        "Nobody can tell whether the agent got it: \(why). It is not typed again, and what waits behind it waits."
      alert.instead =
        "Look at the pane; then write `outrider queue --remove \(id)`, and queue it again if it is not there."
      alert.actions = [Alert.Deed(Action.queue.rawValue, result: "unknown: \(why)")]
      alert.outcome = .escalated
    }
    return alert
  }
}
