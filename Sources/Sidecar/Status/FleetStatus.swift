import Journal
import Rulebook

/// What `outrider status` shows: all agents of a tmux server, as its sidecar sees them now.
public struct FleetStatus: Codable, Sendable, Equatable {
  /// Grows when a field changes its meaning, not when one is added.
  public var v = 1
  public var time: WallTime
  /// The tmux server: its socket's path, behind the command that reaches its machine.
  public var server: String
  /// The watch only says what it would do.
  public var observing: Bool
  public var agents: [AgentStatus]
  /// What is queued for agents that are not there now.
  public var stranded: [QueuedStatus]

  public init(
    time: WallTime, server: String, observing: Bool = false, agents: [AgentStatus],
    stranded: [QueuedStatus] = []
  ) {
    self.time = time
    self.server = server
    self.observing = observing
    self.agents = agents
    self.stranded = stranded
  }
}

/// One agent.
public struct AgentStatus: Codable, Sendable, Equatable {
  public var name: String
  /// tmux's id of the pane, and its place: `%3`, `work:0.0`.
  public var pane: String
  public var place: String
  public var cwd: String
  /// The folder where its repository begins; nil outside of one, or on another machine.
  public var repository: String?
  /// The branch, or the commit of a detached HEAD.
  public var branch: String?
  /// `starting` `working` `asking` `idle` `interrupted` `compacting` `limited` `exited`.
  public var state: String
  /// Seconds since the state began; nil when it began before the watch.
  public var seconds: Int?
  /// The line that shows the state.
  public var evidence: String
  /// The command that a dialog asks about.
  public var asks: String?
  /// Percent of the context that is left, where the agent shows it.
  public var context: Double?
  /// A line for each clock that ever moved: `output: moved 12s ago`.
  public var clocks: [String]
  /// Seconds in which no clock moved, while it works; nil else.
  public var still: Int?
  /// It has stood still for longer than the rules allow.
  public var stalled: Bool
  /// What will be typed when its turn ends, in order.
  public var queue: [QueuedStatus]
  /// Programs of its own that are frozen until a human decides.
  public var held: [HeldStatus]
  public var alert: AlertStatus?
  /// Calls for the human that nobody has answered, the gravest first; nil when there are none.
  public var escalations: [EscalationStatus]?
  /// Its pull requests, a line each, with its address: `#7 green  https://…`; nil when none is known.
  public var reviews: [String]?

  public init(name: String, pane: String, place: String, cwd: String, state: AgentState) {
    self.name = name
    self.pane = pane
    self.place = place
    self.cwd = cwd
    self.state = state.rawValue
    evidence = ""
    clocks = []
    stalled = false
    queue = []
    held = []
  }

  public var label: String { "\(name):\(pane)" }
}

/// A text that waits.
public struct QueuedStatus: Codable, Sendable, Equatable {
  public var id: String
  public var text: String
  public var state: String
  public var agent: String
  public var expires: WallTime
  public var by: String
  public var note: String?

  public init(_ item: QueueItem) {
    id = item.id
    text = item.text
    state = item.state.rawValue
    agent = item.target.label
    expires = item.expires
    by = item.by
    note = item.note
  }
}

/// A program on hold.
public struct HeldStatus: Codable, Sendable, Equatable {
  /// As `outrider allow` and `outrider deny` take it.
  public var id: String
  public var text: String
  public var rules: [String]
  /// Seconds until it is decided without a word, and how: `kill` or `allow`.
  public var left: Int
  public var then: String

  public init(id: String, text: String, rules: [String], left: Int, then: String) {
    self.id = id
    self.text = text
    self.rules = rules
    self.left = left
    self.then = then
  }
}

/// The last alert about an agent.
public struct AlertStatus: Codable, Sendable, Equatable {
  public var id: String
  public var rule: String
  public var severity: String
  public var time: WallTime
  public var outcome: String
  public var text: String

  public init(_ alert: Alert) {
    id = alert.id
    rule = alert.rule
    severity = alert.severity.rawValue
    time = alert.time
    outcome = alert.outcome.rawValue
    text = alert.text
  }
}

/// A call for the human that nobody has answered.
public struct EscalationStatus: Codable, Sendable, Equatable {
  public var id: String
  public var rule: String
  public var text: String
  public var since: WallTime

  public init(id: String, rule: String, text: String, since: WallTime) {
    self.id = id
    self.rule = rule
    self.text = text
    self.since = since
  }

  public init(_ trouble: Escalation) {
    self.init(id: trouble.id, rule: trouble.cause, text: trouble.alert.text, since: trouble.opened)
  }
}
