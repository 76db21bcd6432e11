/// One thing that was seen: a time, an agent, a kind, a text, named fields, and the sense that saw it.
public struct Fact: Sendable, Equatable {
  /// What a fact is about. The kinds of the product are constants; a rule's `emit` makes more.
  public struct Kind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// A simple command that an agent asks to run, runs or ran.
    public static let command = Kind(rawValue: "command")
    /// A settled line that a tool printed.
    public static let output = Kind(rawValue: "output")
    /// A file written or changed by the agent.
    public static let edit = Kind(rawValue: "edit")
    /// A line of the agent's prose.
    public static let said = Kind(rawValue: "said")
    /// What was typed to the agent.
    public static let prompt = Kind(rawValue: "prompt")
    /// A value read off the pane: `context`, `tokens`, `elapsed`, `queued`.
    public static let status = Kind(rawValue: "status")
    /// The agent's state changed.
    public static let state = Kind(rawValue: "state")
    /// Any settled line.
    public static let line = Kind(rawValue: "line")
    /// What the agent's program says of itself: an error of its service, a limit, a login that has expired.
    public static let notice = Kind(rawValue: "notice")
    /// What a probe found: `measure` names it. Of `disk`: `path`, and `mib_left` and `inodes_left` that its file
    /// system has for the user, and how many of a hundred that is; where it has no fixed number of inodes,
    /// `inodes_left` is not set. Of `review`: `what`, and the pull request. Of `changed`: `paths`, the files that
    /// git calls changed.
    public static let probe = Kind(rawValue: "probe")
    /// A clock of the agent's moved that no other fact moves; the text names it. No rule listens to it.
    public static let progress = Kind(rawValue: "progress")
  }

  /// The sense a fact came from.
  public enum Source: String, Codable, Sendable {
    case pane, hook, exec, probe, replay
  }

  /// How far a command has come.
  public enum Phase: String, CaseIterable, Codable, Sendable, Comparable {
    case asked, running, ran

    public static func < (a: Phase, b: Phase) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .asked: 0
      case .running: 1
      case .ran: 2
      }
    }
  }

  public var time: Instant
  /// The agent's name: unique within a fleet, stable while its pane lives.
  public var agent: String
  public var kind: Kind
  public var text: String
  public var fields: [String: Value]
  public var source: Source
  /// Facts about one and the same command carry the same number, so that its alert is raised once.
  public var story: UInt64?

  public init(
    time: Instant, agent: String, kind: Kind, text: String, fields: [String: Value] = [:],
    source: Source, story: UInt64? = nil
  ) {
    self.time = time
    self.agent = agent
    self.kind = kind
    self.text = text
    self.fields = fields
    self.source = source
    self.story = story
  }

  /// The story by a name that is unique within a fleet.
  public var storyName: String? { story.map { "\(agent)/\($0)" } }

  /// The phase of a command fact, or of an edit; nil for every other kind.
  public var phase: Phase? {
    guard case .string(let name)? = fields["phase"] else { return nil }
    return Phase(rawValue: name)
  }
}

/// The value of a fact's field.
public enum Value: Sendable, Equatable {
  case string(String)
  case number(Double)
  case flag(Bool)
  case list([String])

  /// The value as a person would write it; a list is joined by commas.
  public var text: String {
    switch self {
    case .string(let text): text
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .list(let items): items.joined(separator: ", ")
    }
  }
}
