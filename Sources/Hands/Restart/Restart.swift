import Rulebook

/// One restart of one agent: its turn ends, it sums up, it is ended and started afresh, and the new one is told
/// what it needs. A pure state machine: it is told what the pane shows, what became of the process and what time it
/// is, and says what to do.
///
/// It types nothing and ends nothing while a dialog is open, the pane is in copy mode or a human types; it waits,
/// and when it has waited long enough it leaves the agent as it is and says why. A dialog of the new agent is the
/// human's. Each step is a `Step` with its proof, those that failed too.
public struct Restart: Sendable {
  /// What is to be done now.
  public enum Effect: Sendable, Equatable {
    case interrupt
    case paste(String)
    case submit
    case clear
    /// The agent's process is asked to end, or made to.
    case end(isForced: Bool)
    /// The agent is started by its command line. Where tmux replaces the pane's program, the old one is ended by
    /// that.
    case start
    /// The human is needed; the restart goes on when he has done his part.
    case call(String)
  }

  /// What became of a part of the restart, in the words of the alert log.
  public struct Step: Sendable, Equatable {
    public enum Name: String, Sendable {
      case finish, handoff = "hand-off", end, start, tell, restart
    }

    public let name: Name
    public let result: String
    public let isProved: Bool
    public let time: Instant
  }

  /// What `/proc` tells of the agent: of the old one until the effect `start`, then of the new one.
  public enum Life: Sendable, Equatable {
    case running
    /// It is gone, or not there yet.
    case gone
    /// It is gone, and the shell that it was started from waits for a command.
    case atShell
    /// After `start`: the old one is still there.
    case lingering
  }

  /// How long each part may take.
  public struct Deadlines: Sendable {
    /// Until the turn ends by itself; then it is interrupted.
    public var turn: Duration = .seconds(120)
    /// The hand-off, once the agent was asked for it.
    public var handoff: Duration = .seconds(90)
    /// Until nobody's words, no dialog and no copy mode stand in the way.
    public var clear: Duration = .seconds(60)
    /// Until the process is gone after each way of ending it.
    public var end: Duration = .seconds(5)
    /// Until the shell waits for a command.
    public var shell: Duration = .seconds(10)
    /// The new agent's prompt box.
    public var grace: Duration = .seconds(120)
    /// The new agent's prompt box when a human has to answer a dialog first.
    public var dialog: Duration = .seconds(900)

    public init() {}
  }

  enum Stage: Sendable {
    case start
    case finishing(since: Instant)
    case asking(Intervention)
    case listening(since: Instant, calm: Instant?)
    case clearing(since: Instant)
    case leaving(Intervention)
    case ending(since: Instant, isForced: Bool)
    case awaitingShell(since: Instant)
    case starting(since: Instant)
    case telling(Intervention)
    case finished
  }

  var stage = Stage.start
  let wantsHandoff: Bool
  /// tmux starts the new agent in the place of the old one, which is the pane's own program.
  let isReplaced: Bool
  /// What ends the agent when it is typed.
  let exit: String?
  let briefing: Briefing
  let memoir: Memoir
  let deadlines: Deadlines
  /// When it wants to look at the processes again.
  var poll: Instant?
  /// What the agent has said since it was asked.
  var heard: [String] = []
  var hasExactWords = false
  /// Since when the new agent's dialog stands there.
  var dialogSince: Instant?
  /// Since when the new agent's prompt box stands there, empty.
  var boxSince: Instant?
  var hasCalled = false
  var hasRun = false
  var hasForced = false
  var timesInterrupted = 0
  public internal(set) var handoff: Handoff?
  public internal(set) var steps: [Step] = []

  /// - Parameters:
  ///   - wantsHandoff: Whether the agent is asked for a hand-off.
  ///   - isReplaced: Whether the effect `start` ends the old agent.
  ///   - exit: What ends the agent when it is typed; nil where it knows no such word.
  ///   - briefing: What the new agent is told besides the hand-off.
  ///   - memoir: From which a hand-off is written where the agent gives none.
  public init(
    wantsHandoff: Bool, isReplaced: Bool, exit: String?, briefing: Briefing, memoir: Memoir,
    deadlines: Deadlines = Deadlines()
  ) {
    self.wantsHandoff = wantsHandoff
    self.isReplaced = isReplaced
    self.exit = exit
    self.briefing = briefing
    self.memoir = memoir
    self.deadlines = deadlines
  }

  public var isFinished: Bool { if case .finished = stage { true } else { false } }

  /// The new agent runs and was told what it needs.
  public var isDone: Bool { steps.last.map { $0.name == .tell && $0.isProved } ?? false }

  /// The old agent has been asked to end, or was: from here on nothing brings it back.
  public var isPastReturn: Bool {
    switch stage {
    case .start, .finishing, .asking, .listening, .clearing: false
    case .leaving, .ending, .awaitingShell, .starting, .telling: true
    case .finished: steps.contains { $0.name == .end }
    }
  }

  /// The effect `start` was given: what the pane shows is the new agent's.
  public var hasStarted: Bool {
    switch stage {
    case .starting, .telling: true
    default: false
    }
  }

  /// What is going on, for whoever reads the alert meanwhile.
  public var progress: String {
    switch stage {
    case .start, .finishing: "waiting for the turn to end"
    case .asking: "asking for a hand-off"
    case .listening: "waiting for the hand-off"
    case .clearing: "waiting until nothing stands in the way"
    case .leaving, .ending: "ending the agent"
    case .awaitingShell, .starting: "starting the agent again"
    case .telling: "telling the new agent"
    case .finished: isDone ? "done" : steps.last?.result ?? ""
    }
  }

  /// When it wants to be asked again even when the pane shows nothing new.
  public var deadline: Instant? {
    switch stage {
    case .start, .finished: nil
    case .finishing(let since): min(since + deadlines.turn, poll ?? since + deadlines.turn)
    case .asking(let typing), .telling(let typing): typing.deadline
    case .listening(let since, let calm):
      min(since + deadlines.handoff, calm.map { $0 + Self.calm } ?? since + deadlines.handoff)
    case .leaving(let typing): [typing.deadline, poll].compactMap { $0 }.min()
    case .clearing, .ending, .awaitingShell, .starting: poll
    }
  }

  /// What the agent has said; counts while a hand-off is awaited.
  public mutating func hear(_ said: String) {
    guard case .listening = stage, heard.count < 64, !hasExactWords else { return }
    func bare(_ text: String) -> String { text.filter { !$0.isWhitespace } }
    // What a pane shows while it streams may be told before the whole.
    if let last = heard.last, bare(said).hasPrefix(bare(last)) { heard.removeLast() }
    heard.append(said)
  }

  /// The agent's last words of its turn, from a hook, which has them exactly.
  public mutating func hear(last words: String) {
    guard case .listening = stage, !words.isEmpty else { return }
    heard = [words]
    hasExactWords = true
  }

  /// The last effect was not delivered.
  public mutating func refuse(_ refusal: Intervention.Refusal, at now: Instant) {
    switch stage {
    case .asking(var typing):
      typing.refuse(refusal, at: now)
      stage = .asking(typing)
    case .leaving(var typing):
      typing.refuse(refusal, at: now)
      stage = .leaving(typing)
    case .telling(var typing):
      typing.refuse(refusal, at: now)
      stage = .telling(typing)
    default: break
    }
  }

  /// It could not be started; what tmux or the system said.
  public mutating func failToStart(_ why: String, at now: Instant) {
    guard case .starting = stage else { return }
    giveUp(.start, "not started: \(why)", at: now)
  }

  /// How long the agent must be at rest before what it said is taken for all, and before a new one is told anything.
  static let calm: Duration = .seconds(1)
  /// How often processes are looked at while one is awaited.
  static let interval: Duration = .milliseconds(200)
  /// How long a dialog of the new agent must stand before the human is called.
  static let dialogSettles: Duration = .seconds(2)

  mutating func note(_ name: Step.Name, _ result: String, proved: Bool = true, at now: Instant) {
    steps.append(Step(name: name, result: result, isProved: proved, time: now))
  }

  mutating func giveUp(_ name: Step.Name, _ why: String, at now: Instant) {
    note(name, why, proved: false, at: now)
    stage = .finished
  }
}
