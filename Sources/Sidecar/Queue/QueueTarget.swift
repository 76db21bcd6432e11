import Processes

/// Which agent a queued text is for.
///
/// A pane's id alone would not do: tmux counts them anew when its server is restarted, and another agent may run in
/// the pane by then.
public struct QueueTarget: Codable, Sendable, Equatable {
  /// The tmux server: its socket's path, behind the command that reaches its machine.
  public var server: String
  /// That server and no later one on the same socket: its process and start. Empty when it is not known.
  public var instance: String
  /// As tmux names it, `%3`.
  public var pane: String
  /// The agent's name: that of its dialect.
  public var agent: String
  /// The session's name, for people.
  public var session: String
  /// Where it works.
  public var cwd: String
  /// The agent's process; nil where none is known, as on another machine.
  public var process: ProcessIdentity?

  public init(
    server: String, instance: String, pane: String, agent: String, session: String, cwd: String,
    process: ProcessIdentity? = nil
  ) {
    self.server = server
    self.instance = instance
    self.pane = pane
    self.agent = agent
    self.session = session
    self.cwd = cwd
    self.process = process
  }

  /// As people name it: `codex:%3`.
  public var label: String { "\(agent):\(pane)" }

  /// Why whoever is there now is not the one that was meant; nil when he is, or when he has taken the place of the
  /// one that was: the same kind of agent, started anew in the same pane and folder.
  public func objection(to present: QueueTarget) -> String? {
    if server != present.server { return "its agent is on another tmux server" }
    if pane != present.pane { return "its agent is in another pane" }
    if !instance.isEmpty, !present.instance.isEmpty, instance != present.instance {
      return "tmux was started anew since, and its panes are others"
    }
    if agent != present.agent { return "\(present.agent) runs in its pane now" }
    if let process {
      if process == present.process { return nil }
      // A shell may be all that is left there, and would run what is typed.
      if present.process == nil { return "its agent has ended" }
    }
    if cwd != present.cwd { return "its agent works in another folder now" }
    return nil
  }
}
