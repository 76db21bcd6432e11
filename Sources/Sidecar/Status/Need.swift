import Rulebook

/// Why an agent needs a human: the answer to the question which one does, now.
public struct Need: Sendable, Equatable {
  /// The most urgent first.
  public enum Urgency: Int, Sendable, Comparable {
    /// A program is frozen, and time runs.
    case held
    /// A call is open.
    case called
    /// A dialog is open.
    case asking
    /// Nobody knows whether a queued text was sent.
    case unknown
    case stalled
    case exited
    case limited
    /// It was interrupted and waits for a word.
    case interrupted
    /// Its turn is over and nothing is queued.
    case idle

    public static func < (a: Urgency, b: Urgency) -> Bool { a.rawValue < b.rawValue }
  }

  public let agent: String
  public let urgency: Urgency
  /// As it goes on behind the agent's name: `asks for 4m: kubectl apply -f web.yaml`.
  public let text: String

  /// The most urgent need of each agent that has one, the most urgent first.
  public static func all(of agents: [AgentStatus]) -> [Need] {
    agents.compactMap(\.need).sorted {
      ($0.urgency, $0.agent) < ($1.urgency, $1.agent)
    }
  }
}

extension AgentStatus {
  /// An agent that rests for less than this has only just ended its turn.
  static let rest = 10

  /// What a human is needed for; nil when nothing is.
  public var need: Need? {
    func need(_ urgency: Need.Urgency, _ text: String) -> Need {
      Need(agent: label, urgency: urgency, text: text)
    }
    let long = seconds.map { " for \(Self.spelled($0))" } ?? ""
    if let program = held.first {
      return need(
        .held,
        "holds '\(program.text)', \(program.then) in \(Self.spelled(program.left)): outrider allow|deny \(program.id)"
      )
    }
    if let call = escalations?.first {
      return need(.called, "\(call.rule): \(call.text): outrider ack \(call.id)")
    }
    if state == AgentState.asking.rawValue { return need(.asking, "asks\(long): \(asks ?? evidence)") }
    if let lost = queue.first(where: { $0.state == QueueItem.State.unknown.rawValue }) {
      return need(.unknown, "may or may not have got '\(lost.text)': outrider queue --remove \(lost.id)")
    }
    if stalled { return need(.stalled, "has stood still\(still.map { " for \(Self.spelled($0))" } ?? "")") }
    switch AgentState(rawValue: state) {
    case .exited: return need(.exited, "has ended\(long)")
    case .limited: return need(.limited, "is limited\(long): \(evidence)")
    case .interrupted where queue.isEmpty:
      return need(.interrupted, "was interrupted and waits for a word\(long)")
    case .idle where queue.isEmpty && seconds ?? Self.rest >= Self.rest:
      return need(.idle, "is idle\(long), nothing queued")
    default: return nil
    }
  }

  /// What it waits for, in a few words; nil when it waits for nothing.
  public var waits: String? {
    if let program = held.first { return "your word on '\(program.text)' (\(program.id))" }
    switch AgentState(rawValue: state) {
    case .asking: return "an answer: \(asks ?? evidence)"
    case .limited: return "its limit: \(evidence)"
    case .interrupted: return "a word"
    case .idle:
      return queue.first.map { "'\($0.text)' to be typed\($0.note.map { " (\($0))" } ?? "")" } ?? "a task"
    default: return nil
    }
  }

  /// Two units at most: `45s`, `3m12s`, `2h5m`, `3d4h`.
  static func spelled(_ seconds: Int) -> String {
    let seconds = min(max(0, seconds), 999 * 86_400)
    let coarse = seconds >= 86_400 ? seconds / 3600 * 3600 : seconds >= 3600 ? seconds / 60 * 60 : seconds
    return Duration.seconds(coarse).spelled
  }
}
