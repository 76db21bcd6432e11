import Hands
import Rulebook
import Testing

/// An agent's pane as it is, a human before it, and what Outrider sees of both a moment later.
private struct World {
  enum Turn { case idle, working, asking }

  var random: SeededRandom
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
  /// The pane as it was, newest last.
  private var seen: [(time: Instant, pane: Observation)] = []

  /// The human's keys must have rested so long before anything is typed.
  static let pause = Duration.seconds(3)
  /// Between what the pane shows and what Outrider knows of it, at most.
  static let lag = 40
  /// A dialog comes so long after what it is about.
  static let dialogLag = 200
  static let foreboding = Duration.milliseconds(250)

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
  }

  private var pane: Observation {
    let state: AgentState =
      switch turn {
      case .idle: wasInterrupted ? .interrupted : .idle
      case .working: .working
      case .asking: .asking
      }
    return Observation(
      isInMode: isInMode, state: state, box: turn == .asking ? nil : box, prompts: prompts,
      dialogWithin: dialogAt == nil ? .zero : Self.foreboding)
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
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<3 where turn == .working && dialogAt == nil:
      dialogAt = now + .milliseconds(Int.random(in: 60...Self.dialogLag, using: &random))
    case 3..<5 where turn == .working && dialogAt == nil: (turn, wasInterrupted) = (.idle, false)
    case 5..<8: human { isInMode in isInMode.toggle() }
    case 8..<14 where !isInMode:
      lastKey = now
      switch turn {
      case .asking: turn = Bool.random(using: &random) ? .working : .idle
      case .idle, .working: box += "h"
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

  /// Delivers, by the rules of tmux and of the watch; nil when it was delivered.
  mutating func deliver(_ effect: Intervention.Effect) -> Intervention.Refusal? {
    if isInMode { return .mode }
    let isTyping = lastKey.map { now - $0 <= Self.pause } ?? false
    switch effect {
    case .interrupt:
      if turn == .asking { harm.append("the interrupt key into a dialog") }
      if turn == .working { (turn, wasInterrupted, dialogAt) = (.idle, true, nil) }
    case .paste(let text):
      if isTyping { return .typing }
      if turn == .asking { harm.append("text into a dialog") }
      if !box.isEmpty { harm.append("text into the human's line '\(box)'") }
      box += text
    case .clear:
      if isTyping { return .typing }
      if turn == .asking { harm.append("the clearing key into a dialog") }
      if box.contains("h") { harm.append("the human's line '\(box)' was cleared") }
      box = ""
    case .submit:
      if isTyping { return .typing }
      if turn == .asking { harm.append("Enter into a dialog") }
      if box.contains("h") { harm.append("Enter on the human's line '\(box)'") }
      if turn == .idle { send() }
    }
    return nil
  }
}

/// The same numbers for the same seed.
private struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

@Suite("Interventions beside a human")
struct InterleavingTests {
  @Test(
    "put no key into a dialog or a human's line, however keys, dialogs, copy mode and actions fall together")
  func interleavings() {
    var delivered = 0
    for seed in 1...1500 {
      var world = World(seed: UInt64(seed))
      for _ in 0..<Int.random(in: 1...40, using: &world.random) { world.pass(20) }
      var intervention = Intervention(interrupt: seed % 3 != 0, correction: "Stop it.")
      for _ in 0..<6000 where !intervention.isFinished {
        for effect in intervention.advance(world.observation(), at: world.now) {
          // It takes a moment to arrive.
          world.pass(Int.random(in: 0...1, using: &world.random))
          if let refusal = world.deliver(effect) { intervention.refuse(refusal, at: world.now) }
        }
        world.pass(Int.random(in: 1...40, using: &world.random))
      }
      #expect(intervention.isFinished, "seed \(seed)")
      #expect(world.harm.isEmpty, "seed \(seed)")
      if intervention.outcomes.contains(where: { $0.action == .prompt && $0.isProved }) { delivered += 1 }
    }
    // Far from all: this human hardly ever rests.
    #expect(delivered > 50)
  }
}
