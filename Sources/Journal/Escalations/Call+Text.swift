import Rulebook

/// How a call reads. Free of control characters, bounded; each channel still has to quote what it expands.
extension Call {
  /// A few words: what, and whose.
  public var title: String {
    let alert = escalation.alert.legible()
    let what = "\(alert.rule) \(alert.agent.label)"
    return switch kind {
    case .opened: "\(escalation.severity.rawValue.uppercased()) \(what)"
    case .repeated: "STILL \(what)"
    case .reopened: "AGAIN \(what)"
    case .resolved: "RESOLVED \(what)"
    case .digest: "In quiet hours: \(all.count) trouble\(all.count == 1 ? "" : "s")"
    case .test: "Outrider's test"
    }
  }

  /// What happened, a line each; of a digest, a line a trouble.
  public var lines: [String] {
    if kind == .digest { return digestLines }
    let alert = escalation.alert.legible()
    var lines = [cleaned(alert.text, limit: 400)]
    if kind == .resolved { lines.append("It has gone by itself.") }
    if let why = alert.why, kind != .resolved { lines.append(cleaned(why, limit: 400)) }
    if escalation.count > 1 { lines.append("\(escalation.count) times since \(escalation.opened.iso8601)") }
    if kind == .opened || kind == .repeated || kind == .reopened {
      if let way = alert.wayToAllow { lines.append(cleaned(way, limit: 400)) }
      lines.append(cleaned("outrider ack \(escalation.id)", limit: 256))
    }
    return lines
  }

  /// Lines that a digest shows of its troubles.
  private static let mostLines = 40

  private var digestLines: [String] {
    let shown = all.prefix(Self.mostLines).map { trouble in
      let alert = trouble.alert.legible()
      let state = trouble.state == .resolved ? "gone" : trouble.severity.rawValue
      return "\(state): \(alert.rule) \(alert.agent.label): \(cleaned(alert.text, limit: 120))"
    }
    return shown + (all.count > shown.count ? ["… and \(all.count - shown.count) more"] : [])
  }

  /// All of it in one line, of so many characters at most.
  public func line(limit: Int) -> String {
    cleaned("\(title): \(lines[0])", limit: limit)
  }

  /// The call as one line of JSON: the alert, and about the call in `call`.
  ///
  /// A program that reads an alert can read it, too.
  public var json: String {
    var alert = escalation.alert.legible()
    if kind == .digest {
      alert.text = title
      alert.evidence = lines
    }
    let about = About(
      id: cleaned(id, limit: 256), kind: kind, trouble: cleaned(escalation.id, limit: 256),
      severity: escalation.severity, time: time,
      opened: escalation.opened, count: escalation.count, number: escalation.calls)
    let call = String(decoding: (try? about.jsonLine()) ?? Array("{}".utf8), as: UTF8.self)
    let text = alert.json
    guard text.hasSuffix("}"), text.utf8.count > 2 else { return text }
    return "\(text.dropLast()),\"call\":\(call)}"
  }
  /// The field `call` of the JSON.
  private struct About: Encodable {
    let id: String
    let kind: Kind
    let trouble: String
    let severity: Severity
    let time: WallTime
    let opened: WallTime
    let count: Int
    let number: Int
  }
}
