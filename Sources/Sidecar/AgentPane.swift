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
  }

  /// Cases that wait at a time; more than this are logged and escalated at once.
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
    var new = Case(alert: alert, verdict: verdict)
    if isObserving {
      new.alert.actions = verdict.actions.map { Alert.Deed($0.rawValue, result: "would") }
      new.alert.outcome = .observed
      return [.log(new.alert)]
    }
    guard new.wantsInterrupt || new.wantsPrompt, cases.count < Self.mostCases, keys != nil else {
      return close(new, [], at: now)
    }
    if let running = intervention, !running.isFinished {
      let wasExtended = !new.wantsPrompt || intervention?.extend(new.correction) ?? false
      if wasExtended { cases.append(new) } else { waiting.append(new) }
      return [.log(new.alert)]
    }
    let effects = begin([new], at: now)
    return effects + [.log(new.alert)]
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
      let next = waiting
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
    intervention = Intervention(
      interrupt: new.contains(where: \.wantsInterrupt),
      correction: new.filter(\.wantsPrompt).map(\.correction).joined(separator: " "), at: now)
    return advance(at: now)
  }

  private func observation() -> Observation {
    Observation(
      isAlive: isAlive, isInMode: isInMode, state: reader.state, box: reader.box,
      prompts: reader.takeSentPrompts())
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

  private func close(_ item: Case, _ results: [Intervention.Outcome], at now: Instant) -> [Effect] {
    var alert = item.alert
    alert.actions = results.filter { item.verdict.actions.contains($0.action) }.map {
      Alert.Deed($0.action.rawValue, result: $0.result, ms: $0.duration.inSeconds * 1000)
    }
    alert.outcome = item.outcome(of: results)
    if item.needsHuman(after: results) {
      alert.actions.append(Alert.Deed(Action.escalate.rawValue))
      return [.call(alert), .log(alert)]
    }
    return [.log(alert)]
  }
}
