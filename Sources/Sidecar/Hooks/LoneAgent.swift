import Journal
import Rulebook
import Senses
import Shell

/// An agent that no watched pane shows: all that is known of it comes from its hooks.
final class LoneAgent {
  /// What the alerts say about it.
  private(set) var agent: Alert.Agent
  let stories = Stories()
  /// When its last event came.
  private(set) var lastHeard = Instant.zero
  private var hooks: HookReader

  /// The name that its facts carry.
  static func name(_ dialect: String, session: String) -> String {
    session.isEmpty ? dialect : "\(dialect):\(cleaned(session, limit: 64))"
  }

  init(_ dialect: String, _ event: HookEvent, programs: ProgramTable) {
    agent = Alert.Agent(name: dialect, session: event.session.isEmpty ? nil : event.session, cwd: event.cwd)
    hooks = HookReader(
      agent: Self.name(dialect, session: event.session),
      commands: CommandReader(programs: programs, files: .local, cwd: event.cwd))
  }

  func hear(_ event: HookEvent, at now: Instant) -> [Fact] {
    if let cwd = event.cwd { agent.cwd = cwd }
    lastHeard = now
    return hooks.read(event, stories: stories, hasPane: false, at: now)
  }
}
