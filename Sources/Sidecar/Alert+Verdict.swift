import Journal
import Rulebook

extension Alert {
  /// The first line of the alert about a verdict.
  init(
    _ verdict: Verdict, about agent: Agent, at now: Instant, using generator: inout some RandomNumberGenerator
  ) {
    let time = WallTime(now)
    let fact = verdict.fact
    var evidence = [fact.text]
    if case .string(let line)? = fact.fields["line"], line != fact.text { evidence = [line] }
    self.init(
      time: time, id: Self.makeID(at: time, using: &generator), story: fact.storyName, rule: verdict.rule.id,
      severity: verdict.rule.severity, agent: agent, source: Source(rawValue: fact.source.rawValue),
      text: fact.text, why: verdict.why, instead: verdict.instead, evidence: evidence + verdict.evidence)
  }

  /// The line about something that is wrong with the watch itself, not with an agent.
  public static func trouble(_ texts: [String], agent: String, at now: Instant) -> Alert {
    let time = WallTime(now)
    var generator = SystemRandomNumberGenerator()
    return Alert(
      time: time, id: makeID(at: time, using: &generator), rule: "watch-trouble", severity: .warning,
      agent: Agent(name: agent), source: .hook, text: texts.first ?? "",
      why: "Outrider does not work as it should; what could be judged was judged.",
      instead: "outrider doctor shows what is wrong and what to do.",
      evidence: texts.prefix(20).map { cleaned($0, limit: 400) }, outcome: .escalated)
  }
}
