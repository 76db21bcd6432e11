import Journal

/// An agent as people can name it.
public struct AgentPlace: Codable, Sendable, Equatable {
  public var target: QueueTarget
  /// Window and pane within the session, as tmux counts them.
  public var window: Int
  public var index: Int

  public init(_ target: QueueTarget, window: Int, index: Int) {
    self.target = target
    self.window = window
    self.index = index
  }

  /// As tmux writes a pane's place: `work:0.1`.
  public var place: String { "\(target.session):\(window).\(index)" }
}

/// Finds the agent that somebody means.
public enum AgentAddress {
  /// - Parameter name: A pane's id (`%3`), its place (`work:0.1`), a name with the pane (`codex:%3`), the agent's name
  ///   (`codex`, `claude` for `claude-code`) or its session's.
  /// - Throws: What is wrong, with all that could be meant.
  public static func find(_ name: String, among all: [AgentPlace]) throws(QueueRefusal) -> AgentPlace {
    let exact = all.filter { $0.target.pane == name || $0.target.label == name || $0.place == name }
    let found =
      exact.isEmpty
      ? all.filter {
        $0.target.session == name || $0.target.agent == name || "\($0.target.session):\($0.window)" == name
          || $0.target.agent.hasPrefix(name + "-")
      } : exact
    if found.count == 1 { return found[0] }
    if all.isEmpty { throw QueueRefusal("no agent is seen in any pane; start one (claude, codex) in tmux") }
    guard !found.isEmpty else {
      throw QueueRefusal("no agent is called '\(name)'; there are:\n" + list(all))
    }
    throw QueueRefusal("'\(name)' could be \(found.count) agents; name one by its pane:\n" + list(found))
  }

  private static func list(_ places: [AgentPlace]) -> String {
    let servers = Set(places.map(\.target.server)).count
    return places.prefix(32).map { place in
      let target = place.target
      let server = servers > 1 ? ", -S \(target.server)" : ""
      return legibleName("  \(target.pane)  \(target.agent) in \(place.place), \(target.cwd)\(server)")
    }.joined(separator: "\n")
  }

  /// Names come from panes: what steers a terminal is taken out.
  private static func legibleName(_ text: String) -> String { TerminalText.legible(text, bytes: 400) }
}
