import Hands
import Journal
import Rulebook

/// An alert on which something is still being done.
struct Case {
  var alert: Alert
  let verdict: Verdict
  let opened: Instant
  /// How many results of the intervention are older than this case.
  let older: Int
  /// The command was seen to have ended while it was being stopped.
  var hasRun: Bool
  /// When a hook refused the command while it was being stopped.
  var denied: Instant?
  /// What came of freezing the program.
  var hold: HoldOutcome?

  init(alert: Alert, verdict: Verdict, at now: Instant, older: Int = 0) {
    self.alert = alert
    self.verdict = verdict
    opened = now
    self.older = older
    hasRun = verdict.fact.phase == .ran
  }

  /// Whether the agent's turn should be interrupted for it.
  var wantsInterrupt: Bool { verdict.actions.contains(.interrupt) }
  var wantsPrompt: Bool { verdict.actions.contains(.prompt) }
  var wantsRestart: Bool { verdict.actions.contains(.restart) }

  /// What the agent is told.
  var correction: String {
    if let prompt = verdict.prompt { return prompt }
    let what = cleaned(verdict.fact.text, limit: 120)
    let opening =
      switch (verdict.fact.kind, verdict.fact.phase) {
      case (.command, .ran): "Outrider: \"\(what)\" is not allowed here and has already run."
      case (.command, .asked): "Outrider: \"\(what)\" is not allowed here; do not run it."
      case (.command, _): "Outrider stopped \"\(what)\"."
      case (.edit, .asked): "Outrider: changing \"\(what)\" is not allowed here."
      default: "Outrider:"
      }
    let advice = verdict.instead.map { " Instead: \($0)" } ?? ""
    return unmentioned(cleaned("\(opening) \(verdict.why)\(advice)", limit: 600))
  }

  /// How it ended, from what the actions came to.
  func outcome(of results: [Intervention.Outcome]) -> Alert.Outcome {
    let interrupt = results.first { $0.action == .interrupt }
    let prompt = results.first { $0.action == .prompt }
    if verdict.actions.isEmpty { return .observed }
    if denied != nil || results.contains(where: { $0.action == .deny }) { return .denied }
    if let hold {
      if hold.isProved { return .held }
      if hold.isMissed { return .tooLate }
    }
    let stops = verdict.rule.actions.contains { [.deny, .hold, .interrupt].contains($0) }
    if verdict.fact.kind == .command, stops {
      if hasRun { return wasApproved(results) ? .resolved : .tooLate }
      guard let interrupt else { return .escalated }
      // The human has refused it in the agent's dialog.
      if interrupt.result == Intervention.dialogIsOpen {
        return prompt?.isProved ?? false ? .denied : .escalated
      }
      if interrupt.result.hasPrefix("not needed") { return .tooLate }
      return interrupt.isProved ? .stopped : .escalated
    }
    return prompt?.isProved ?? false ? .corrected : .escalated
  }

  /// The human was asked by the agent itself before it ran.
  private func wasApproved(_ results: [Intervention.Outcome]) -> Bool {
    results.contains { $0.action == .interrupt && $0.result == Intervention.dialogIsOpen }
  }

  /// Whether the human has to be called: when the rule wants it and the agent was not stopped in time and
  /// told so.
  func needsHuman(after results: [Intervention.Outcome]) -> Bool {
    guard verdict.actions.contains(.escalate) else { return false }
    switch outcome(of: results) {
    case .denied, .resolved: return false
    case .held, .stopped, .corrected: return results.contains { !$0.isProved }
    default: return true
    }
  }

  /// The alert when only watching: what would have been done.
  func observed() -> Alert {
    var alert = alert
    alert.actions = verdict.actions.map { Alert.Deed($0.rawValue, result: verdict.waiver ?? "would") }
    alert.outcome = .observed
    return alert
  }

  /// The alert with what came of it, and whether a human has to be called.
  ///
  /// - Parameter all: What the actions came to, those before this case too.
  func closed(_ all: [Intervention.Outcome], at now: Instant) -> (alert: Alert, needsHuman: Bool) {
    let results = Array(all.dropFirst(older))
    var deeds = hold.map { [$0.deed] } ?? []
    deeds += results.filter { verdict.actions.contains($0.action) }.map {
      Alert.Deed($0.action.rawValue, result: $0.result, ms: ($0.time - opened).inSeconds * 1000)
    }
    if let denied, !results.contains(where: { $0.action == .deny }) {
      deeds.append(Alert.Deed(Action.deny.rawValue, ms: (denied - opened).inSeconds * 1000))
    }
    if verdict.actions.contains(.queue) {
      deeds.append(Alert.Deed(Action.queue.rawValue, result: "for the end of the turn"))
    }
    if verdict.actions.contains(.run) { deeds.append(Alert.Deed(Action.run.rawValue)) }
    let needsHuman = needsHuman(after: results)
    if needsHuman { deeds.append(Alert.Deed(Action.escalate.rawValue)) }
    let updated = alert.updated(
      at: WallTime(now), outcome: outcome(of: results), actions: deeds)
    return (updated, needsHuman)
  }
}
