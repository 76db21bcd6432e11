import Foundation
import Journal
import Processes
import Rulebook
import Tmux

/// What `outrider queue` asks of the sidecar.
///
///     outrider 1 queue        the fields: do (agents, add, list, remove, move), agent, expires, id
///
///     the text, as it is to be typed
extension Watcher {
  nonisolated func answerQueue(_ message: Message, from peer: Int32) async -> Message {
    do {
      let asker = DecisionRequest.Asker(peer)
      if message.fields["do"] == "agents" {
        return Message("ok", body: Array(try JSONEncoder().encode(await places)))
      }
      let items = try await change(queueBy: message, asker: asker)
      return Message("ok", body: Array(try JSONEncoder().encode(items)))
    } catch let refusal as QueueRefusal {
      return Message("refused", ["kind": "refusal"], body: Array(refusal.description.utf8))
    } catch {
      return Message("refused", body: Array("\(error)".utf8))
    }
  }

  private func change(queueBy message: Message, asker: DecisionRequest.Asker) async throws -> [QueueItem] {
    guard let queue else {
      throw QueueRefusal("this watch keeps no queue, since it knows no state folder; set $HOME")
    }
    let verb = message.fields["do"] ?? "list"
    if verb != "list", let objection = queueObjection(to: asker) { throw QueueRefusal(objection) }
    let id = message.fields["id"] ?? ""
    switch verb {
    case "list": return try await explained(queue)
    case "add":
      let place = try AgentAddress.find(message.fields["agent"] ?? "", among: places)
      let lifetime = message.fields["expires"].flatMap { Duration(spelled: $0) } ?? QueueItem.lifetime
      let text = String(decoding: message.body, as: UTF8.self)
      return [try await add(text, for: place.target, by: QueueItem.human, lifetime: lifetime)]
    case "remove":
      guard let gone = try await queue.end(id, "removed", at: WallTime(clock.now)) else {
        throw Self.unknown(id)
      }
      mail.note(id, nil)
      return [gone]
    case "move":
      let place = try AgentAddress.find(message.fields["agent"] ?? "", among: places)
      var target = place.target
      target.instance = try await instance()
      guard try await queue.aim(id, at: target, now: WallTime(clock.now)) else { throw Self.unknown(id) }
      return try await queue.items().filter { $0.id == id }
    default: throw QueueRefusal("this sidecar cannot do '\(verb)' with the queue; is it of another version?")
    }
  }

  private static func unknown(_ id: String) -> QueueRefusal {
    QueueRefusal("nothing of the id '\(id)' waits; see what does with: outrider queue")
  }

  /// Why the asker may not queue; nil when he may. An agent that could type into itself or another one would be
  /// its own human.
  private func queueObjection(to asker: DecisionRequest.Asker) -> String? {
    objection(to: asker)?
      .replacing("an agent's programs do not decide", with: "an agent's programs queue nothing")
      .replacing("only a human at a terminal decides", with: "only a human at a terminal queues")
  }

  func add(
    _ text: String, for target: QueueTarget, by: String, lifetime: Duration = QueueItem.lifetime
  ) async throws -> QueueItem {
    guard let queue else { throw QueueRefusal("this watch keeps no queue") }
    var target = target
    target.instance = try await instance()
    return try await queue.add(text, for: target, by: by, lifetime: lifetime, at: WallTime(clock.now))
  }

  /// What waits, with why.
  private func explained(_ queue: QueueStore) async throws -> [QueueItem] {
    try await queue.items().filter { $0.target.server == settings.server }.map { item in
      var item = item
      if [.waiting, .typing].contains(item.state) { item.note = hindrance(of: item) }
      return item
    }
  }

  /// All agents that are seen.
  var places: [AgentPlace] {
    panes.values.filter(\.isReported).compactMap { place in
      target(of: place.info.pane).map {
        AgentPlace($0, window: place.info.windowIndex, index: place.info.paneIndex)
      }
    }.sorted { $0.place < $1.place }
  }

  /// Queues what a rule says.
  func enqueue(_ text: String, for id: PaneID?, after alert: Alert) {
    guard let id, let target = target(of: id), queue != nil else {
      return office.report(
        .trouble("rule '\(alert.rule)': nothing was queued, since no pane of the agent is watched"))
    }
    Task {
      do {
        let item = try await self.add(text, for: target, by: alert.rule)
        self.office.report(.note("\(item.label) is queued for \(target.label), by rule \(alert.rule)"))
      } catch {
        self.office.report(.trouble("rule '\(alert.rule)': nothing was queued: \(error)"))
      }
    }
  }
}
