import Hands
import Journal
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
    /// Write the alert's line.
    case log(Alert)
    /// Call the human.
    case call(Alert)
    /// Run a program of the user's with the alert.
    case run(String, Alert)
  }

  /// How long a command that the pane shows waits for the hook that will be asked about it: a hook takes some
  /// milliseconds, and a refused command needs no Escape.
  static let grace: Duration = .milliseconds(250)
  /// Cases that wait at a time; beyond that the oldest ends without waiting for its proof.
  static let mostCases = 32

  let id: String
  let reader: PaneReader
  var isAlive = true
  var isInMode = false
  /// What the alerts say about the agent.
  var agent: Alert.Agent
  private let isObserving: Bool
  private var intervention: Intervention?
  private var cases: [Case] = []
  /// Corrections that came too late for the one being typed.
  private var waiting: [Case] = []
  /// What the pane showed first though a hook will be asked about it, and since when.
  private var parked: [(verdict: Verdict, alert: Alert, since: Instant)] = []
  /// Alerts about commands that a hook refused, newest last.
  private var refused: [Alert] = []
  /// What has its alert though the pane has not shown it yet.
  private var foreseen = Foreseen()
  /// The agent's hooks have asked before.
  private(set) var hasHooks = false
  /// The prompts that were sent off since the intervention began.
  private var prompts: [String] = []

  init(id: String, reader: PaneReader, agent: Alert.Agent, isObserving: Bool) {
    self.id = id
    self.reader = reader
    self.agent = agent
    self.isObserving = isObserving
  }

  /// When it wants to be asked again though the pane is silent.
  var deadline: Instant? {
    [intervention?.deadline, parked.first.map { $0.since + Self.grace }].compactMap { $0 }.min()
  }

  var keys: Dialect.Keys? { reader.dialect?.keys }

  /// Notes what the facts tell about the cases at hand, and about commands that were refused and ran all the same.
  func note(_ fact: Fact, at now: Instant) -> [Effect] {
    guard fact.phase == .ran, let story = fact.story else { return [] }
    for index in cases.indices where cases[index].verdict.fact.story == story {
      cases[index].hasRun = true
    }
    guard fact.source != .pane, let index = refused.firstIndex(where: { $0.story == fact.storyName }) else {
      return []
    }
    let alert = refused.remove(at: index)
    let late = alert.updated(
      at: WallTime(milliseconds: now.nanoseconds / 1_000_000), outcome: .tooLate,
      actions: alert.actions + [
        Alert.Deed(Action.escalate.rawValue, result: "it ran although it was refused")
      ])
    return [.call(late), .log(late)]
  }

  /// Takes an event of the agent's hooks: from now on, what the pane shows waits for them.
  func hear(_ event: HookEvent, at now: Instant) -> [Fact] {
    hasHooks = event.moment != .sessionEnd
    return reader.hear(event, at: now)
  }

  /// A hook refuses a command; what the pane had shown of it needs nothing more.
  ///
  /// - Returns: Whether the refusal needs an alert of its own, since none has been raised.
  func refuse(_ verdict: Verdict, at now: Instant) -> Bool {
    if verdict.fact.kind == .edit { return refuseEdit(verdict, at: now) }
    guard let story = verdict.fact.story else { return true }
    reader.refuse(story: story, at: now)
    func isSame(_ other: Verdict) -> Bool { other.fact.story == story && other.rule.id == verdict.rule.id }
    if parked.contains(where: { isSame($0.verdict) }) {
      parked.removeAll { isSame($0.verdict) }
      return true
    }
    if let index = cases.firstIndex(where: { isSame($0.verdict) }) { cases[index].denied = now }
    if !cases.isEmpty, cases.allSatisfy({ $0.denied != nil }) { intervention?.relent() }
    return !verdict.isRepeat
  }

  private func refuseEdit(_ verdict: Verdict, at now: Instant) -> Bool {
    if let index = parked.firstIndex(where: { Foreseen.isSame($0.verdict, verdict) }) {
      parked.remove(at: index)
    } else {
      foreseen.expect(verdict, at: now)
    }
    return true
  }

  /// Remembers an alert about what was refused, in case that it runs all the same.
  func remember(refused alert: Alert) {
    refused.append(alert)
    if refused.count > Self.mostCases { refused.removeFirst() }
  }

  /// A hook has said what there is to say of a command: it knows more of it than the pane shows.
  func pass(story: UInt64) {
    parked.removeAll { $0.verdict.fact.story == story }
  }

  /// Takes up a verdict: what is to be done at once comes first, the log line after it.
  func open(_ verdict: Verdict, as alert: Alert, at now: Instant) -> [Effect] {
    if isObserving { return [.log(Case(alert: alert, verdict: verdict, at: now).observed())] }
    if foreseen.isShown(by: verdict, at: now) { return [] }
    if waitsForHook(verdict) {
      parked.append((verdict, alert, now))
      return []
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
    parked.removeAll { isSame($0.verdict) }
    if let index = cases.firstIndex(where: { isSame($0.verdict) }) {
      cases[index].hold = hold
      return []
    }
    if hold.isProved { foreseen.expect(verdict, at: now) }
    return take(verdict, hold.told(alert), hold, at: now)
  }

  /// A hold that was waited for is over: what was killed is explained to the agent.
  func close(_ alert: Alert, _ verdict: Verdict, _ ending: Custody.Ending, at now: Instant) -> [Effect] {
    let hold = HoldOutcome(ending)
    let time = WallTime(milliseconds: now.nanoseconds / 1_000_000)
    guard hold.isProved else {
      return [.log(alert.updated(at: time, outcome: .resolved, actions: [hold.deed]))]
    }
    return take(verdict, alert.updated(at: time, outcome: .held, actions: [hold.deed]), hold, at: now)
  }

  private func take(
    _ verdict: Verdict, _ alert: Alert, _ hold: HoldOutcome? = nil, at now: Instant
  ) -> [Effect] {
    let older = intervention?.outcomes.count ?? 0
    var new = Case(alert: alert, verdict: verdict, at: now, older: older)
    new.hold = hold
    let programs = new.verdict.orders.compactMap { order -> Effect? in
      if case .run(let program) = order.details { .run(program, new.alert) } else { nil }
    }
    guard new.wantsInterrupt || new.wantsPrompt, keys != nil else {
      return close(new, [], at: now) + programs
    }
    guard intervention != nil else { return begin([new], at: now) + [.log(new.alert)] + programs }
    return join(new, at: now) + [.log(new.alert)] + programs
  }

  /// Whether a hook will say more of the command in a moment.
  private func waitsForHook(_ verdict: Verdict) -> Bool {
    guard hasHooks, verdict.fact.source == .pane, verdict.rule.actions.contains(.deny),
      parked.count < Self.mostCases
    else { return false }
    if verdict.fact.kind == .edit { return true }
    guard let story = verdict.fact.story else { return false }
    return verdict.fact.phase != .ran && !reader.stories.isKnownToHook(story)
  }

  /// Takes a case to those that are being dealt with already.
  private func join(_ new: Case, at now: Instant) -> [Effect] {
    // Another rule on the same command needs no key of its own.
    let isSameCommand = new.verdict.fact.story.map { story in
      cases.contains { $0.verdict.fact.story == story && $0.opened == now }
    }
    var effects: [Effect] = []
    if new.wantsInterrupt, !(isSameCommand ?? false) {
      effects += intervention?.interruptAgain(observation(), at: now).compactMap(effect) ?? []
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
    let due = parked.filter { now - $0.since >= Self.grace }
    parked.removeAll { now - $0.since >= Self.grace }
    let late = due.flatMap { take($0.verdict, $0.alert, at: now) }
    return late + goOn(at: now)
  }

  private func goOn(at now: Instant) -> [Effect] {
    guard var current = intervention else { return [] }
    let steps = current.advance(observation(), at: now)
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
    return advance(at: now)
  }

  /// The pane has gone: whatever was being done ends now.
  func end(at now: Instant) -> [Effect] {
    isAlive = false
    let unanswered = parked
    parked = []
    return unanswered.flatMap { take($0.verdict, $0.alert, at: now) } + advance(at: now)
  }

  private func begin(_ new: [Case], at now: Instant) -> [Effect] {
    cases = new
    _ = reader.takeSentPrompts()
    prompts = []
    intervention = Intervention(
      interrupt: new.contains(where: \.wantsInterrupt),
      correction: new.filter(\.wantsPrompt).map(\.correction).joined(separator: " "))
    return advance(at: now)
  }

  private func observation() -> Observation {
    prompts = Array((prompts + reader.takeSentPrompts()).suffix(16))
    return Observation(
      isAlive: isAlive, isInMode: isInMode, state: reader.state, box: reader.box, prompts: prompts,
      dialogWithin: reader.dialogWithin)
  }

  private func effect(_ step: Intervention.Effect) -> Effect? {
    guard let keys else { return nil }
    switch step {
    case .interrupt: return .interrupt(key: keys.interrupt)
    case .paste(let text):
      reader.expect(typed: text)
      return .paste(text)
    case .submit: return .submit(key: keys.submit)
    }
  }

  private func close(_ item: Case, _ all: [Intervention.Outcome], at now: Instant) -> [Effect] {
    let end = item.closed(all, at: now)
    return end.needsHuman ? [.call(end.alert), .log(end.alert)] : [.log(end.alert)]
  }
}
