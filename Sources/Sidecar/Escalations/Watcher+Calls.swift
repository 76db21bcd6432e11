import Foundation
import Journal
import Notices
import Processes
import Rulebook
import Tmux

/// Whether the human has to be called, and what he answers.
extension Watcher {
  /// Has the human called; what ends the trouble is worked out from the rule.
  func call(_ alert: Alert, about id: PaneID?) {
    let court = id.flatMap { panes[$0]?.court } ?? courts.common
    let rules = court.judge.rulebook.rules
    let cure = rules.first { $0.id == alert.rule }.map { Cure($0, text: alert.text) } ?? .human
    office.call(alert, cure: cure)
  }

  /// Notes what may end a trouble: facts as they come, and states when they have settled.
  func hear(_ facts: [Fact], _ judge: Judge) {
    hearEmitted(by: judge)
    for fact in facts where fact.kind != .state { office.hear(fact) }
    hearStates()
  }

  /// Hands what rules made of facts to all who wait for it; a judge gives it out once.
  func hearEmitted(by judge: Judge) {
    for fact in judge.takeEmitted() {
      office.hear(fact)
      probes.hear(fact)
      noteMade(fact)
    }
  }

  /// The states of agents in trouble: a state that flickers ends nothing.
  func hearStates() {
    for agent in office.troubled {
      guard let id = PaneID(Array(agent.utf8)), let judge = panes[id]?.court.judge,
        let standing = judge.standing(of: agent)
      else { continue }
      office.hear(
        Fact(time: clock.now, agent: agent, kind: .state, text: standing.state.rawValue, source: .pane))
    }
  }

  /// Calls the human from now on as another configuration says; the heartbeat stays as it is.
  public nonisolated func adopt(_ calls: CallSettings) async {
    await office.desk.adopt(calls)
  }

  private var paneNames: Set<String> { Set(panes.keys.map { "\($0)" }) }

  /// After a start: what has gone while nobody watched is over.
  nonisolated func reconcile() async {
    try? await Task.sleep(for: .seconds(10))
    guard !Task.isCancelled else { return }
    let there = await paneNames
    // Without any pane the server could not be asked.
    if !there.isEmpty { await office.desk.reconcile(with: there) }
  }

  nonisolated func answerCalls(_ message: Message, from peer: Int32) async -> Message {
    if message.verb == "troubles" {
      guard let body = try? JSONEncoder().encode(await office.desk.state) else { return Message("refused") }
      return Message("ok", body: Array(body))
    }
    if let why = await objection(to: DecisionRequest.Asker(peer)) { return Message("refused", ["why": why]) }
    let who = Self.name(of: peer)
    switch message.verb {
    case "ack": return await acknowledge(message.fields["id"] ?? "", by: who)
    case "silence": return await silence(message.fields, by: who)
    default:
      guard let ended = await office.desk.endSilence(message.fields["id"] ?? "", by: who) else {
        return Message("refused", ["why": "no silence has this id; see them with: outrider silence"])
      }
      return Message("ok", ["silence": "\(ended.rules)"])
    }
  }

  private nonisolated func acknowledge(_ id: String, by who: String) async -> Message {
    guard let known = await office.desk.acknowledge(id, by: who) else {
      let open = await office.desk.state.open.filter { $0.state == .open }
      let list = open.prefix(20).map { "\($0.id) (\($0.cause) \($0.alert.agent.label))" }
      let what = list.isEmpty ? "nothing is open" : "open: \(list.joined(separator: ", "))"
      return Message(
        "refused", ["why": id == "all" ? what : "'\(cleaned(id, limit: 40))' is not open; \(what)"])
    }
    let lines = known.map { "\($0.id) \($0.cause) \($0.alert.agent.label)" }
    return Message("ok", body: Array(lines.joined(separator: "\n").utf8))
  }

  private nonisolated func silence(_ fields: [String: String], by who: String) async -> Message {
    guard let rules = fields["rules"], !rules.isEmpty,
      let lasts = fields["for"].flatMap({ Duration(spelled: $0) })
    else {
      return Message("refused", ["why": "name rules and a time, as in: outrider silence frozen --for 2h"])
    }
    let agent = fields["agent"].map { Wildcard($0) }
    guard let silence = await office.desk.silence(Wildcard(rules), agent: agent, lasts: lasts, by: who) else {
      return Message("refused", ["why": "there are too many silences; end some: outrider silence --end ID"])
    }
    return Message("ok", ["id": silence.id, "until": silence.until.iso8601])
  }

  static func name(of peer: Int32) -> String {
    let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "the human"
    let link = "/proc/\(peer)/fd/0"
    guard let terminal = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
      terminal.hasPrefix("/dev/")
    else { return user }
    return "\(user) at \(cleaned(String(terminal.dropFirst("/dev/".count)), limit: 40))"
  }
}
