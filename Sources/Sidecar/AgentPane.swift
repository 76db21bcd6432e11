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
  /// The prompts that were sent off since the intervention began.
  private var prompts: [String] = []

  init(id: String, reader: PaneReader, agent: Alert.Agent, isObserving: Bool) {
    self.id = id
    self.reader = reader
    self.agent = agent
    self.isObserving = isObserving
  }

  /// When it wants to be asked again though the pane is silent.
  var deadline: Instant? { intervention?.deadline }

  var keys: Dialect.Keys? { reader.dialect?.keys }

  /// Notes what the facts tell about the cases at hand.
  func note(_ fact: Fact) {
    guard fact.phase == .ran, let story = fact.story else { return }
    for index in cases.indices where cases[index].verdict.fact.story == story {
      cases[index].hasRun = true
    }
  }

  /// Takes up a verdict: what is to be done at once comes first, the log line after it.
  func open(_ verdict: Verdict, as alert: Alert, at now: Instant) -> [Effect] {
    let older = intervention?.outcomes.count ?? 0
    var new = Case(alert: alert, verdict: verdict, at: now, older: older)
    if isObserving {
      new.alert.actions = verdict.actions.map { Alert.Deed($0.rawValue, result: "would") }
      new.alert.outcome = .observed
      return [.log(new.alert)]
    }
    let programs = new.verdict.orders.compactMap { order -> Effect? in
      if case .run(let program) = order.details { .run(program, new.alert) } else { nil }
    }
    guard new.wantsInterrupt || new.wantsPrompt, keys != nil else {
      return close(new, [], at: now) + programs
    }
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
      let next = waiting.map { Case(alert: $0.alert, verdict: $0.verdict, at: $0.opened, older: 0) }
      waiting = []
      effects += begin(next, at: now)
    }
    return effects
  }

  /// tmux has not delivered what was asked of it.
  func refuse(at now: Instant) -> [Effect] {
    intervention?.refuse(at: now)
    return advance(at: now)
  }

  /// The pane has gone: whatever was being done ends now.
  func end(at now: Instant) -> [Effect] {
    isAlive = false
    return advance(at: now)
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
      isAlive: isAlive, isInMode: isInMode, state: reader.state, box: reader.box, prompts: prompts)
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
    let results = Array(all.dropFirst(item.older))
    var deeds = results.filter { item.verdict.actions.contains($0.action) }.map {
      Alert.Deed($0.action.rawValue, result: $0.result, ms: ($0.time - item.opened).inSeconds * 1000)
    }
    deeds += item.verdict.actions.filter { [.queue, .restart].contains($0) }.map {
      Alert.Deed($0.rawValue, result: "not done: this version cannot yet")
    }
    if item.verdict.actions.contains(.run) { deeds.append(Alert.Deed(Action.run.rawValue)) }
    let needsHuman = item.needsHuman(after: results)
    if needsHuman { deeds.append(Alert.Deed(Action.escalate.rawValue)) }
    let alert = item.alert.updated(
      at: WallTime(milliseconds: now.nanoseconds / 1_000_000), outcome: item.outcome(of: results),
      actions: deeds)
    return needsHuman ? [.call(alert), .log(alert)] : [.log(alert)]
  }
}
