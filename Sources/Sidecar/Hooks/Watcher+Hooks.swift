import Foundation
import Hands
import Journal
import Rulebook
import Senses
import Tmux

/// What a running sidecar answers on its socket.
extension Watcher {
  /// Agents without a pane that are kept; the one that was first known is forgotten.
  static let mostLoneAgents = 64

  /// Answers a message of the hook program.
  ///
  /// - Parameter peer: The process that asks, as the kernel says.
  public nonisolated func answer(_ message: Message, from peer: Int32) async -> Message {
    switch message.verb {
    case "hook": await answerHook(message, from: peer)
    case "allow" where message.fields["for"] != nil: await allow(message, from: peer)
    case "allow": await decide(.allow, message, from: peer)
    case "disallow": await disallow(message, from: peer)
    case "allowed": Message("ok", body: await waiverLines())
    case "stop", "resume": await answerStop(message, from: peer)
    case "deny": await decide(.kill, message, from: peer)
    case "held": Message("ok", body: HeldProgram.json(await held()))
    case "ack", "silence", "unsilence", "troubles": await answerCalls(message, from: peer)
    case "status-line": await noteStatus(message, from: peer)
    case "queue": await answerQueue(message, from: peer)
    case "status": await answerStatus()
    case "doctor": await health().message
    default: Message("refused", ["why": "this sidecar knows no '\(message.verb)'; is it of another version?"])
    }
  }

  private nonisolated func answerHook(_ message: Message, from peer: Int32) async -> Message {
    do {
      // Large outputs are read here, so that panes do not wait.
      let event = try HookEvent(json: message.body)
      let caller = Caller(message, peer: peer)
      let answer = await take(event, of: caller)
      return Message("ok", body: Array(answer.json(at: event.moment).utf8))
    } catch {
      return Message("refused", ["why": "\(error)"])
    }
  }

  /// Whose hook it is.
  struct Caller: Sendable {
    /// The name of the agent's dialect.
    let dialect: String
    /// What the environment says, and the processes above the hook.
    let pane: String?
    let tmuxSocket: String?
    let ancestry: [Int32]

    init(_ message: Message, peer: Int32) {
      dialect = message.fields["agent"] ?? "unknown"
      pane = message.fields["pane"]
      tmuxSocket = message.fields["tmux"]
      ancestry = Ancestry.of(peer)
    }
  }

  /// Judges the event and says what the hook answers.
  func take(_ event: HookEvent, of caller: Caller) -> HookAnswer {
    let now = clock.now
    defer { setAlarm() }
    return place(of: caller).map { take(event, of: $0, at: now) } ?? takeLone(event, of: caller, at: now)
  }

  /// The pane whose program the hook descends from; or, where an agent runs its hooks from elsewhere, the one
  /// that its environment names.
  private func place(of caller: Caller) -> PaneID? {
    let byProcess = panes.first { _, place in
      place.info.process > 0 && caller.ancestry.contains(place.info.process)
    }
    if let id = byProcess?.key { return id }
    guard let name = caller.pane, let id = PaneID(Array(name.utf8)), panes[id] != nil,
      let socket = caller.tmuxSocket, socket == settings.server
    else { return nil }
    return id
  }

  private func take(_ event: HookEvent, of id: PaneID, at now: Instant) -> HookAnswer {
    recall(id, at: now)
    guard let place = panes[id] else { return HookAnswer() }
    let pane = place.pane
    let judge = place.court.judge
    if event.tool != nil { judge.progress(agent: pane.id, clock: .command, at: now) }
    if event.moment == .userPromptSubmit, let text = event.text {
      notePromptForQueue(text, of: id, at: now)
    }
    var (answer, effects) = pane.answer(
      event, judge, isObserving: settings.isObserving, at: now, clock: { clock.now },
      alert: { alert(for: $0, pane.agent, at: now) })
    if let text = judge.rulebook.policy(for: event) { answer.add(context: text) }
    carry(effects + pane.advance(at: now), to: id, process: place.info.process)
    keepSeen()
    // A tool that is used or was used shows that the agent gets on.
    let sign = Fact(time: now, agent: pane.id, kind: .command, text: "", source: .hook)
    hear(event.tool == nil ? [] : [sign], judge)
    return answer
  }

  private func takeLone(_ event: HookEvent, of caller: Caller, at now: Instant) -> HookAnswer {
    let name = LoneAgent.name(caller.dialect, session: event.session)
    let judge = event.cwd.map(court(at:))?.judge ?? courts.common.judge
    let lone = loneAgents[name] ?? LoneAgent(caller.dialect, event, programs: judge.rulebook.programs)
    if loneAgents[name] == nil, loneAgents.count >= Self.mostLoneAgents,
      let oldest = loneAgents.min(by: { $0.value.lastHeard < $1.value.lastHeard })?.key
    {
      loneAgents[oldest] = nil
    }
    loneAgents[name] = event.moment == .sessionEnd ? nil : lone
    var ruling = HookRuling(event, isObserving: settings.isObserving, at: now)
    for fact in lone.hear(event, at: now) {
      for verdict in judge.judge(fact) {
        let alert = alert(for: verdict, lone.agent, at: now)
        if verdict.isRepeat {
          ruling.deny(verdict, as: alert)
        } else {
          ruling.take(verdict, as: alert, clock: clock.now, pane: nil)
        }
      }
    }
    carry(ruling.effects, to: nil, process: 0)
    keepSeen()
    var answer = ruling.answer()
    if let text = judge.rulebook.policy(for: event) { answer.add(context: text) }
    return answer
  }

  /// What an agent's status line tells; nothing is answered.
  private nonisolated func noteStatus(_ message: Message, from peer: Int32) async -> Message {
    guard let status = StatusLine(json: message.body) else {
      return Message("refused", ["why": "no status of an agent"])
    }
    await take(status, of: Caller(message, peer: peer))
    return Message("ok")
  }

  private func take(_ status: StatusLine, of caller: Caller) {
    guard let id = place(of: caller), let place = panes[id] else { return }
    let now = clock.now
    take(place.pane.reader.hear(status, at: now), of: id, at: now)
    setAlarm()
  }
}
