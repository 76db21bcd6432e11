import Rulebook
import Senses
import Shell

/// Runs the rules over recordings by the code that watches live panes.
public struct ReplaySession {
  private let library: RuleLibrary
  private let agent: String?
  private let cwd: String?
  private let branch: String?

  /// - Parameters:
  ///   - agent: The name of a dialect to take without recognition.
  ///   - cwd: Where the agent works at the start. When given, scripts and the repository's settings are
  ///     read there as they are today.
  ///   - branch: What is checked out there at the start.
  public init(_ library: RuleLibrary, agent: String? = nil, cwd: String? = nil, branch: String? = nil) {
    self.library = library
    self.agent = agent
    self.cwd = cwd
    self.branch = branch
  }

  /// Calls back with every fact, and every verdict together with the name of the agent's dialect, in order.
  ///
  /// - Returns: What a person should know about the rules, such as a pattern that hit a limit.
  @discardableResult
  public func run(
    _ recording: Recording, onFact: (Fact) throws -> Void,
    onVerdict: (Verdict, _ dialect: String) throws -> Void
  ) rethrows -> [Notice] {
    let dialects = library.dialects.filter { agent == nil || $0.name == agent }
    let reader = PaneReader(
      agent: "replay", rows: recording.rows, columns: recording.columns, dialects: dialects,
      isCertain: agent != nil,
      commands: CommandReader(
        programs: library.rulebook.programs, files: cwd == nil ? .none : .local, cwd: cwd, branch: branch),
      wantsLines: true)
    let judge = Judge(library.rulebook)
    try Replay(recording, reader: reader).run { facts in
      for var fact in facts {
        fact.agent = reader.dialect?.name ?? "unknown"
        try onFact(fact)
        // What fell due in the silence before the fact comes first.
        for verdict in judge.judge(fact) { try onVerdict(verdict, fact.agent) }
        for emitted in judge.takeEmitted() { try onFact(emitted) }
      }
    }
    if let end = recording.events.last?.time {
      for verdict in judge.tick(at: end) { try onVerdict(verdict, reader.dialect?.name ?? "unknown") }
    }
    return judge.takeNotices()
  }
}
