import Hands
import Journal
import Processes
import Rulebook
import Senses

/// One pane that is watched: what it shows, what is being done to it, and the alerts that wait for the end
/// of that.
///
/// Told the time and what the pane printed; gives back what is to be typed and written. One owner.
final class AgentPane {
  /// What the owner has to carry out, in this order.
  enum Effect {
    case interrupt(key: String)
    case paste(String)
    case submit(key: String)
    case clear(key: String)
    /// End the agent's process, by force if it has to be.
    case end(ProcessIdentity, isForced: Bool)
    /// Start the agent again.
    case relaunch(Relaunch)
    /// Judge a fact about the agent.
    case tell(Fact)
    /// Write the alert's line.
    case log(Alert)
    /// Call the human.
    case call(Alert)
    /// Run a program of the user's with the alert.
    case run(String, Alert)
    /// Queue a text for the end of the agent's turn.
    case queue(String, Alert)
  }

  /// Cases that wait at a time; beyond that the oldest ends without waiting for its proof.
  static let mostCases = 32
  /// So long after words came into the prompt box a human counts as being at the keyboard.
  static let typingLasts: Duration = .seconds(30)

  let id: String
  let reader: PaneReader
  var isAlive = true
  var isInMode = false
  /// What the alerts say about the agent.
  var agent: Alert.Agent
  /// By whose rules it is judged; for the second look at what has stalled, and for what a new session is told.
  var judge: Judge?
  /// What the machine tells of the agent's processes; nil where they run on another one.
  let processes: ProcessView?
  /// The restart that is going on, and what is known of those before.
  var restarts = Restarts()
  /// What is looked at a second time before it is acted on.
  var looks = SecondLooks()
  /// What may be part of a later alert's story.
  var trail = FactTrail()
  /// What it has done since the activity journal was written last.
  var tally = ActivityTally()
  let isObserving: Bool
  /// The human has stopped all typing.
  var isOnHold = false
  private var intervention: Intervention?
  private var cases: [Case] = []
  /// Corrections that came too late for the one being typed.
  private var waiting: [Case] = []
  var others = OtherSenses()
  /// The prompts that were sent off since the intervention began.
  private var prompts: [String] = []

  init(
    id: String, reader: PaneReader, agent: Alert.Agent, processes: ProcessView? = nil, isObserving: Bool
  ) {
    self.id = id
    self.reader = reader
    self.agent = agent
    self.processes = processes
    self.isObserving = isObserving
  }

  /// When it wants to be asked again though the pane is silent.
  var deadline: Instant? {
    [intervention?.deadline, others.deadline, looks.deadline, restarts.deadline].compactMap { $0 }.min()
  }

  /// Nothing is being typed or awaited for a case.
  var isFree: Bool { intervention == nil }

  var keys: Dialect.Keys? { reader.dialect?.keys }

  /// Something is being done to the agent, or about to be.
  var isIntervening: Bool {
    intervention != nil || !waiting.isEmpty || others.isWaiting || restarts.isUnderWay
  }

  /// Notes what a fact tells of the agent's course, of the cases at hand, and of commands that were refused and ran all
  /// the same.
  func note(_ fact: Fact, at now: Instant) -> [Effect] {
    trail.note(fact)
    tally.note(fact)
    restarts.note(fact)
    guard fact.phase == .ran, let story = fact.story else { return [] }
    for index in cases.indices where cases[index].verdict.fact.story == story {
      cases[index].hasRun = true
    }
    if intervention?.isLeftToHuman ?? false, cases.allSatisfy({ $0.hasRun && $0.hold == nil }) {
      intervention?.withdraw(at: now)
    }
    guard let alert = others.takeRefused(fact) else { return [] }
    let late = alert.updated(
      at: WallTime(now), outcome: .tooLate,
      actions: alert.actions + [
        Alert.Deed(Action.escalate.rawValue, result: "it ran although it was refused")
      ])
    return [.call(late), .log(late)]
  }

  /// Takes an event of the agent's hooks: from now on, what the pane shows waits for them.
  func hear(_ event: HookEvent, at now: Instant) -> [Fact] {
    others.hasHooks = event.moment != .sessionEnd
    if event.moment == .stop, let words = event.text { restarts.hear(last: words) }
    return reader.hear(event, at: now)
  }

  /// A hook refuses a command; what the pane had shown of it needs nothing more.
  ///
  /// - Returns: Whether the refusal needs an alert of its own, since none has been raised.
  func refuse(_ verdict: Verdict, at now: Instant) -> Bool {
    if verdict.fact.kind == .edit {
      others.refuseEdit(verdict, at: now)
      return true
    }
    guard let story = verdict.fact.story else { return true }
    reader.refuse(story: story, at: now)
    func isSame(_ other: Verdict) -> Bool { other.fact.story == story && other.rule.id == verdict.rule.id }
    if others.settle(isSame) { return true }
    if let index = cases.firstIndex(where: { isSame($0.verdict) }) { cases[index].denied = now }
    if !cases.isEmpty, cases.allSatisfy({ $0.denied != nil }) { intervention?.relent() }
    return !verdict.isRepeat
  }

  /// Remembers an alert about what was refused, in case that it runs all the same.
  func remember(refused alert: Alert) { others.remember(refused: alert) }

  /// A hook has said what there is to say of a command: it knows more of it than the pane shows.
  func pass(story: UInt64) {
    _ = others.settle { $0.fact.story == story }
  }

  /// Takes up a verdict: what is to be done at once comes first, the log line after it.
  func open(_ verdict: Verdict, as alert: Alert, at now: Instant) -> [Effect] {
    if isObserving || verdict.waiver != nil {
      if verdict.isRepeat { return [] }
      return [.log(Case(alert: alert, verdict: verdict, at: now).observed())]
    }
    if others.isForeseen(verdict, at: now) { return [] }
    // Whether the restart helps is not known yet.
    if restarts.isUnderWay, verdict.rule.windows.stall != nil { return [] }
    if others.park(verdict, alert, isKnown: reader.stories.isKnownToHook, at: now) { return [] }
    if SecondLooks.need(verdict) {
      return look(at: verdict, alert, at: now)
    }
    return take(verdict, alert, at: now)
  }

  /// Takes up a program that a rule holds; the freeze itself is done.
  func open(_ verdict: Verdict, as alert: Alert, _ hold: HoldOutcome, at now: Instant) -> [Effect] {
    if hold.isObserved { return [.log(hold.told(alert))] }
    if hold.isWaiting {
      // Interrupting the agent would end what the human is asked about.
      let told = hold.told(alert)
      return [.call(told), .log(told)]
    }
    func isSame(_ other: Verdict) -> Bool {
      verdict.fact.story != nil && other.fact.story == verdict.fact.story && other.rule.id == verdict.rule.id
    }
    _ = others.settle(isSame)
    if let index = cases.firstIndex(where: { isSame($0.verdict) }) {
      cases[index].hold = hold
      return []
    }
    if hold.isProved { others.expect(verdict, at: now) }
    return take(verdict, hold.told(alert), hold, at: now)
  }

  /// A hold that was waited for is over: what was killed is explained to the agent.
  func close(_ alert: Alert, _ verdict: Verdict, _ ending: Custody.Ending, at now: Instant) -> [Effect] {
    let hold = HoldOutcome(ending)
    let time = WallTime(now)
    guard hold.isProved else {
      return [.log(alert.updated(at: time, outcome: .resolved, actions: [hold.deed]))]
    }
    return take(verdict, alert.updated(at: time, outcome: .held, actions: [hold.deed]), hold, at: now)
  }

  /// Does what the verdict asks for, as far as the pane allows.
  func take(
    _ verdict: Verdict, _ alert: Alert, _ hold: HoldOutcome? = nil, at now: Instant
  ) -> [Effect] {
    let older = intervention?.outcomes.count ?? 0
    var new = Case(alert: alert, verdict: verdict, at: now, older: older)
    new.hold = hold
    let programs = new.errands
    if new.wantsRestart { return restart(new, at: now) + programs }
    guard new.wantsInterrupt || new.wantsPrompt, keys != nil else {
      return close(new, [], at: now) + programs
    }
    if restarts.isUnderWay { return stopWhileRestarting(new, at: now) + programs }
    guard intervention != nil else { return begin([new], at: now) + [.log(new.alert)] + programs }
    return join(new, at: now) + [.log(new.alert)] + programs
  }

  /// Takes a case to those that are being dealt with already.
  private func join(_ new: Case, at now: Instant) -> [Effect] {
    // Another rule on the same command needs no key of its own.
    let isSameCommand = new.verdict.fact.story.map { story in
      cases.contains { $0.verdict.fact.story == story && $0.opened == now }
    }
    var effects: [Effect] = []
    if new.wantsInterrupt, !(isSameCommand ?? false) {
      effects += intervention?.interruptAgain(observation(at: now), at: now).compactMap(effect) ?? []
    }
    if !new.wantsPrompt || intervention?.extend(new.correction) ?? false {
      cases.append(new)
    } else {
      waiting.append(new)
    }
    if cases.count > Self.mostCases { effects += close(cases.removeFirst(), [], at: now) }
    if waiting.count > Self.mostCases { effects += close(waiting.removeFirst(), [], at: now) }
    return effects + advance(at: now)
  }

  /// Goes on with what is being done, as far as the pane and the time allow.
  func advance(at now: Instant) -> [Effect] {
    let late = others.overdue(at: now).flatMap { take($0.verdict, $0.alert, at: now) }
    return late + lookAgain(at: now) + goOn(at: now) + goOnRestarting(at: now)
  }

  private func goOn(at now: Instant) -> [Effect] {
    guard var current = intervention else { return [] }
    let steps = current.advance(observation(at: now), at: now)
    intervention = current
    var effects = steps.compactMap(effect)
    guard current.isFinished else { return effects }
    let closed = cases
    cases = []
    intervention = nil
    for item in closed { effects += close(item, current.outcomes, at: now) }
    if !waiting.isEmpty {
      let next = waiting.map { item in
        var next = Case(alert: item.alert, verdict: item.verdict, at: item.opened, older: 0)
        next.hold = item.hold
        return next
      }
      waiting = []
      effects += begin(next, at: now)
    }
    return effects
  }

  /// What was to be typed or pressed has not been delivered.
  func refuse(_ refusal: Intervention.Refusal, at now: Instant) -> [Effect] {
    intervention?.refuse(refusal, at: now)
    restarts.refuse(refusal, at: now)
    return advance(at: now)
  }

  /// The pane has gone: whatever was being done ends now.
  func end(at now: Instant) -> [Effect] {
    isAlive = false
    return others.unpark().flatMap { take($0.verdict, $0.alert, at: now) } + advance(at: now)
  }

  private func begin(_ new: [Case], at now: Instant) -> [Effect] {
    cases = new
    forgetPrompts()
    let isStall = new.allSatisfy { $0.verdict.rule.windows.stall != nil }
    var deadlines = Intervention.Deadlines()
    if isStall { deadlines.calm = Intervention.Deadlines.queueSettles }
    intervention = Intervention(
      interrupt: new.contains(where: \.wantsInterrupt),
      correction: new.filter(\.wantsPrompt).map(\.correction).joined(separator: " "),
      answersStall: isStall, deadlines: deadlines)
    return advance(at: now)
  }

  /// What the hands must know now.
  func observation(at now: Instant) -> Observation {
    prompts = Array((prompts + reader.takeSentPrompts()).suffix(16))
    return Observation(
      isAlive: isAlive, isInMode: isInMode, state: reader.state, box: reader.box, prompts: prompts,
      dialogWithin: reader.dialogWithin,
      isHumanTyping: reader.humanTyped.map { now - $0 < Self.typingLasts } ?? false,
      isBoxOwn: reader.isBoxOwn, isOnHold: isOnHold)
  }

  private func effect(_ step: Intervention.Effect) -> Effect? {
    guard let keys else { return nil }
    switch step {
    case .interrupt: return .interrupt(key: keys.interrupt)
    case .paste(let text): return paste(text)
    case .submit: return .submit(key: keys.submit)
    case .clear: return keys.clear.map { .clear(key: $0) }
    }
  }

  func paste(_ text: String) -> Effect {
    reader.expect(typed: text)
    return .paste(text)
  }

  /// Forgets the prompts that were sent off until now: what is typed next is looked for among later ones.
  func forgetPrompts() {
    _ = reader.takeSentPrompts()
    prompts = []
  }

  func close(_ item: Case, _ all: [Intervention.Outcome], at now: Instant) -> [Effect] {
    let end = item.closed(all, at: now)
    return end.needsHuman ? [.call(end.alert), .log(end.alert)] : [.log(end.alert)]
  }
}
