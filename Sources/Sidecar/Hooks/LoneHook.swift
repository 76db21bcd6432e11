import Glibc
import Journal
import Rulebook
import Senses
import Shell

/// Judges an event of a hook where no sidecar runs: by the same rules, without what others have counted.
public struct LoneHook {
  private let sources: RuleSources
  private let rules: Rules

  private enum Rules {
    case prepared(PreparedRules)
    case read(RuleLibrary)
  }

  /// What came of an event.
  public struct Ruling: Sendable {
    public let answer: HookAnswer
    fileprivate let alerts: [Alert]
    fileprivate let programs: [(path: String, alert: Alert)]
    fileprivate let sightings: [Sighting]
  }

  /// What is written down of a ruling and handed on, without secrets.
  public struct Papers: Sendable {
    /// The lines for the alert log.
    public let alerts: [Alert]
    /// Programs of the user's that rules name, and the alert that each is given.
    public let programs: [(path: String, alert: Alert)]
    /// What was seen of each of the alerts, for its story.
    public let seen: [Seen]
  }

  /// Takes the rules as another hook has prepared them from the same files, or else reads the files, runs their
  /// examples, and prepares them for the next.
  ///
  /// - Parameter now: In seconds since the epoch.
  /// - Throws: `MissingRules`.
  public init(_ sources: RuleSources, folder: RuntimeFolder, now: Int = time(nil)) throws {
    self.sources = sources
    let copy = PreparedCopy(sources, in: folder)
    if let prepared = copy.read() {
      rules = .prepared(prepared)
    } else {
      let library = try RuleLibrary(sources, withDialects: false)
      rules = .read(library)
      copy.keep(library, now: now)
    }
  }

  /// What is wrong with the rule files; what is sound is in force.
  public var errors: [FileError] {
    switch rules {
    case .prepared(let prepared): prepared.errors
    case .read(let library): library.errors
    }
  }

  /// Whether it goes without having read a rule file.
  var isPrepared: Bool { if case .prepared = rules { true } else { false } }

  private var programs: ProgramTable {
    switch rules {
    case .prepared(let prepared): prepared.programs
    case .read(let library): library.rulebook.programs
    }
  }

  private func rulebook(for facts: [Fact]) throws -> Rulebook {
    switch rules {
    case .prepared(let prepared):
      try (try? prepared.rulebook(for: facts)) ?? RuleLibrary(sources, withDialects: false).rulebook
    case .read(let library): library.rulebook
    }
  }

  /// - Parameters:
  ///   - dialect: The name of the agent's dialect.
  ///   - clock: Asked when the event came, and when it was judged.
  /// - Throws: `MissingRules`, when they have just gone.
  public func take(_ event: HookEvent, of dialect: String, clock: LiveClock) throws -> Ruling {
    let now = clock.now
    let lone = LoneAgent(dialect, event, programs: programs)
    let facts = lone.hear(event, at: now)
    let rulebook = try rulebook(for: facts)
    let judge = Judge(rulebook)
    var generator = SystemRandomNumberGenerator()
    var ruling = HookRuling(event, isObserving: false, at: now)
    var sightings: [Sighting] = []
    for fact in facts {
      for verdict in judge.judge(fact) {
        var alert = Alert(verdict, about: lone.agent, at: now, using: &generator)
        // Each call is another process here, so that the agent's own number tells commands apart.
        alert.story = event.call.map { "\(fact.agent)/\($0)" }
        ruling.take(verdict, as: alert, clock: clock.now, pane: nil)
        sightings.append(Sighting(verdict, of: alert.id))
      }
    }
    var answer = ruling.answer()
    if let text = rulebook.policy(for: event) { answer.add(context: text) }
    var alerts: [Alert] = []
    var programs: [(String, Alert)] = []
    for effect in ruling.effects {
      switch effect {
      case .log(let alert): alerts.append(alert)
      case .run(let path, let alert): programs.append((path, alert))
      case .call, .interrupt, .paste, .submit, .clear, .end, .relaunch, .tell, .queue: break
      }
    }
    return Ruling(answer: answer, alerts: alerts, programs: programs, sightings: sightings)
  }

  /// What is written down. Reads the files that say what secrets are, where there is something: not for who still
  /// owes the agent an answer.
  public func papers(of ruling: Ruling) -> Papers {
    guard !ruling.alerts.isEmpty || !ruling.programs.isEmpty else {
      return Papers(alerts: [], programs: [], seen: [])
    }
    let redaction = RuleLibrary.redaction(of: sources)
    let logged = Set(ruling.alerts.map(\.id))
    return Papers(
      alerts: ruling.alerts.map { $0.redacted(by: redaction) },
      programs: ruling.programs.map { ($0, $1.redacted(by: redaction)) },
      seen: ruling.sightings.filter { logged.contains($0.alert) }.map { Seen($0, by: redaction) })
  }
}
