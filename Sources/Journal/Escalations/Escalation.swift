import Rulebook

/// One trouble of one agent about which a human is called, until its cause has gone.
///
/// All alerts of one agent with one cause, which is the rule, are one trouble.
public struct Escalation: Sendable, Equatable, Codable, Identifiable {
  public enum State: String, Sendable, Codable {
    case open
    /// A human knows; nobody is called until it returns.
    case acknowledged
    /// Its cause has gone; or the human has dealt with it otherwise.
    case resolved
  }

  /// The id of the alert that opened it first.
  public let id: String
  /// The newest of its alerts.
  public internal(set) var alert: Alert
  /// The highest of its alerts'.
  public internal(set) var severity: Severity
  /// The ids of its alerts, the newest 32.
  public internal(set) var alerts: [String]
  /// How many alerts it had since it was opened.
  public internal(set) var count = 1
  public internal(set) var state = State.open
  public internal(set) var cure: Cure
  /// When it was opened, or opened again.
  public internal(set) var opened: WallTime
  /// When its state changed last.
  public internal(set) var changed: WallTime
  /// When its last alert came.
  public internal(set) var seen: WallTime
  /// Who acknowledged it.
  public internal(set) var by: String?
  /// How often it has come back after it had gone.
  public internal(set) var returns = 0
  /// How often the human was called since the back-off began.
  public internal(set) var calls = 0
  public internal(set) var lastCall: WallTime?
  /// When the human is to be called next, unless something holds it back; nil for not again.
  public internal(set) var due: WallTime?
  /// The human was called since it was opened, so that its end is worth telling.
  public internal(set) var isTold = false
  /// It fell due in quiet hours and waits for the morning.
  public internal(set) var waitsForMorning = false

  /// What is wrong, by the name of the rule.
  public var cause: String { alert.rule }
  /// Whose trouble it is: the pane, or the name of an agent without one.
  public var agent: String { Self.agent(of: alert) }
  var key: Key { Key(agent: agent, cause: cause) }

  struct Key: Hashable {
    let agent: String
    let cause: String
  }

  /// Alerts that are remembered by id.
  static let mostAlerts = 32

  init(_ alert: Alert, cure: Cure, at now: WallTime) {
    id = alert.id
    self.alert = alert
    self.cure = cure
    severity = alert.severity
    alerts = [alert.id]
    opened = now
    changed = now
    seen = now
    due = now
  }

  static func agent(of alert: Alert) -> String { alert.agent.pane ?? alert.agent.name }

  /// Takes a further alert of the same trouble.
  mutating func add(_ alert: Alert, at now: WallTime) {
    self.alert = alert
    seen = now
    severity = max(severity, alert.severity)
    guard !alerts.contains(alert.id) else { return }
    count += 1
    alerts.append(alert.id)
    if alerts.count > Self.mostAlerts { alerts.removeFirst() }
  }
}

/// One call for the human, as every notifier gets it.
public struct Call: Sendable, Equatable, Codable, Identifiable {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case opened, repeated, reopened, resolved
    /// What came in quiet hours, together.
    case digest
    case test
  }

  /// The same each time that one and the same call is tried.
  public let id: String
  public let kind: Kind
  public let time: WallTime
  /// What it is about; of a digest the first of `all`.
  public let escalation: Escalation
  /// What a digest tells of; of other calls just the one.
  public let all: [Escalation]

  init(_ kind: Kind, _ all: [Escalation], at now: WallTime) {
    precondition(!all.isEmpty, "a call is about something")
    self.kind = kind
    self.all = all
    escalation = all[0]
    time = now
    id = "\(all[0].id)-\(kind.rawValue)-\(now.milliseconds)"
  }

  /// A call that tries a notifier.
  public static func test(host: String, at now: WallTime) -> Call {
    let alert = Alert(
      time: now, id: "test", rule: "notify-test", severity: .info, agent: Alert.Agent(name: "outrider"),
      source: Alert.Source(rawValue: "test"), text: "This is a test of this notifier on \(host).",
      why: "Somebody ran: outrider notify --test", outcome: .escalated)
    return Call(.test, [Escalation(alert, cure: .human, at: now)], at: now)
  }
}
