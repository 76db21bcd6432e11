import Processes
import Rulebook

/// A human's word about a program on hold, and whether it is a human's.
struct DecisionRequest: Sendable, Equatable {
  /// What the sidecar knows about who asks.
  struct Asker: Sendable, Equatable {
    /// The process and those above it.
    let ancestry: [Int32]
    /// Its terminal's number; 0 without one.
    let terminal: Int32
  }

  let id: String
  let decision: Order.Release

  /// Why the asker has no say; nil when he has.
  ///
  /// - Parameters:
  ///   - agents: The processes of all agents.
  ///   - terminals: Those that agents work in.
  static func objection(to asker: Asker, agents: Set<Int32>, terminals: Set<Int32>) -> String? {
    if !agents.isDisjoint(with: asker.ancestry) {
      return "an agent's programs do not decide; ask the human to, in a terminal of his own"
    }
    if asker.terminal == 0 { return "only a human at a terminal decides; run it there" }
    if terminals.contains(asker.terminal) {
      return "an agent works in this terminal; run it in another one"
    }
    return nil
  }
}

extension DecisionRequest.Asker {
  /// A process that asks now.
  init(_ peer: Int32) {
    self.init(ancestry: Ancestry.of(peer), terminal: ProcessFiles.status(peer)?.terminal ?? 0)
  }
}

extension Watcher {
  nonisolated func decide(_ decision: Order.Release, _ message: Message, from peer: Int32) async -> Message {
    guard let id = message.fields["id"], !id.isEmpty else {
      return Message(
        "refused", ["why": "name what is on hold; outrider \(decision == .allow ? "allow" : "deny") lists it"]
      )
    }
    let asker = DecisionRequest.Asker(peer)
    return await decide(DecisionRequest(id: id, decision: decision), by: asker)
  }

  /// Why who asks has no say; nil when he has.
  func objection(to asker: DecisionRequest.Asker) -> String? {
    // Where an agent's own process is not known, the pane's program is all that is known of it.
    let programs = panes.values.filter {
      $0.isReported && $0.pane.reader.state != .exited && executions.roots[$0.pane.id] == nil
    }
    let agents = Set(
      executions.roots.values.map(\.id) + panes.keys.compactMap { agentProcess(of: $0)?.id }
        + programs.map(\.info.process))
    let terminals = agents.compactMap { ProcessFiles.status($0)?.terminal }.filter { $0 != 0 }
    return DecisionRequest.objection(to: asker, agents: agents, terminals: Set(terminals))
  }

  private func decide(_ request: DecisionRequest, by asker: DecisionRequest.Asker) async -> Message {
    if let why = objection(to: asker) { return Message("refused", ["why": why]) }
    guard let exec, await exec.decide(request.id, request.decision, by: "the human") else {
      let held = await exec?.held().map { "\($0.id) (\($0.text))" } ?? []
      let known = held.isEmpty ? "nothing is on hold" : "on hold: " + held.joined(separator: ", ")
      return Message("refused", ["why": "'\(request.id)' is not on hold; \(known)"])
    }
    return Message("ok")
  }
}
