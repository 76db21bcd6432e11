import Hands
import Journal
import Rulebook
import Senses

/// What a hook's event comes to: the answer to the agent, and what is to be written and done.
struct HookRuling {
  private(set) var denials: [String] = []
  private(set) var contexts: [String] = []
  private(set) var effects: [AgentPane.Effect] = []

  private let moment: HookEvent.Moment
  private let isObserving: Bool
  private let now: Instant

  init(_ event: HookEvent, isObserving: Bool, at now: Instant) {
    moment = event.moment
    self.isObserving = isObserving
    self.now = now
  }

  /// Takes a verdict on the event.
  ///
  /// - Parameter pane: Opens it in the agent's pane, where there is one that can be typed into.
  mutating func take(
    _ verdict: Verdict, as alert: Alert, clock: Instant, pane: ((Verdict, Alert) -> [AgentPane.Effect])?
  ) {
    let item = Case(alert: alert, verdict: verdict, at: now)
    if isObserving || verdict.waiver != nil {
      effects.append(.log(item.observed()))
    } else if verdict.actions.contains(.deny) {
      denials.append(item.correction)
      close(item, [outcome(.deny, "done", at: clock)])
    } else if item.wantsPrompt, HookAnswer.carriesContext(moment),
      pane == nil || !(item.wantsInterrupt || item.wantsRestart)
    {
      contexts.append(item.correction)
      var results = [outcome(.prompt, "told by the hook", at: clock)]
      if item.wantsInterrupt { results.append(missing(.interrupt)) }
      close(item, results)
    } else if let pane {
      effects += pane(verdict, alert)
    } else {
      close(item, verdict.actions.filter { [.interrupt, .prompt, .restart].contains($0) }.map(missing))
    }
  }

  /// Refuses without a new alert, since there is one already.
  mutating func deny(_ verdict: Verdict, as alert: Alert) {
    guard !isObserving, verdict.waiver == nil else { return }
    denials.append(Case(alert: alert, verdict: verdict, at: now).correction)
  }

  mutating func add(_ more: [AgentPane.Effect]) {
    effects += more
  }

  func answer() -> HookAnswer {
    func joined(_ texts: [String]) -> String? {
      texts.isEmpty ? nil : texts.joined(separator: "\n")
    }
    return HookAnswer(denial: joined(denials), context: joined(contexts))
  }

  private mutating func close(_ item: Case, _ results: [Intervention.Outcome]) {
    let end = item.closed(results, at: now)
    effects += Case(alert: end.alert, verdict: item.verdict, at: now).errands
    effects += end.needsHuman ? [.call(end.alert), .log(end.alert)] : [.log(end.alert)]
  }

  private func outcome(_ action: Action, _ result: String, at time: Instant) -> Intervention.Outcome {
    Intervention.Outcome(action: action, result: result, isProved: true, time: time)
  }

  private func missing(_ action: Action) -> Intervention.Outcome {
    Intervention.Outcome(
      action: action, result: "not done: no pane of the agent is watched", isProved: false, time: now)
  }
}

extension Rulebook {
  /// What an agent is told of the rules when its session starts, and again when it was compacted: the list
  /// `policy` of the rule files.
  func policy(for event: HookEvent) -> String? {
    guard event.moment == .sessionStart, let sentences = lists["policy"], !sentences.isEmpty else {
      return nil
    }
    let lines = sentences.prefix(40).map { "- " + cleaned($0, limit: Verdict.longest) }
    return (["Outrider watches this session. These rules hold here and are enforced:"] + lines)
      .joined(separator: "\n")
  }
}
