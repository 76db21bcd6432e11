import Rulebook

/// One thing that a rule found and what was done about it: one object, one line of the alert log.
///
/// An alert is written when it is raised and again, whole and with the same `id`, each time that more is
/// known about it; the last line of an id is its state.
public struct Alert: Sendable, Equatable {
  /// The version of the line's schema, its field `v`. It grows when a field changes its meaning, not when
  /// one is added.
  public static let schemaVersion = 1

  /// When the alert was raised; the same in every line of it.
  public var time: WallTime
  /// When this line was written, in all lines of an alert but the first.
  public var updated: WallTime?
  public var id: String
  /// Joins the alerts about one and the same command, whichever sense raised them.
  public var story: String?
  public var rule: String
  public var severity: Severity
  public var agent: Agent
  public var source: Source
  /// What the rule fired on, as a person would read it.
  public var text: String
  /// Why the rule exists, in its own words.
  public var why: String?
  /// What the agent was told to do instead.
  public var instead: String?
  /// The lines that show it: rows of the pane, the hook's input, the executed program.
  public var evidence: [String]
  public var actions: [Deed]
  public var outcome: Outcome

  public init(
    time: WallTime, id: String, story: String? = nil, rule: String, severity: Severity, agent: Agent,
    source: Source, text: String, why: String? = nil, instead: String? = nil, evidence: [String] = [],
    actions: [Deed] = [], outcome: Outcome = .raised
  ) {
    self.time = time
    self.id = id
    self.story = story
    self.rule = rule
    self.severity = severity
    self.agent = agent
    self.source = source
    self.text = text
    self.why = why
    self.instead = instead
    self.evidence = evidence
    self.actions = actions
    self.outcome = outcome
  }

  /// The same alert with what is known now, for its next line.
  public func updated(at now: WallTime, outcome: Outcome, actions: [Deed]) -> Alert {
    var next = self
    next.updated = now
    next.outcome = outcome
    next.actions = actions
    return next
  }

  /// An id that sorts by time and can be typed: nine characters of time, a dash, four at random.
  ///
  /// Two alerts of the same millisecond get the same id once in a million.
  public static func makeID(at time: WallTime, using generator: inout some RandomNumberGenerator) -> String {
    let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
    func spell(_ value: UInt64, _ count: Int) -> String {
      String((0..<count).reversed().map { letters[Int(value >> UInt64($0 * 5) & 31)] })
    }
    return spell(UInt64(max(0, time.milliseconds)), 9) + "-" + spell(generator.next(), 4)
  }
}

extension Alert {
  /// Who it is about.
  public struct Agent: Sendable, Codable, Equatable {
    public var name: String
    /// tmux's id of the pane, as `%3`.
    public var pane: String?
    public var session: String?
    public var cwd: String?

    public init(name: String, pane: String? = nil, session: String? = nil, cwd: String? = nil) {
      self.name = name
      self.pane = pane
      self.session = session
      self.cwd = cwd
    }
  }

  /// The sense that saw it. An open set: a reader keeps names that it does not know.
  public struct Source: RawRepresentable, Sendable, Codable, Hashable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let pane = Source(rawValue: "pane")
    public static let hook = Source(rawValue: "hook")
    public static let exec = Source(rawValue: "exec")
    public static let probe = Source(rawValue: "probe")
    public static let replay = Source(rawValue: "replay")
  }

  /// How it ended, as far as is known. An open set, like `Source`.
  public struct Outcome: RawRepresentable, Sendable, Codable, Hashable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nothing is known yet: the first line of an alert on which something is being done.
    public static let raised = Outcome(rawValue: "raised")
    /// Refused before it ran.
    public static let denied = Outcome(rawValue: "denied")
    /// Frozen at its execution.
    public static let held = Outcome(rawValue: "held")
    /// Interrupted while it ran.
    public static let stopped = Outcome(rawValue: "stopped")
    public static let tooLate = Outcome(rawValue: "too-late")
    public static let corrected = Outcome(rawValue: "corrected")
    public static let escalated = Outcome(rawValue: "escalated")
    public static let observed = Outcome(rawValue: "observed")
    public static let resolved = Outcome(rawValue: "resolved")
  }

  /// One action and how it went.
  public struct Deed: Sendable, Codable, Equatable {
    /// The action's name: the field `do`.
    public var action: String
    /// `done`, `would` (only observed), or a few words on what went wrong.
    public var result: String
    /// How long it took, in milliseconds; nil when nobody measured.
    public var ms: Double?

    public init(_ action: String, result: String = "done", ms: Double? = nil) {
      self.action = action
      self.result = result
      self.ms = ms
    }

    private enum CodingKeys: String, CodingKey {
      case action = "do"
      case result, ms
    }
  }
}

extension Alert: Codable {
  private enum CodingKeys: String, CodingKey {
    case v, time, updated, id, story, rule, severity, agent, source, text, why, instead, evidence, actions
    case outcome
  }

  /// Fields that are missing and not needed to show the alert are taken to be empty; unknown ones are
  /// ignored.
  public init(from decoder: any Decoder) throws {
    let line = try decoder.container(keyedBy: CodingKeys.self)
    time = try line.decode(WallTime.self, forKey: .time)
    updated = try line.decodeIfPresent(WallTime.self, forKey: .updated)
    id = try line.decode(String.self, forKey: .id)
    story = try line.decodeIfPresent(String.self, forKey: .story)
    rule = try line.decode(String.self, forKey: .rule)
    severity = try line.decode(Severity.self, forKey: .severity)
    agent = try line.decode(Agent.self, forKey: .agent)
    source = try line.decodeIfPresent(Source.self, forKey: .source) ?? Source(rawValue: "")
    text = try line.decode(String.self, forKey: .text)
    why = try line.decodeIfPresent(String.self, forKey: .why)
    instead = try line.decodeIfPresent(String.self, forKey: .instead)
    evidence = try line.decodeIfPresent([String].self, forKey: .evidence) ?? []
    actions = try line.decodeIfPresent([Deed].self, forKey: .actions) ?? []
    outcome = try line.decodeIfPresent(Outcome.self, forKey: .outcome) ?? .raised
  }

  public func encode(to encoder: any Encoder) throws {
    var line = encoder.container(keyedBy: CodingKeys.self)
    try line.encode(Self.schemaVersion, forKey: .v)
    try line.encode(time, forKey: .time)
    try line.encodeIfPresent(updated, forKey: .updated)
    try line.encode(id, forKey: .id)
    try line.encodeIfPresent(story, forKey: .story)
    try line.encode(rule, forKey: .rule)
    try line.encode(severity, forKey: .severity)
    try line.encode(agent, forKey: .agent)
    try line.encode(source, forKey: .source)
    try line.encode(text, forKey: .text)
    try line.encodeIfPresent(why, forKey: .why)
    try line.encodeIfPresent(instead, forKey: .instead)
    try line.encode(evidence, forKey: .evidence)
    try line.encode(actions, forKey: .actions)
    try line.encode(outcome, forKey: .outcome)
  }
}
