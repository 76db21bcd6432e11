import Journal
import Rulebook

/// How a fleet reads on a terminal: who needs a human, then a row for each agent, and below it what waits.
///
///     1 of 2 needs you: codex:%4 asks for 4m: kubectl apply -f web.yaml
///     AGENT           REPOSITORY, BRANCH    STATE          LEFT  Q  LAST ALERT
///     claude-code:%3  shop fix/cart         working 3m12s   56%  2  kubectl-apply 5m
///
/// Pure: no line is wider than the terminal, whatever the names hold.
public struct StatusTable: Sendable {
  public var width: Int
  public var colours: Bool

  /// Narrower ones are taken for this.
  static let narrowest = 60
  /// Texts below a row.
  private static let mostBelow = 3

  public init(width: Int?, colours: Bool) {
    self.width = max(width ?? 80, Self.narrowest)
    self.colours = colours
  }

  public func lines(_ fleets: [FleetStatus]) -> [String] {
    let agents = fleets.flatMap(\.agents)
    var lines = [summary(agents, fleets)]
    if !agents.isEmpty {
      lines.append(bold(row("AGENT", "REPOSITORY, BRANCH", "STATE", "LEFT", "Q", "LAST ALERT")))
    }
    for fleet in fleets {
      if fleets.count > 1 { lines.append(cut("tmux server \(legible(fleet.server))")) }
      for agent in fleet.agents { lines += rows(agent, at: fleet.time) }
      lines += fleet.stranded.map { item in
        cut(
          "queued for \(legible(item.agent)), which is not there: '\(legible(item.text))' (\(legible(item.id)))"
        )
      }
    }
    return lines
  }

  private func summary(_ agents: [AgentStatus], _ fleets: [FleetStatus]) -> String {
    let observing = fleets.contains(where: \.observing) ? " (observing only)" : ""
    guard !agents.isEmpty else { return cut("no agent is seen in any pane\(observing)") }
    let needs = Need.all(of: agents)
    guard let first = needs.first else {
      let counts = Dictionary(grouping: agents, by: \.state).mapValues(\.count).sorted { $0.key < $1.key }
      return cut("nobody needs you: " + counts.map { "\($1) \($0)" }.joined(separator: ", ") + observing)
    }
    let count = agents.count == 1 ? "" : "\(needs.count) of \(agents.count) "
    let verb = needs.count == 1 ? "needs you" : "need you"
    let rest =
      needs.count > 1 ? "; " + needs.dropFirst().map { "\($0.agent) \($0.text)" }.joined(separator: "; ") : ""
    let text = cut(legible("\(count)\(verb): \(first.agent) \(first.text)\(rest)") + observing)
    return first.urgency < .limited ? coloured(text, "1;31") : coloured(text, "33")
  }

  private func rows(_ agent: AgentStatus, at now: WallTime) -> [String] {
    let place =
      agent.repository.map { root in
        legible(root.split(separator: "/").last.map(String.init) ?? "/")
          + (agent.branch.map { " " + legible($0) } ?? "")
      } ?? legible(agent.cwd)
    let long = agent.seconds.map { " " + AgentStatus.spelled($0) } ?? ""
    let state = agent.stalled ? "stalled \(agent.still.map(AgentStatus.spelled) ?? "")" : agent.state + long
    let alert = agent.alert.map { alert in
      let age = AgentStatus.spelled(Int(max(0, now.milliseconds - alert.time.milliseconds) / 1000))
      return "\(age) \(legible(alert.rule))"
    }
    let queue = agent.queue.isEmpty ? "" : "\(agent.queue.count)"
    let head = row(
      legible(agent.label), place, legible(state),
      agent.context.flatMap { $0.isFinite ? "\(Int(max(0, min(100, $0))))%" : nil } ?? "-", queue,
      alert ?? "-")
    var below: [String] = []
    if let program = agent.held.first {
      below.append(
        "holds '\(program.text)', \(program.then) in \(AgentStatus.spelled(program.left)): outrider allow|deny \(program.id)"
      )
    } else if let waits = agent.waits, waits != "a task" || agent.queue.isEmpty {
      below.append("waits for \(waits)")
    }
    // What waits to be typed now is said above.
    let isSaid = agent.held.isEmpty && agent.state == AgentState.idle.rawValue
    below += agent.queue.dropFirst(isSaid ? 1 : 0).prefix(Self.mostBelow).map { item in
      "queued '\(item.text)' (\(item.id)\(item.state == "waiting" ? "" : ", \(item.state)"))"
    }
    below += agent.reviews?.prefix(Self.mostBelow) ?? []
    if agent.stalled { below += [agent.clocks.joined(separator: ", ")] }
    let paint = agent.need.map { $0.urgency < .limited ? "1;31" : "33" }
    return [paint.map { coloured(head, $0) } ?? head] + below.map { faint(cut("  " + legible($0))) }
  }

  private func row(
    _ agent: String, _ place: String, _ state: String, _ left: String, _ queue: String, _ alert: String
  ) -> String {
    // What is left over goes to the two that vary most.
    let spare = width - 80
    let place = TerminalText.fitted(place, to: max(10, 20 + spare / 2))
    let last = max(6, 19 + spare - spare / 2)
    let text =
      [
        TerminalText.fitted(agent, to: 15), place, TerminalText.fitted(state, to: 15),
        String(repeating: " ", count: max(0, 4 - TerminalText.columns(left))) + left,
        TerminalText.fitted(queue, to: 2), TerminalText.cut(alert, to: last),
      ].joined(separator: " ")
    return cut(text)
  }

  private func legible(_ text: String) -> String { TerminalText.legible(text, bytes: 1024) }

  /// Without blanks at the end.
  private func cut(_ text: String) -> String {
    var text = TerminalText.cut(text, to: width)
    while text.last == " " { text.removeLast() }
    return text
  }

  private func bold(_ text: String) -> String { coloured(text, "1") }
  private func faint(_ text: String) -> String { coloured(text, "2") }

  private func coloured(_ text: String, _ code: String) -> String {
    colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
