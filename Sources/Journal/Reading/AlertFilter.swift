import Rulebook

/// Which alerts a reader wants. Everything that is not asked for is let through.
public struct AlertFilter: Sendable, Equatable {
  /// Rule ids, any of which will do; empty for all.
  public var rules: Set<String>
  /// Names of agents (`claude`), panes (`%3`) or both (`claude:%3`), any of which will do; empty for all.
  public var agents: Set<String>
  public var leastSeverity: Severity
  /// Lines written at this time or later.
  public var since: WallTime?

  public init(
    rules: Set<String> = [], agents: Set<String> = [], leastSeverity: Severity = .info,
    since: WallTime? = nil
  ) {
    self.rules = rules
    self.agents = agents
    self.leastSeverity = leastSeverity
    self.since = since
  }

  public func admits(_ alert: Alert) -> Bool {
    guard rules.isEmpty || rules.contains(alert.rule), alert.severity >= leastSeverity else { return false }
    if let since, alert.updated ?? alert.time < since { return false }
    return admits(alert.agent)
  }

  /// Whether alerts about the agent are wanted.
  public func admits(_ agent: Alert.Agent) -> Bool {
    guard !agents.isEmpty else { return true }
    return agents.contains(agent.name) || agents.contains(agent.label)
      || agent.pane.map(agents.contains) ?? false
  }
}

extension Alert.Agent {
  /// Name and pane as people see them: `claude:%3`.
  public var label: String {
    guard let pane, !pane.isEmpty, !name.hasSuffix(pane) else { return name }
    return "\(name):\(pane)"
  }
}
