/// How an agent behaves whose service does not answer: it takes a prompt and works on it without end. Its own
/// commands still work.
public struct Stalling: Sendable, Equatable {
  /// What it writes when it is asked for a hand-off; nil when it does not answer that either.
  public let handoff: String?

  public init(handoff: String?) {
    self.handoff = handoff
  }

  /// What it answers a prompt; nil when it never does.
  func answer(to prompt: String) -> String? {
    if prompt.contains("this is a new session") { return "I go on where the other one stopped." }
    return prompt.contains("Write a hand-off") ? handoff : nil
  }

  /// Whether a prompt is the agent's own word for its end.
  static func isFarewell(_ prompt: String) -> Bool { ["/exit", "/quit"].contains(prompt) }
}

extension Session {
  /// Shows an idle agent that stalls at the first prompt.
  public mutating func open(
    _ stalling: Stalling, transcript: [String], footer: String, at now: Duration
  ) -> [Effect] {
    (isFollowing, self.stalling) = (false, stalling)
    stage.footer = footer
    stage.transcript = transcript
    var effects: [Effect] = []
    enter(.idle, at: now, into: &effects)
    return effects
  }
}
