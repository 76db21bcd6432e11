import Journal
import Rulebook
import Senses

extension AgentPane {
  /// A fact of the pane's, as the rules are told of it: whether hooks tell the agent what holds here, so that
  /// nobody has to type it.
  func told(_ fact: Fact) -> Fact {
    guard others.hasHooks, fact.kind == .state else { return fact }
    var fact = fact
    fact.fields["hooked"] = .flag(true)
    return fact
  }

  /// Judges an event of the agent's hooks: the answer, and what is to be carried out.
  ///
  /// - Parameters:
  ///   - clock: The time when it is asked, for how long a refusal took.
  ///   - alert: Makes the alert of a verdict.
  func answer(
    _ event: HookEvent, _ judge: Judge, isObserving: Bool, at now: Instant, clock: () -> Instant,
    alert: (Verdict) -> Alert
  ) -> (HookAnswer, [Effect]) {
    var ruling = HookRuling(event, isObserving: isObserving, at: now)
    let facts = hear(event, at: now)
    for fact in facts {
      ruling.add(note(fact, at: now))
      guard fact.kind != .prompt || fact.fields["by"] != .string("outrider") else { continue }
      for verdict in judge.judge(fact) {
        let isRefusal = verdict.actions.contains(.deny)
        let isWatchedOnly = isObserving || verdict.waiver != nil
        if isWatchedOnly, verdict.isRepeat { continue }
        if isRefusal, !isWatchedOnly, !refuse(verdict, at: now) {
          ruling.deny(verdict, as: alert(verdict))
        } else {
          ruling.take(verdict, as: alert(verdict), clock: clock()) { self.open($0, as: $1, at: now) }
        }
      }
    }
    if event.moment.isBeforeTool {
      for story in Set(facts.compactMap(\.story)) { pass(story: story) }
    }
    for case .log(let alert) in ruling.effects where alert.outcome == .denied { remember(refused: alert) }
    return (ruling.answer(), ruling.effects)
  }
}
