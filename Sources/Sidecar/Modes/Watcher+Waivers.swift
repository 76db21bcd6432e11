import Foundation
import Hands
import Journal
import Notices
import Rulebook

/// Rules that are only watched for one agent or all, and exceptions that the human makes for a while.
///
/// They live as long as the watch: an exception never outlasts what was meant when it was made.
extension Watcher {
  /// The longest that an exception lasts.
  private static let longestAllowance: Duration = .seconds(86_400)
  private static let mostWaivers = 64

  /// What holds from the start: the rules that are only watched.
  func waiveObservedRules() {
    for rule in settings.observedRules {
      add(Waiver(id: "observe-\(rule)", rule: rule, words: "would"))
    }
  }

  /// An agent was recognised; it may be one that is only watched.
  func observe(_ agent: Alert.Agent) {
    let id = agent.pane ?? agent.name
    courts.waivers.removeAll { $0.id == "observe-\(id)" }
    guard settings.observedAgents.contains(where: { agent.answers(to: $0) }) else { return spread() }
    add(Waiver(id: "observe-\(id)", agent: id, words: "would"))
  }

  /// The verdict as far as the caps of the agent and the fleet allow it.
  func limited(_ verdict: Verdict, at now: Instant) -> Verdict {
    let hands: Set<Action> = [.interrupt, .prompt, .restart, .queue]
    guard !settings.isObserving, verdict.waiver == nil, !hands.isDisjoint(with: verdict.actions) else {
      return verdict
    }
    return breaker.objection(to: verdict.fact.agent, at: now).map(verdict.onlyEscalating) ?? verdict
  }

  private func add(_ waiver: Waiver) {
    courts.waivers.append(waiver)
    spread()
  }

  private func spread() {
    exec?.adopt(courts.waivers)
  }

  private func forgetExpired() {
    let now = clock.now
    courts.waivers.removeAll { $0.until.map { $0 <= now } ?? false }
  }

  // The human's exceptions

  func allow(_ message: Message, from peer: Int32) -> Message {
    if let why = objection(to: DecisionRequest.Asker(peer)) { return Message("refused", ["why": why]) }
    forgetExpired()
    guard let rule = message.fields["id"], let lasts = Duration(spelled: message.fields["for"] ?? "") else {
      return Message("refused", ["why": "name a rule and a time, as in: outrider allow push-main --for 10m"])
    }
    guard courts.all.contains(where: { $0.judge.rulebook.rules.contains { $0.id == rule } }) else {
      return Message(
        "refused", ["why": "no rule is called '\(cleaned(rule, limit: 60))'; see: outrider rules list"])
    }
    guard lasts <= Self.longestAllowance, courts.waivers.count < Self.mostWaivers else {
      return Message("refused", ["why": "an exception lasts a day at most, and there are 64 at most"])
    }
    var agents: [String?] = [nil]
    if let name = message.fields["agent"] {
      agents = panes.values.filter { $0.isReported && $0.pane.agent.answers(to: name) }.map(\.pane.id)
      if agents.isEmpty {
        let known = panes.values.filter(\.isReported).map(\.pane.agent.label).sorted()
        return Message(
          "refused",
          [
            "why":
              "no agent is called '\(cleaned(name, limit: 60))'; there are: \(known.joined(separator: ", "))"
          ])
      }
    }
    let now = clock.now
    let until = WallTime(now + lasts)
    let who = Self.name(of: peer)
    let id = "w\(String(UInt32.random(in: .min ... .max), radix: 36))"
    for agent in agents {
      courts.waivers.append(
        Waiver(
          id: id, rule: rule, agent: agent, command: message.fields["command"], until: now + lasts,
          words: "allowed by \(who) until \(until.iso8601)"))
    }
    spread()
    write(
      "exception", id,
      "\(rule) is allowed until \(until.iso8601) by \(who)"
        + (message.fields["agent"].map { ", for \($0)" } ?? "")
        + (message.fields["command"].map { ": \($0)" } ?? ""))
    return Message("ok", ["id": id, "until": until.iso8601])
  }

  func disallow(_ message: Message, from peer: Int32) -> Message {
    if let why = objection(to: DecisionRequest.Asker(peer)) { return Message("refused", ["why": why]) }
    let id = message.fields["id"] ?? ""
    guard courts.waivers.contains(where: { $0.id == id && $0.until != nil }) else {
      return Message("refused", ["why": "no exception has this id; see them with: outrider allow"])
    }
    courts.waivers.removeAll { $0.id == id }
    spread()
    write("exception", id, "it was ended by \(Self.name(of: peer))")
    return Message("ok")
  }

  /// A line for each exception that holds.
  func waiverLines() -> [UInt8] {
    forgetExpired()
    let lines = courts.waivers.filter { $0.until != nil }.map { waiver in
      let until = waiver.until.map { WallTime($0).iso8601 } ?? ""
      let whom = waiver.agent.map { " of \($0)" } ?? ""
      let what = waiver.command.map { ": \(cleaned($0, limit: 120))" } ?? ""
      return "\(waiver.id)  \(waiver.rule ?? "*")\(whom)  until \(until)\(what)"
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  /// A line of the log about what the human decided.
  func write(_ rule: String, _ id: String?, _ text: String) {
    let time = WallTime(clock.now)
    office.file(
      Alert(
        time: time, id: id ?? Alert.makeID(at: time, using: &generator), rule: rule, severity: .info,
        agent: Alert.Agent(name: "outrider"), source: Alert.Source(rawValue: "human"), text: text,
        outcome: .resolved))
  }
}

extension Alert.Agent {
  /// Whether a human's word means this agent: its name, its pane, both, or its session.
  func answers(to word: String) -> Bool {
    [name, pane, label, session].contains(word)
  }
}

extension StateFolder.Watch {
  /// What was done to agents counts for the next watch as well.
  var breaker: StateFile<Breaker> { StateFile("\(path)/breaker.json") }
}
