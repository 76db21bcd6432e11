import Rulebook

/// The human's wish not to be called for some troubles, for a while.
public struct Silence: Sendable, Equatable, Codable, Identifiable {
  public let id: String
  /// Rules that are meant.
  public let rules: Wildcard
  /// The agent that is meant, by name, pane or both; nil for all.
  public let agent: Wildcard?
  public let made: WallTime
  public let until: WallTime
  public let by: String

  public init(
    id: String, rules: Wildcard, agent: Wildcard? = nil, made: WallTime, lasts: Duration, by: String
  ) {
    self.id = id
    self.rules = rules
    self.agent = agent
    self.made = made
    until = made + min(lasts, Self.longest)
    self.by = by
  }

  /// Nobody remembers longer than that why it is silent.
  public static let longest = Duration.seconds(7 * 86_400)
  /// Silences at a time.
  static let most = 64

  /// A clock that was set back does not make it last longer than was asked for.
  func holds(at now: WallTime) -> Bool { now < until && now + (until - made) >= until }

  func covers(_ alert: Alert) -> Bool {
    rules.matches(alert.rule) && (agent.map { alert.agent.isMeant(by: [$0]) } ?? true)
  }
}
