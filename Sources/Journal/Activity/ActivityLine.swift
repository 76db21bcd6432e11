/// One line of the activity journal: what a watch saw of an agent, or that it was there.
///
/// With `state` the agent is in that state from `time` on; with `tally` it did so much until `time`; with neither
/// the watch was there. Lines of one watch are nearly in the order of their times: that an agent stands still is
/// known only later.
public struct ActivityLine: Sendable, Codable, Equatable {
  /// Grows when a field changes its meaning, not when one is added.
  public var v = 1
  public var time: WallTime
  /// Tells the watches apart that write to one journal, also those before a restart.
  public var watch: String
  public var agent: Alert.Agent?
  /// A state as `outrider status` has it, or one of the two below.
  public var state: String?
  public var tally: Tally?

  /// It works and no clock of its moves, for longer than the rules allow: from when the last one moved.
  public static let stuck = "stuck"
  /// Its pane is gone.
  public static let gone = "gone"

  /// What an agent did since its last tally.
  public struct Tally: Sendable, Codable, Equatable {
    public var commands = 0
    public var commits = 0
    public var pulls = 0
    /// Addresses of the pull requests, where they were seen.
    public var urls: [String] = []
    /// Git hooks that failed.
    public var hookFailures = 0
    /// Seconds in which commands ran that run git's hooks.
    public var hooks = 0.0
    /// When the last of this was seen.
    public var last: WallTime?

    /// Addresses that one tally holds.
    public static let mostURLs = 8

    public init() {}

    public var isEmpty: Bool { self == Tally() }
  }

  public init(
    time: WallTime, watch: String, agent: Alert.Agent? = nil, state: String? = nil, tally: Tally? = nil
  ) {
    self.time = time
    self.watch = watch
    self.agent = agent
    self.state = state
    self.tally = tally
  }

  /// The same with every text bounded and free of what steers a terminal, whoever wrote it.
  func legible() -> ActivityLine {
    var line = self
    func name(_ text: String) -> String { Journal.legible(text, bytes: Alert.Bounds.name) }
    line.watch = name(watch)
    line.state = state.map(name)
    line.agent = agent.map { agent in
      Alert.Agent(
        name: name(agent.name), pane: agent.pane.map(name), session: agent.session.map(name),
        cwd: agent.cwd.map { Journal.legible($0, bytes: Alert.Bounds.text) })
    }
    guard var tally else { return line }
    func count(_ number: Int) -> Int { min(max(0, number), 1_000_000) }
    tally.commands = count(tally.commands)
    tally.commits = count(tally.commits)
    tally.pulls = count(tally.pulls)
    tally.hookFailures = count(tally.hookFailures)
    tally.hooks = tally.hooks.isFinite ? min(max(0, tally.hooks), 1e6) : 0
    tally.urls = tally.urls.prefix(Tally.mostURLs).map { Journal.legible($0, bytes: Alert.Bounds.result) }
    line.tally = tally
    return line
  }
}
