import Rulebook

/// How one queued text gets to an agent whose turn is over: typed, read back, noted on the disk, sent, and seen.
/// A pure state machine: it is told what the pane shows and what time it is, and says what to do.
///
/// The one thing it must never do is to send a text twice. So nothing is typed before it is written down that it
/// will be, the key that sends is pressed only when that is written down as well, and a delivery that was cut short
/// behind that note is taken up by what the pane shows, or not at all.
public struct QueueDelivery: Sendable {
  /// What is written down before it is done.
  public enum Mark: String, Sendable, Equatable {
    case typing, sending
  }

  public enum Effect: Sendable, Equatable {
    /// Write this down; `noted` is called when it is on the disk.
    case note(Mark)
    case paste(String)
    /// Press the key that queues, where the agent has one: it sends when the turn is over, waits for the end of one
    /// that has begun meanwhile, and answers no dialog. Else the key that submits; so too when the first key had no
    /// effect, since in a menu of completions the key that queues completes.
    case send(again: Bool)
  }

  /// How it ended.
  public enum End: Sendable, Equatable {
    /// The agent has it; the text says what shows it.
    case delivered(String)
    /// It waits in the agent's own queue.
    case handed
    /// Nothing was sent; it may be tried again.
    case returned(String)
    /// Nobody can tell whether it was sent. It is not typed again.
    case unknown(String)
  }

  /// How long each proof may take.
  public struct Deadlines: Sendable {
    /// The typed text in the box.
    public var readBack: Duration = .seconds(3)
    /// The prompt in the transcript after the key.
    public var sent: Duration = .seconds(5)
    /// An emptied box and a working agent count as proof after this, when the transcript shows nothing.
    public var quiet: Duration = .seconds(1)

    public init() {}
  }

  private enum Stage: Sendable, Equatable {
    case start
    case noting(Mark, since: Instant)
    /// The text was typed and not sent.
    case typed(since: Instant)
    /// The key was pressed so many times.
    case sent(at: Instant, presses: Int)
    /// The one before was cut short after it had noted that it would send.
    case resumed(since: Instant)
    case over(End)
  }

  /// Between two attempts to press the key.
  private static let pause: Duration = .seconds(1)

  public let text: String
  private let words: SameWords
  private let deadlines: Deadlines
  private var stage: Stage
  /// How often the screen showed the same prompt before this one was sent.
  public private(set) var shownBefore: Int
  private var presses = 0

  public init(_ text: String, deadlines: Deadlines = Deadlines()) {
    self.text = text
    self.deadlines = deadlines
    words = SameWords(text)
    stage = .start
    shownBefore = 0
  }

  /// Takes up what another watch has left.
  ///
  /// - Parameters:
  ///   - mark: What was written down last.
  ///   - shownBefore: As it was noted with `sending`.
  public init(
    resuming text: String, _ mark: Mark, shownBefore: Int, deadlines: Deadlines = Deadlines(), at now: Instant
  ) {
    self.init(text, deadlines: deadlines)
    self.shownBefore = shownBefore
    stage = mark == .typing ? .typed(since: now) : .resumed(since: now)
  }

  public var end: End? { if case .over(let end) = stage { end } else { nil } }

  /// Goes on as far as the pane allows.
  public mutating func advance(_ pane: QueueView, at now: Instant) -> [Effect] {
    if case .over = stage { return [] }
    guard pane.isAlive else { return leave() }
    switch stage {
    case .start:
      stage = .noting(.typing, since: now)
      return [.note(.typing)]
    case .noting, .over: return []
    case .typed(let since): return readBack(pane, since: since, at: now)
    case .sent(let at, let presses): return awaitProof(pane, since: at, presses, at: now)
    case .resumed(let since): return resume(pane, since: since, at: now)
    }
  }

  /// What was to be noted is on the disk, or could not be written there.
  public mutating func noted(_ isNoted: Bool, _ pane: QueueView, at now: Instant) -> [Effect] {
    guard case .noting(let mark, _) = stage else { return [] }
    guard isNoted else { return finish(.returned("it could not be written down")) }
    guard pane.isAlive else { return leave() }
    switch mark {
    case .typing:
      guard pane.isReady else { return finish(.returned(pane.hindrance)) }
      stage = .typed(since: now)
      return [.paste(text)]
    case .sending:
      guard isSendable(pane), let box = pane.box, isTyped(in: box) else {
        stage = .typed(since: now)
        return []
      }
      presses += 1
      stage = .sent(at: now, presses: presses)
      return [.send(again: presses > 1)]
    }
  }

  /// What was asked for has not been delivered.
  public mutating func refuse(_ refusal: Intervention.Refusal, at now: Instant) {
    switch stage {
    case .typed: stage = .over(.returned(refusal.why))
    case .sent: stage = .typed(since: now + Self.pause)
    case .start, .noting, .resumed, .over: break
    }
  }

  /// Small panes show little of a long text, and one of the agents its mark outside of the box.
  private static let leastEnd = 120

  private func isTyped(in box: String) -> Bool { words.isTyped(in: box, least: Self.leastEnd) }

  /// Whether the key can be pressed. Beside an agent at work only the one that queues may be, which answers no dialog
  /// that opens meanwhile.
  private func isSendable(_ pane: QueueView) -> Bool {
    pane.takesKeys && (pane.state == .idle || (pane.queues && presses == 0 && pane.state == .working))
  }

  private mutating func readBack(_ pane: QueueView, since: Instant, at now: Instant) -> [Effect] {
    if pane.prompts.contains(where: words.isPart(of:)) { return finish(.delivered("sent by hand")) }
    guard now >= since, let box = pane.box else { return [] }
    if isTyped(in: box) {
      guard isSendable(pane) else { return [] }
      shownBefore = pane.shown.count(where: words.isSame(as:))
      stage = .noting(.sending, since: now)
      return [.note(.sending)]
    }
    guard box.isEmpty, now - since >= deadlines.readBack else { return [] }
    return finish(.returned("what was typed did not arrive, or was taken out of the prompt box"))
  }

  private mutating func awaitProof(
    _ pane: QueueView, since: Instant, _ presses: Int, at now: Instant
  ) -> [Effect] {
    if isSeen(in: pane) { return finish(.delivered("seen in the transcript")) }
    if pane.queued.contains(where: words.isBegun(by:)) { return finish(.handed) }
    let isTaken = pane.box.map { $0.isEmpty } ?? true
    if isTaken, pane.state == .working || pane.state == .asking || pane.state == .compacting,
      now - since >= deadlines.quiet
    {
      return finish(.delivered("the prompt box was emptied and the agent went to work"))
    }
    guard now - since >= deadlines.sent else { return [] }
    if let box = pane.box, isTyped(in: box) {
      if presses < 2 {
        stage = .typed(since: now)
        return readBack(pane, since: now, at: now)
      }
      return finish(.unknown("the key that sends had no effect; the text stands in the prompt box"))
    }
    // A command of the agent's own leaves no prompt behind.
    if isTaken, text.hasPrefix("/") { return finish(.delivered("taken by the agent")) }
    return finish(.unknown("it left the prompt box, and the transcript does not show it"))
  }

  private func isSeen(in pane: QueueView) -> Bool {
    pane.prompts.contains(where: words.isPart(of:))
      || pane.shown.count(where: words.isSame(as:)) > shownBefore
  }

  private mutating func resume(_ pane: QueueView, since: Instant, at now: Instant) -> [Effect] {
    if pane.prompts.contains(where: words.isPart(of:)) { return finish(.delivered("seen in the transcript")) }
    if pane.queued.contains(where: words.isBegun(by:)) { return finish(.handed) }
    guard let box = pane.box else { return [] }
    if isTyped(in: box) {
      stage = .typed(since: now)
      return readBack(pane, since: now, at: now)
    }
    if pane.shown.count(where: words.isSame(as:)) > shownBefore {
      return finish(.delivered("seen in the transcript after a restart"))
    }
    guard now - since >= deadlines.readBack else { return [] }
    return finish(.unknown("the watch ended while it was being sent, and the transcript does not show it"))
  }

  /// The agent is gone. What was not sent can be kept for the next one.
  private mutating func leave() -> [Effect] {
    switch stage {
    case .sent, .resumed: finish(.unknown("the agent went away while it was being sent"))
    case .start, .noting, .typed, .over: finish(.returned("the agent went away"))
    }
  }

  private mutating func finish(_ end: End) -> [Effect] {
    stage = .over(end)
    return []
  }
}

/// What must be known of an agent's pane to bring it a queued text.
public struct QueueView: Sendable, Equatable {
  public var isAlive = true
  public var isInMode = false
  public var state: AgentState
  /// What stands in the prompt box; nil when no box is on the screen.
  public var box: String?
  /// The agent has a key that queues.
  public var queues = false
  /// The prompts that were sent off since the delivery began.
  public var prompts: [String] = []
  /// The prompts that the screen shows, older ones too.
  public var shown: [String] = []
  /// Those that wait in the agent's own queue.
  public var queued: [String] = []

  public init(state: AgentState, box: String?) {
    self.state = state
    self.box = box
  }

  /// Whether a key would reach the prompt box.
  var takesKeys: Bool { !isInMode && state != .asking && state != .exited }

  /// Whether the turn is over and nothing stands where it would be typed.
  public var isReady: Bool { isAlive && !isInMode && state == .idle && box == "" }

  /// Why nothing is typed now.
  public var hindrance: String {
    if !isAlive { return "the agent went away" }
    if isInMode { return "the pane is in copy mode" }
    switch state {
    case .asking: return "a dialog is open"
    case .working, .compacting, .starting: return "the agent is \(state.rawValue)"
    case .limited: return "the agent has reached a limit"
    case .exited: return "the agent has ended"
    case .interrupted: return "the agent was interrupted and waits for a word"
    case .idle:
      guard let box else { return "no prompt box is shown" }
      return box.isEmpty ? "the turn is over" : "somebody's words stand in the prompt box"
    }
  }
}
