import Rulebook
import Support

/// A trouble that a generated night has in it, and when it must have been told.
struct Plant: CustomStringConvertible {
  let rule: String
  let agent: String
  /// The earliest and the latest moment at which it may be told for the first time.
  let due: ClosedRange<Double>
  /// Until when the rule may fire again, step by step.
  var until: Double

  var description: String { "\(rule) of \(agent) at \(due.lowerBound)…\(due.upperBound) s" }
}

/// What one agent does in a night, as the facts that the senses would make of it.
///
/// It has a clock of its own, which every deed moves on. What shows follows the two programs: one tells how
/// commands ended and hides what they printed, and counts tokens; the other shows output and context.
struct NightShift {
  /// What the agent's program lets see.
  enum Kind: CaseIterable {
    case hidesOutput, showsOutput
    /// The pane hides output, and hooks tell of everything a moment before the pane does.
    case hasHooks

    var tellsOutput: Bool { self != .hidesOutput }
  }

  let agent: String
  let kind: Kind
  var chance: Seeded
  var now: Double
  private(set) var facts: [Fact] = []
  private(set) var plants: [Plant] = []
  var context = 96.0
  private var tokens = 0.0
  private var story: UInt64 = 0
  private var reader: CommandReader
  private var lastTold: [String: Double] = [:]
  /// The newest moment at which anything showed that counts as progress.
  private(set) var lastMove = 0.0
  /// When it was first told how the last command ended, and when what it printed.
  private(set) var ended = 0.0
  private(set) var printed = 0.0

  init(agent: String, kind: Kind, seed: UInt64, start: Double) {
    self.agent = agent
    self.kind = kind
    chance = Seeded(seed)
    now = start
    reader = CommandReader(programs: Fixtures.library.rulebook.programs)
  }

  // MARK: Time and chance

  mutating func pass(_ seconds: ClosedRange<Double>) { now += Double.random(in: seconds, using: &chance) }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }
  mutating func one<T>(of items: [T]) -> T { items.randomElement(using: &chance)! }
  mutating func happens(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &chance) < probability
  }

  // MARK: Plants

  /// Whether a trouble may be planted: not while its rule still cools down from the last.
  func isRested(_ rules: String...) -> Bool { rules.allSatisfy { now - (lastTold[$0] ?? -1e9) > 3 * 3600 } }

  /// Plants what must be told `after` some seconds from a start, which is now if none is given.
  mutating func expect(_ rule: String, from start: Double? = nil, after: Double = 0, until: Double? = nil) {
    let due = ((start ?? now) + after - 0.01)...((start ?? now) + after + 0.01)
    plants.append(Plant(rule: rule, agent: agent, due: due, until: until ?? due.upperBound))
    lastTold[rule] = now
  }

  // MARK: What shows

  mutating func show(
    _ kind: Fact.Kind, _ text: String, _ fields: [String: Value] = [:], from source: Fact.Source = .pane
  ) {
    let isProgress = ![.state, .status, .notice, .probe].contains(kind) || fields["tokens"] != nil
    if isProgress || fields["context"] != nil { lastMove = now }
    facts.append(
      Fact(
        time: Instant(seconds: now), agent: agent, kind: kind, text: text, fields: fields, source: source,
        story: kind == .output ? story : nil))
  }

  mutating func turn(_ state: AgentState) {
    show(.state, state.rawValue, ["state": .string(state.rawValue), "evidence": .string("line")])
  }

  mutating func tick(_ clock: Clock) { show(.progress, clock.rawValue) }

  /// The timer, which goes on whatever happens.
  mutating func showElapsed() {
    let text = "\(Int(now) % 3600)s"
    facts.append(
      Fact(
        time: Instant(seconds: now), agent: agent, kind: .status, text: "elapsed \(text)",
        fields: ["elapsed": .string(text)], source: .pane))
  }

  mutating func showTokens() {
    tokens += Double(number(1...400))
    show(.status, "tokens \(tokens)", ["tokens": .number(tokens)])
  }

  mutating func showContext() {
    let left = context.rounded(.down)
    show(.status, "context \(left)", ["context": .number(left)])
  }

  /// What one answer of the model costs.
  mutating func spend() {
    context -= Double.random(in: 0...0.4, using: &chance)
    if kind != .showsOutput || happens(0.3) { showTokens() } else { showContext() }
  }

  mutating func prompt(_ text: String) {
    show(.prompt, text, ["by": .string("human")])
    turn(.working)
  }

  /// A command from its start to its end, with what it prints where that shows.
  ///
  /// - Parameter ticks: Signs of its child processes while it runs, minutes apart.
  mutating func run(
    _ line: String, exit: Int = 0, prints: [String] = [], seconds: ClosedRange<Double> = 0.3...9,
    ticks: Int = 0
  ) {
    story += 1
    command(line, ["phase": .string("running")])
    for _ in 0..<ticks {
      pass(50...280)
      tick(.children)
    }
    pass(seconds)
    ended = now
    printed = now
    let failed = Value.flag(exit != 0)
    switch kind {
    case .showsOutput:
      command(line, ["phase": .string("ran"), "exit": .number(Double(exit)), "failed": failed])
      show(prints, of: line, from: .pane)
    case .hidesOutput:
      command(line, ["phase": .string("ran"), "failed": failed])
    case .hasHooks:
      // Now and then the two senses cannot be joined to one story; a hook may not know the exit status.
      let own = story
      let isJoined = happens(0.7)
      let tellsExit = !isJoined || happens(0.5)
      if !isJoined { story += 1_000_000 }
      command(
        line, ["phase": .string("ran")].merging(tellsExit ? ["exit": .number(Double(exit))] : [:]) { $1 },
        from: .hook)
      show(prints, of: line, from: .hook)
      story = own
      pass(0.02...0.2)
      if !tellsExit { ended = now }
      command(line, ["phase": .string("ran"), "failed": failed])
    }
  }

  private mutating func show(_ prints: [String], of line: String, from source: Fact.Source) {
    for text in prints { show(.output, text, ["command": .string(line)], from: source) }
  }

  private mutating func command(_ line: String, _ fields: [String: Value], from source: Fact.Source = .pane) {
    lastMove = now
    facts += reader.read(
      Fact(
        time: Instant(seconds: now), agent: agent, kind: .command, text: line, fields: fields,
        source: source, story: story))
  }
}
