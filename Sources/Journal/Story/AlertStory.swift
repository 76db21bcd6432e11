/// All that is known of one alert: its lines, what was seen when it was raised, and the call that it led to.
public struct AlertStory: Sendable, Encodable {
  /// In the order in which they were written, one at least.
  public let lines: [Alert]
  public let seen: Seen?
  public let escalation: Escalation?

  /// - Parameter escalations: All that are known, resolved ones too.
  public init(lines: [Alert], seen: Seen?, escalations: [Escalation] = []) {
    precondition(!lines.isEmpty, "an alert has a line at least")
    self.lines = lines
    self.seen = seen
    let id = lines[0].id
    escalation = escalations.last { $0.alerts.contains(id) }
  }

  /// The alert as it stands.
  public var alert: Alert { lines[lines.count - 1] }

  /// As one line of JSON, without a newline.
  public var json: String {
    get throws { String(decoding: try jsonLine(), as: UTF8.self) }
  }

  private enum CodingKeys: String, CodingKey {
    case v, id, alert, lines, rule, facts, screen, escalation
  }

  /// One object; what was not kept is left out.
  public func encode(to encoder: any Encoder) throws {
    var line = encoder.container(keyedBy: CodingKeys.self)
    try line.encode(1, forKey: .v)
    try line.encode(alert.id, forKey: .id)
    try line.encode(alert.legible(), forKey: .alert)
    try line.encode(lines.map { $0.legible() }, forKey: .lines)
    try line.encodeIfPresent(seen?.rule, forKey: .rule)
    try line.encodeIfPresent(seen?.facts, forKey: .facts)
    try line.encodeIfPresent(seen?.screen, forKey: .screen)
    try line.encodeIfPresent(escalation, forKey: .escalation)
  }
}
