import Rulebook

/// How an alert's story reads on a terminal.
///
/// Pure; no line holds a control character, and none is wider than the terminal.
public struct StoryText: Sendable {
  private let rendering: Rendering

  /// - Parameter rendering: Its width, colours and zone.
  public init(_ rendering: Rendering) {
    self.rendering = rendering
  }

  public func lines(_ story: AlertStory) -> [String] {
    let alert = story.alert.legible()
    var lines = [rendering.line(alert, isFirst: true), ""]
    lines += head(alert, story)
    lines += section("facts", facts(story.seen))
    lines += section("shown by", alert.evidence.map { "  \($0)" })
    lines += section("actions", actions(alert))
    lines += section("lines of this alert", story.lines.map { "  \(line($0.legible()))" })
    lines += section("escalation", escalation(story.escalation, alert))
    return lines.map(cut) + screen(story.seen)
  }

  private func head(_ alert: Alert, _ story: AlertStory) -> [String] {
    var rows = [("id", alert.id)]
    let session = alert.agent.session.map { " in session \($0)" } ?? ""
    rows.append(("agent", "\(alert.agent.label)\(session)\(alert.agent.cwd.map { ", \($0)" } ?? "")"))
    rows.append(("when", "\(alert.time.iso8601), seen by \(alert.source.rawValue)"))
    let place = story.seen.map { "\($0.rule.file):\($0.rule.line)" }
    rows.append(("rule", alert.rule + (place.map { ", \($0)" } ?? "; where it stood was not kept")))
    if let why = alert.why { rows.append(("why", why)) }
    if let instead = alert.instead { rows.append(("instead", instead)) }
    return rows.flatMap { name, text in
      // What an agent was told is read in full.
      wrapped(text).enumerated().map { index, part in
        "\(TerminalText.fitted(index == 0 ? name : "", to: Self.margin))\(part)"
      }
    }
  }

  private static let margin = 9

  private func facts(_ seen: Seen?) -> [String] {
    guard let seen else { return ["  none were kept with this alert"] }
    return seen.facts.enumerated().flatMap { index, fact in
      let isLast = index == seen.facts.count - 1
      let fields = fact.fields.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "  ")
      let head =
        "\(isLast ? "→" : " ") \(rendering.moment(fact.time)) \(fact.source) \(fact.kind): \(fact.text)"
      return [head] + (fields.isEmpty ? [] : ["      \(fields)"])
    }
  }

  private func actions(_ alert: Alert) -> [String] {
    guard !alert.actions.isEmpty else { return ["  none"] }
    let width = alert.actions.map { $0.action.count }.max() ?? 0
    return alert.actions.map { deed in
      let took = deed.ms.map { " in \(Rendering.duration($0))" } ?? ""
      let proof = deed.proof.map { ": \($0)" } ?? ""
      return "  \(TerminalText.fitted(deed.action, to: width))  \(deed.result)\(took)\(proof)"
    }
  }

  private func line(_ alert: Alert) -> String {
    let time = rendering.moment(alert.updated ?? alert.time)
    let deeds = alert.actions.map(Rendering.deed).joined(separator: ", ")
    return "\(time) \(alert.outcome.rawValue)" + (deeds.isEmpty ? "" : " (\(deeds))")
  }

  private func escalation(_ trouble: Escalation?, _ alert: Alert) -> [String] {
    guard let trouble else {
      return alert.actions.contains { $0.action == Action.escalate.rawValue }
        ? ["  it is over, and no longer kept"] : ["  none: no human was called"]
    }
    var lines = ["  \(trouble.state.rawValue) since \(rendering.moment(trouble.changed))"]
    if let by = trouble.by { lines[0] += ", by \(legible(by, bytes: Alert.Bounds.name))" }
    let last = trouble.lastCall.map { ", last at \(rendering.moment($0))" } ?? ""
    lines.append(
      "  opened \(rendering.moment(trouble.opened)), \(counted(trouble.calls, "call"))\(last)")
    if trouble.count > 1 {
      lines.append(
        "  \(trouble.count) alerts of one trouble: outrider ack \(legible(trouble.id, bytes: Alert.Bounds.name))"
      )
    }
    if trouble.returns > 0 { lines.append("  it came back \(counted(trouble.returns, "time"))") }
    return lines
  }

  private func screen(_ seen: Seen?) -> [String] {
    guard let seen else {
      return ["", cut("screen: not kept; only the newest alerts that a rule raised have theirs")]
    }
    guard let rows = seen.screen else {
      return ["", cut("screen: none; no pane of the agent was watched when it was raised")]
    }
    return ["", "screen as it was"] + rows.map { cut("│ \($0)") }
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["", title] + lines
  }

  private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private func cut(_ line: String) -> String { rendering.width.map { line.cut(to: $0) } ?? line }

  /// The text in lines that fit beside the margin, broken between words.
  private func wrapped(_ text: String) -> [String] {
    guard let width = rendering.width.map({ $0 - Self.margin }) else { return [text] }
    var lines = [""]
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let joined = lines[lines.count - 1] + (lines[lines.count - 1].isEmpty ? "" : " ") + word
      if joined.columns <= width || lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = joined
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension Alert.Deed {
  /// What proves that an action was done; nil where its result says it, or nothing does.
  var proof: String? {
    switch (Action(rawValue: action), result) {
    case (.deny, "done"): "the hook was answered before the command ran"
    case (.interrupt, "confirmed"): "the agent showed that it was interrupted"
    case (.prompt, "delivered"): "it was read back, sent, and seen among the agent's prompts"
    case (.prompt, "told by the hook"): "the agent gets it with the hook's answer"
    case (.restart, "done"): "the agent runs again and was told its task"
    case (.escalate, "done"): "handed to the notifiers"
    case (.run, "done"): "handed to the program"
    default: nil
    }
  }
}
