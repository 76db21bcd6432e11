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

  init(alert: Alert, verdict: Verdict, at now: Instant, older: Int) {
    self.alert = alert
    self.verdict = verdict
    opened = now
    self.older = older
    hasRun = verdict.fact.phase == .ran
  }

  /// Whether the agent's turn should be interrupted for it.
  var wantsInterrupt: Bool { verdict.actions.contains(.interrupt) }
  var wantsPrompt: Bool { verdict.actions.contains(.prompt) }

  /// What the agent is told.
  var correction: String {
    if let prompt = verdict.prompt { return prompt }
    let what = cleaned(verdict.fact.text, limit: 120)
    let opening =
      switch (verdict.fact.kind, verdict.fact.phase) {
      case (.command, .ran): "Outrider: \"\(what)\" is not allowed here and has already run."
      case (.command, .asked): "Outrider: \"\(what)\" is not allowed here; do not run it."
      case (.command, _): "Outrider stopped \"\(what)\"."
      default: "Outrider:"
      }
    let advice = verdict.instead.map { " Instead: \($0)" } ?? ""
    return cleaned("\(opening) \(verdict.why)\(advice)", limit: 600)
  }

  /// How it ended, from what the actions came to.
  func outcome(of results: [Intervention.Outcome]) -> Alert.Outcome {
    let interrupt = results.first { $0.action == .interrupt }
    let prompt = results.first { $0.action == .prompt }
    if verdict.fact.kind == .command {
      if hasRun { return .tooLate }
      guard let interrupt else { return .escalated }
      if interrupt.result.hasPrefix("not needed") { return .tooLate }
      return interrupt.isProved ? .stopped : .escalated
    }
    return prompt?.isProved ?? false ? .corrected : .escalated
  }

  /// Whether the human has to be called: when the rule wants it and the agent was not stopped in time and
  /// told so.
  func needsHuman(after results: [Intervention.Outcome]) -> Bool {
    guard verdict.actions.contains(.escalate) else { return false }
    return outcome(of: results) != .stopped && outcome(of: results) != .corrected
      || results.contains { !$0.isProved }
  }
}
