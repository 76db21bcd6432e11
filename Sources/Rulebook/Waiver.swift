/// A rule that is not enforced: for a while, for one agent, or for one command. It is still told what it found.
public struct Waiver: Sendable, Equatable, Codable {
  public let id: String
  /// The rule's id; nil for all.
  public let rule: String?
  /// The agent as its facts name it; nil for all.
  public let agent: String?
  /// The simple command, word for word; nil for all.
  public let command: String?
  /// When it ends; nil for as long as the watch runs.
  public let until: Instant?
  /// What alerts say instead of what would have been done: `would`, or who allowed it.
  public let words: String

  public init(
    id: String, rule: String? = nil, agent: String? = nil, command: String? = nil, until: Instant? = nil,
    words: String
  ) {
    self.id = id
    self.rule = rule
    self.agent = agent
    self.command = command
    self.until = until
    self.words = words
  }

  func covers(_ rule: Rule, _ fact: Fact, at now: Instant) -> Bool {
    (self.rule ?? rule.id) == rule.id && (agent ?? fact.agent) == fact.agent
      && (command.map { fact.kind == .command && $0 == fact.text } ?? true)
      && (until.map { now < $0 } ?? true)
  }
}
