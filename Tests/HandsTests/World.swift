import Hands
import Rulebook
import Support

/// An agent's pane as it is, a human before it, and what Outrider sees of both a moment later.
struct World {
  /// `gone`: a shell has the pane.
  enum Turn { case idle, working, asking, gone }

  enum Key {
    case interrupt, clear, submit
    /// Hands what stands in the box to the agent's own queue, and answers no dialog.
    case queue
    case paste(String)
  }

  var random: Seeded
  var now = Instant.zero
  var turn = Turn.working
  var wasInterrupted = false
  var box = ""
  var isInMode = false
  /// The pane shows what a dialog follows on.
  var dialogAt: Instant?
  var lastKey: Instant?
  var prompts: [String] = []
  /// What happened that must not.
  var harm: [String] = []
  /// One move in so many steps is the human's, or the agent's: 100 hardly ever lets anything be done.
  let haste: Int
  /// The pane as it was, newest last.
  private var seen: [(time: Instant, pane: Observation)] = []

  /// The human's keys must have rested so long before anything is typed.
  static let pause = Duration.seconds(3)
  /// Between what the pane shows and what Outrider knows of it, at most.
  static let lag = 40
  /// A dialog comes so long after what it is about.
  static let dialogLag = 200
  static let foreboding = Duration.milliseconds(250)

  init(seed: UInt64, haste: Int = 100) {
    random = Seeded(seed)
    self.haste = haste
  }

  private var pane: Observation {
    let state: AgentState =
      switch turn {
      case .idle: wasInterrupted ? .interrupted : .idle
      case .working: .working
      case .asking: .asking
      case .gone: .exited
      }
    return Observation(
      isInMode: isInMode, state: state, box: turn == .asking || turn == .gone ? nil : box, prompts: prompts,
      dialogWithin: dialogAt == nil ? .zero : Self.foreboding, isHumanTyping: isTyping && box.contains("ж"),
      isBoxOwn: !box.isEmpty && !box.contains("ж"))
  }

  /// The pane some milliseconds ago.
  mutating func observation() -> Observation {
    let lag = Duration.milliseconds(Int.random(in: 0...Self.lag, using: &random))
    return seen.last { now - $0.time >= lag }?.pane ?? pane
  }

  /// The world goes on: the agent works and asks, the human types, answers, scrolls.
  mutating func pass(_ milliseconds: Int) {
    now = now + .milliseconds(milliseconds)
    if let at = dialogAt, now >= at {
      dialogAt = nil
      if turn == .working { turn = .asking }
    }
    switch turn == .gone ? 99 : Int.random(in: 0..<haste, using: &random) {
    case 0..<3 where turn == .working && dialogAt == nil:
      dialogAt = now + .milliseconds(Int.random(in: 60...Self.dialogLag, using: &random))
    case 3..<5 where turn == .working && dialogAt == nil: (turn, wasInterrupted) = (.idle, false)
    case 5..<8: human { isInMode in isInMode.toggle() }
    case 8..<14 where !isInMode:
      lastKey = now
      switch turn {
      case .asking: turn = Bool.random(using: &random) ? .working : .idle
      case .idle, .working: box += "ж"
      case .gone: break
      }
    case 14..<17 where !isInMode && turn == .idle && !box.isEmpty:
      lastKey = now
      send()
    case 17..<19 where !isInMode && !box.isEmpty:
      lastKey = now
      box = ""
    default: break
    }
    seen.append((now, pane))
    if seen.count > 256 { seen.removeFirst(128) }
  }

  private mutating func human(_ change: (inout Bool) -> Void) {
    lastKey = now
    change(&isInMode)
  }

  private mutating func send() {
    prompts = Array((prompts + [box]).suffix(16))
    box = ""
    (turn, wasInterrupted) = (.working, false)
  }

  private var isTyping: Bool { lastKey.map { now - $0 <= Self.pause } ?? false }

  /// Delivers, by the rules of tmux and of the watch; nil when it was delivered.
  mutating func deliver(_ key: Key) -> Intervention.Refusal? {
    if isInMode { return .mode }
    if turn == .gone { harm.append("\(key) into a shell") }
    if case .interrupt = key {
      if turn == .asking { harm.append("the interrupt key into a dialog") }
      if turn == .working { (turn, wasInterrupted, dialogAt) = (.idle, true, nil) }
      return nil
    }
    if isTyping { return .typing }
    if case .queue = key {} else if turn == .asking { harm.append("\(key) into a dialog") }
    if box.contains("ж") { harm.append("\(key) on the human's line '\(box)'") }
    switch key {
    case .interrupt: break
    case .paste(let text): box += text
    case .clear: box = ""
    case .queue where turn == .asking: break
    case .submit, .queue: arrive()
    }
    return nil
  }

  private mutating func arrive() {
    if box == "/exit", turn == .idle { (turn, box) = (.gone, "") }
    guard turn == .idle || turn == .working, !box.isEmpty else { return }
    let wasWorking = turn == .working
    send()
    if wasWorking { turn = .working }
  }

  /// Another agent is started in the place of the one that has gone.
  mutating func restart() {
    (turn, wasInterrupted, box, prompts) = (Bool.random(using: &random) ? .idle : .asking, false, "", [])
    seen = [(now, pane)]
  }
}
