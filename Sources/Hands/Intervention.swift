import Rulebook

/// One correction of one agent: interrupt, then type, each with its proof. A pure state machine: it is told
/// what the pane shows and what time it is, and says what to do.
///
/// It never types into an approval or a menu, into copy mode, over somebody's words, while somebody types, or
/// into a pane whose agent is gone: it waits, and when it has waited long enough it gives up and says why. What
/// was typed and did not arrive is typed once more. The interrupt key alone may go past words in the prompt box:
/// it leaves them where they are.
public struct Intervention: Sendable {
  /// What is to be done to the pane now.
  public enum Effect: Sendable, Equatable {
    case interrupt
    case paste(String)
    case submit
    /// Take words of Outrider's own out of the prompt box.
    case clear
  }

  /// How an action ended, in the words of the alert log.
  public struct Outcome: Sendable, Equatable {
    public let action: Action
    /// `confirmed`, `delivered`, `not needed`, or why it was not done.
    public let result: String
    /// Whether the action had its effect, proved by what the pane shows.
    public let isProved: Bool
    /// When it was proved or given up.
    public let time: Instant

    public init(action: Action, result: String, isProved: Bool, time: Instant) {
      self.action = action
      self.result = result
      self.isProved = isProved
      self.time = time
    }
  }

  /// How long each proof may take.
  public struct Deadlines: Sendable {
    /// The agent's banner after its interrupt key.
    public var banner: Duration = .seconds(2)
    /// How long an interrupted agent is watched before anything is typed: what waits in its queue may be sent now.
    public var calm: Duration = .zero
    /// That of an agent whose queue may hold something: longer than the marks of its work take to go.
    public static let queueSettles: Duration = .milliseconds(1500)
    /// An empty prompt box in which to type.
    public var box: Duration = .seconds(60)
    /// The typed text in the box.
    public var readBack: Duration = .seconds(3)
    /// The prompt in the transcript, or an empty box, after Enter.
    public var sent: Duration = .seconds(5)
    /// Between two attempts to type while somebody else does.
    public var retry: Duration = .seconds(1)

    public init() {}
  }

  /// Why something was not delivered.
  public enum Refusal: Sendable, Equatable {
    /// The pane was in copy mode.
    case mode
    /// A human was typing into the pane.
    case typing
    /// Another program runs in the pane than the agent.
    case stranger

    var why: String {
      switch self {
      case .mode: "the pane was in copy mode"
      case .typing: "somebody was typing"
      case .stranger: "another program runs in the pane"
      }
    }
  }

  private enum Stage: Sendable, Equatable {
    case start
    /// A dialog may open yet, and the key would answer it.
    case poised(until: Instant)
    case interrupted(at: Instant, attempt: Int)
    case waitingForBox(since: Instant, calm: Instant)
    case pasted(at: Instant)
    case submitted(at: Instant)
    case finished
  }

  private var stage = Stage.start
  /// What was typed before another interrupt came in between, and still stands in the box.
  private var isTyped = false
  /// Since when an empty box is waited for, until there is one; and how often it was typed and sent off since.
  private var waitingSince: Instant?
  private var pastes = 0
  private var submissions = 0
  /// Somebody was typing when it was last tried.
  private var isTyping = false
  private var timesCleared = 0
  /// Since when the agent shows what a dialog may follow on, and how soon.
  private var foreboding: (since: Instant, within: Duration)?
  /// The key that clears the box takes a row of it.
  private static let mostRows = 24
  /// What it is about was refused by other means; only what the interrupt key may have done is seen to.
  private var hasRelented = false
  private let wantsInterrupt: Bool
  /// The agent works and does not get on: a correction without interrupt goes into the agent's own queue.
  private let answersStall: Bool
  private let deadlines: Deadlines
  /// What is typed; empty when nothing is.
  public private(set) var correction: String
  public private(set) var outcomes: [Outcome] = []

  /// - Parameters:
  ///   - interrupt: Whether the agent's turn is to be interrupted.
  ///   - correction: What is typed afterwards; empty for nothing. One line without control characters.
  ///   - answersStall: Whether it is for an agent that works and does not get on.
  public init(
    interrupt: Bool, correction: String, answersStall: Bool = false, deadlines: Deadlines = Deadlines()
  ) {
    wantsInterrupt = interrupt
    self.answersStall = answersStall
    self.correction = correction
    self.deadlines = deadlines
  }

  public var isFinished: Bool { stage == .finished }

  /// What is to be typed stands in the box, or was sent.
  var hasTyped: Bool {
    switch stage {
    case .pasted, .submitted: true
    default: isTyped
    }
  }

  /// The longest correction, in bytes; agents fold longer ones away, and nobody reads them.
  static let longest = 1500

  /// Adds a reason while nothing has been typed yet. False when it is too late for that.
  ///
  /// What would make the correction too long is left out: the reasons before it stop the agent as well.
  public mutating func extend(_ addition: String) -> Bool {
    switch stage {
    case .start, .poised, .interrupted, .waitingForBox:
      guard !isTyped else { return false }
      guard correction.utf8.count + addition.utf8.count < Self.longest else { return true }
      correction += correction.isEmpty ? addition : " " + addition
      return true
    case .pasted, .submitted, .finished: return false
    }
  }

  /// The agent runs something else that is forbidden: it is interrupted at once, whatever had been reached.
  public mutating func interruptAgain(_ pane: Observation, at now: Instant) -> [Effect] {
    guard pane.isAlive, !pane.isInMode, ![.asking, .idle, .interrupted, .exited].contains(pane.state) else {
      return []
    }
    switch stage {
    case .start, .poised, .finished: return []
    case .pasted: isTyped = true
    case .submitted:
      finish(.prompt, "sent; the agent went on before that was confirmed", true, at: now)
      stage = .finished
      return []
    case .interrupted, .waitingForBox: break
    }
    return press(pane, at: now)
  }

  /// Interrupts, or waits until no dialog can open any more that would take the key for its answer.
  private mutating func press(_ pane: Observation, at now: Instant) -> [Effect] {
    guard pane.dialogWithin > .zero else {
      stage = .interrupted(at: now, attempt: 1)
      return [.interrupt]
    }
    stage = .poised(until: now + pane.dialogWithin)
    return []
  }

  /// What it is about was refused by a hook, which has told the agent why. No more keys are pressed for it; if the
  /// turn was interrupted already, the correction gets the agent going again.
  public mutating func relent() {
    hasRelented = true
  }

  /// The result of an interrupt that would have answered a dialog.
  public static let dialogIsOpen = "withheld: a dialog is open"

  /// Whether the agent has asked the human about it, whose answer counts.
  public var isLeftToHuman: Bool { outcomes.contains { $0.result == Self.dialogIsOpen } }

  /// The human has approved in the agent's dialog what it is about: the agent is not told off for it.
  public mutating func withdraw(at now: Instant) {
    guard case .waitingForBox = stage, !isTyped else { return }
    finish(.prompt, "not needed: the human approved it", true, at: now)
    stage = .finished
  }

  /// The time at which it wants to be asked again even when the pane shows nothing new.
  public var deadline: Instant? {
    switch stage {
    case .start, .finished: nil
    case .poised(let until): until
    case .interrupted(let at, _): at + deadlines.banner
    case .waitingForBox(let since, let calm): calm > since ? calm : since + deadlines.box
    case .pasted(let at): min(at + deadlines.readBack, asksUntil(after: at) ?? at + deadlines.readBack)
    case .submitted(let at): at + deadlines.sent
    }
  }

  private func asksUntil(after time: Instant) -> Instant? {
    foreboding.map { $0.since + $0.within }.flatMap { $0 > time ? $0 : nil }
  }

  /// Goes on as far as the pane allows.
  public mutating func advance(_ pane: Observation, at now: Instant) -> [Effect] {
    guard !isFinished else { return [] }
    guard pane.isAlive else { return giveUp("the pane is gone", at: now) }
    foreboding = pane.dialogWithin > .zero ? (foreboding?.since ?? now, pane.dialogWithin) : nil
    switch stage {
    case .start: return startOn(pane, at: now)
    case .poised(let until): return awaitDialog(pane, until: until, at: now)
    case .interrupted(let at, let attempt): return awaitBanner(pane, since: at, attempt, at: now)
    case .waitingForBox(let since, let calm):
      guard now >= calm else { return [] }
      return awaitBox(pane, since: since, at: now)
    case .pasted(let at): return readBack(pane, since: at, at: now)
    case .submitted(let at): return awaitSending(pane, since: at, at: now)
    case .finished: return []
    }
  }

  /// The last effect was not delivered.
  public mutating func refuse(_ refusal: Refusal, at now: Instant) {
    isTyping = refusal == .typing
    if refusal == .stranger, !isFinished {
      _ = giveUp("undelivered: another program runs in the pane", at: now)
      return
    }
    switch stage {
    case .interrupted:
      finish(.interrupt, "withheld: the pane was in copy mode", false, at: now)
      stage = correction.isEmpty ? .finished : waitForBox(from: now)
    case .pasted:
      pastes -= 1
      stage = .waitingForBox(since: waitingSince ?? now, calm: now + deadlines.retry)
    case .submitted:
      _ = giveUp(
        refusal == .typing
          ? "undelivered: somebody typed into the prompt box" : "undelivered: the pane went into copy mode",
        at: now)
    case .waitingForBox(let since, _): stage = .waitingForBox(since: since, calm: now + deadlines.retry)
    case .start, .poised, .finished: break
    }
  }

  private var words: SameWords { SameWords(correction) }

  private mutating func waitForBox(from now: Instant) -> Stage {
    waitingSince = now
    return .waitingForBox(since: now, calm: now)
  }

  private mutating func startOn(_ pane: Observation, at now: Instant) -> [Effect] {
    guard wantsInterrupt else { return typeNext(pane, at: now) }
    if let effects = settleWithoutKey(pane, at: now) { return effects }
    return press(pane, at: now)
  }

  private mutating func awaitDialog(_ pane: Observation, until: Instant, at now: Instant) -> [Effect] {
    if let effects = settleWithoutKey(pane, at: now) { return effects }
    guard now >= until else { return [] }
    stage = .interrupted(at: now, attempt: 1)
    return [.interrupt]
  }

  /// What is done instead where the interrupt key must not be pressed; nil where it may.
  private mutating func settleWithoutKey(_ pane: Observation, at now: Instant) -> [Effect]? {
    if pane.isInMode {
      finish(.interrupt, "withheld: the pane is in copy mode", false, at: now)
      return typeNext(pane, at: now)
    }
    switch pane.state {
    case .asking:
      finish(.interrupt, Self.dialogIsOpen, false, at: now)
      return typeNext(pane, at: now)
    case .idle, .interrupted:
      finish(.interrupt, "not needed: the turn is over", true, at: now)
      return typeNext(pane, at: now)
    case .starting, .working, .compacting, .limited, .exited: return nil
    }
  }

  private mutating func awaitBanner(
    _ pane: Observation, since: Instant, _ attempt: Int, at now: Instant
  ) -> [Effect] {
    if pane.state == .interrupted {
      finish(.interrupt, "confirmed", true, at: now)
      return typeNext(pane, at: now)
    }
    guard now - since >= deadlines.banner else { return [] }
    if hasRelented {
      finish(.interrupt, "not needed: a hook refused the command", true, at: now)
      if !correction.isEmpty { finish(.prompt, "not needed: the hook has told the agent", true, at: now) }
      stage = .finished
      return []
    }
    if pane.state == .idle {
      finish(.interrupt, "the turn ended without the agent's word", true, at: now)
      return typeNext(pane, at: now)
    }
    if attempt == 1, pane.state == .working, !pane.isInMode {
      stage = .interrupted(at: now, attempt: 2)
      return [.interrupt]
    }
    finish(.interrupt, "unconfirmed: the agent goes on", false, at: now)
    return typeNext(pane, at: now)
  }

  private mutating func typeNext(_ pane: Observation, at now: Instant) -> [Effect] {
    guard !correction.isEmpty else {
      stage = .finished
      return []
    }
    if isTyped {
      isTyped = false
      stage = .pasted(at: now)
      return []
    }
    let calm = wantsInterrupt ? now + deadlines.calm : now
    waitingSince = now
    stage = .waitingForBox(since: now, calm: calm)
    return calm > now ? [] : awaitBox(pane, since: now, at: now)
  }

  private mutating func awaitBox(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    stage = .waitingForBox(since: since, calm: since)
    if answersStall, pane.state == .working,
      outcomes.contains(where: { $0.action == .interrupt && $0.isProved })
    {
      finish(.prompt, "not needed: the agent went on with what waited in its queue", true, at: now)
      stage = .finished
      return []
    }
    if pane.isOnHold {
      // All typing was stopped by the human; the time does not count.
      stage = waitForBox(from: now)
      return []
    }
    if canType(into: pane, at: now), let effects = fill(pane, since: since, at: now) { return effects }
    guard now - since >= deadlines.box else { return [] }
    return giveUp("undelivered: \(hindrance(pane))", at: now)
  }

  private func canType(into pane: Observation, at now: Instant) -> Bool {
    !pane.isInMode
      && (pane.state == .idle || pane.state == .interrupted
        || (answersStall && !wantsInterrupt && pane.state == .working && !mayAsk(at: now)))
  }

  /// Whether a dialog may open under the keys at any moment.
  private func mayAsk(at now: Instant) -> Bool {
    foreboding.map { now < $0.since + $0.within } ?? false
  }

  /// What is done with the box of an agent that takes text; nil when somebody else's words stand in it.
  private mutating func fill(_ pane: Observation, since: Instant, at now: Instant) -> [Effect]? {
    guard let box = pane.box else { return nil }
    if box == "" {
      isTyping = false
      pastes += 1
      stage = .pasted(at: now)
      return [.paste(correction)]
    }
    // Some agents put back what was sent when they are interrupted right after it.
    if words.isTyped(in: box) {
      stage = .pasted(at: now)
      return readBack(pane, since: now, at: now)
    }
    let isRest = pastes == 1 && words.isCutOff(in: box)
    guard pane.isBoxOwn || isRest else { return nil }
    if answersStall, !isRest {
      // What waited in the agent's queue came back when it was interrupted.
      stage = .submitted(at: now)
      return [.submit]
    }
    guard timesCleared < Self.mostRows else { return nil }
    timesCleared += 1
    stage = .waitingForBox(since: since, calm: now + .milliseconds(300))
    return [.clear]
  }

  private func hindrance(_ pane: Observation) -> String {
    if pane.isInMode { return "the pane is in copy mode" }
    if pane.state == .asking { return "a dialog is open" }
    if let box = pane.box, !box.isEmpty { return "somebody's words stand in the prompt box" }
    if isTyping { return "somebody is typing" }
    return "the agent did not become idle"
  }

  private mutating func readBack(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    if pane.isInMode || pane.state == .asking {
      return giveUp("undelivered: \(hindrance(pane)) after typing", at: now)
    }
    if pane.isOnHold {
      stage = waitForBox(from: now)
      return []
    }
    if pane.state == .working, mayAsk(at: now) { return [] }
    if let box = pane.box, words.isTyped(in: box) {
      submissions += 1
      stage = .submitted(at: now)
      return [.submit]
    }
    guard now - since >= deadlines.readBack else { return [] }
    if pane.box == "" {
      if pastes == 1 {
        return awaitBox(pane, since: waitingSince ?? now, at: now)
      }
      return giveUp("undelivered: what was typed did not arrive", at: now)
    }
    if pastes == 1, let box = pane.box, words.isCutOff(in: box) {
      return awaitBox(pane, since: waitingSince ?? now, at: now)
    }
    return giveUp("undelivered: what stands in the prompt box is not what was typed", at: now)
  }

  private mutating func awaitSending(_ pane: Observation, since: Instant, at now: Instant) -> [Effect] {
    if pane.prompts.contains(where: words.isShown(in:))
      || (pane.box == "" && pane.state == .working)
    {
      finish(.prompt, "delivered", true, at: now)
      stage = .finished
      return []
    }
    guard now - since >= deadlines.sent else { return [] }
    if submissions == 1, !pane.isInMode, pane.state == .idle || pane.state == .interrupted {
      stage = .pasted(at: now)
      return readBack(pane, since: now, at: now)
    }
    return giveUp("undelivered: Enter had no effect", at: now)
  }

  private mutating func giveUp(_ why: String, at now: Instant) -> [Effect] {
    let done = Set(outcomes.map(\.action))
    if wantsInterrupt, !done.contains(.interrupt) { finish(.interrupt, why, false, at: now) }
    if !correction.isEmpty { finish(.prompt, why, false, at: now) }
    stage = .finished
    return []
  }

  private mutating func finish(_ action: Action, _ result: String, _ isProved: Bool, at now: Instant) {
    outcomes.append(Outcome(action: action, result: result, isProved: isProved, time: now))
  }
}
