import Patterns

/// How one agent's screen reads, as a file of `rules/agents/` describes it: which lines are commands,
/// output, prose and prompts, and what marks its states. The code that reads by it knows no agent.
public struct Dialect: Sendable {
  /// What a line of the screen is.
  public enum Role: String, CaseIterable, Sendable {
    /// A command; `phase` says how far it has come.
    case command
    /// A line that a tool printed.
    case output
    /// The agent's prose.
    case said
    /// What was typed to the agent and sent off.
    case prompt
    /// The place where the next prompt is being typed.
    case box
    /// A command that the human types into the box to run it himself.
    case own
    /// A value to read off: `context`, `tokens`, `elapsed`, `queued`.
    case status
    /// The head of work in progress, whose commands stand below it; a group `count` counts them.
    case activity
    /// The head of work that is over, below which its commands are told once more.
    case past
    /// The agent's own word that it was interrupted.
    case interrupted
    /// Something else that starts a new item of the transcript.
    case note
    /// How calls ended: a group `done` counts them, `failed` those that failed.
    case outcome
    /// A file that the agent wrote: its path.
    case edit
    /// What the agent's program says of itself: an error of its service, a limit, a login.
    case notice
    /// The same, when it says that its service has no more for it: the agent is limited until it works again.
    case limit
    /// The agent's own word that its context was compacted.
    case compacted
    /// What its program says beside the work, at times of its own: tips.
    case aside
  }

  /// One way in which a line can read. The first that matches decides.
  public struct Line: Sendable {
    public let role: Role
    public let match: Pattern
    /// For commands.
    public let phase: Fact.Phase
    /// Which rows below continue the item; its group `more` is the text that is added.
    public let more: Pattern?
    /// What the agent adds behind the text and is not part of it (`(3s · 2 lines)`).
    public let trim: Pattern?
    /// The text when it is not the group `text` but made from the other groups.
    public let template: Template?
    /// For a box: what it shows while it is empty.
    public let empty: Pattern?
    /// Colours of the line's first glyph with which it reads otherwise: prose that has a command's words.
    ///
    /// Each is `default`, a palette number, or `#rrggbb`.
    public let unlessColours: Set<String>
    /// For a role that only the lowest matching line of the screen has.
    public let isLowest: Bool
    /// For a role that a line has only in the first row of the screen.
    public let isTop: Bool
    /// For commands: how soon a dialog may open over one that has just appeared; zero when none does.
    public let dialogWithin: Duration
    /// Lines that read this way, tried when the file loads.
    public let samples: [Example]
  }

  /// A state and what marks it. The first that applies is the agent's.
  public struct State: Sendable {
    public let state: AgentState
    /// Lines of the screen, any of which marks it.
    public let match: [Pattern]
    /// What the agent says of itself (`OSC 7501`, key `state`).
    public let announced: Set<String>
  }

  /// The keys by their tmux names.
  public struct Keys: Sendable, Equatable {
    public let interrupt: String
    public let submit: String
    /// Queues a prompt for when the turn ends; nil when the agent has no key for it.
    public let queue: String?
    /// Empties the prompt box of one line; nil when the agent has no key for it.
    public let clear: String?
  }

  public let name: String
  /// The versions it was tested with.
  public let versions: [String]
  /// Lines by which the agent is recognised.
  public let recognise: [Pattern]
  /// The path of the agent's program, or of the script that an interpreter runs for it.
  ///
  /// Without it the kernel's word about programs is not taken to be about this agent.
  public let process: Pattern?
  public let keys: Keys
  /// How the agent is ended and started afresh; nil where that is not known.
  public let restart: Restart?
  public let lines: [Line]
  public let states: [State]
  /// Lines that say that the agent runs everything without asking.
  public let unasked: [Pattern]
  public let origin: Rule.Origin
  /// The patterns of `lines`, in their order.
  public let linePatterns: PatternSet
  /// The patterns of all `states`, one state after the other, and those of `unasked`.
  public let statePatterns: PatternSet

  init(
    name: String, versions: [String], recognise: [Pattern], process: Pattern?, keys: Keys,
    restart: Restart?, lines: [Line], states: [State], unasked: [Pattern], origin: Rule.Origin
  ) {
    self.name = name
    self.versions = versions
    self.recognise = recognise
    self.process = process
    self.keys = keys
    self.restart = restart
    self.lines = lines
    self.states = states
    self.unasked = unasked
    self.origin = origin
    linePatterns = PatternSet(lines.map(\.match))
    statePatterns = PatternSet(states.flatMap(\.match) + unasked)
  }
}

/// What an agent is doing, as far as it shows.
public enum AgentState: String, Codable, CaseIterable, Sendable {
  case starting, working, asking, idle, interrupted, compacting, limited, exited
}
