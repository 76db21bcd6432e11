import Rulebook

/// Lines of the log that follow each other and tell the same: one agent, one rule, one text.
///
/// As long as they are of one alert, they are shown one by one; from the second alert on they are one line with
/// their number.
public struct AlertRun: Sendable, Equatable {
  /// What alerts must have in common to be counted together.
  struct Key: Sendable, Equatable {
    let agent: Alert.Agent
    let rule: String
    let severity: Severity
    let text: String

    init(_ alert: Alert) {
      agent = alert.agent
      rule = alert.rule
      severity = alert.severity
      text = alert.text
    }
  }

  let key: Key
  /// The lines of the only alert so far, each with whether the alert had none before; empty when there are several.
  private(set) var lines: [(alert: Alert, isFirst: Bool)] = []
  /// The last line.
  private(set) var last: Alert
  /// How many alerts there are.
  private(set) var count = 1
  /// When the first was raised.
  private(set) var since: WallTime
  private(set) var outcomes: [Alert.Outcome: Int] = [:]
  /// How the last ones ended as far as is known, newest last.
  private var recent: [(id: String, outcome: Alert.Outcome)] = []
  /// It goes on with an alert that was shown before, and so does not count it again.
  private let isContinued: Bool

  /// Alerts whose outcome can still change; an older one's last line is counted as it is.
  static let mostRecent = 256
  /// Lines of one alert that are kept; of more, the first and the last ones.
  private static let mostLines = 64

  init(_ alert: Alert, isFirst: Bool) {
    key = Key(alert)
    last = alert
    since = alert.time
    isContinued = !isFirst
    lines = [(alert, isFirst)]
    note(alert)
  }

  public static func == (a: AlertRun, b: AlertRun) -> Bool {
    a.key == b.key && a.last == b.last && a.count == b.count && a.since == b.since
      && a.outcomes == b.outcomes
  }

  /// Lines that it takes on a terminal, without details.
  var height: Int { lines.isEmpty ? 1 : lines.count }

  /// The ids of its alerts, as far as they are remembered.
  var ids: [String] { recent.map(\.id) }

  /// The same with its first line as the first of its alert, when that has none above.
  func beginning(_ isNew: (String) -> Bool) -> AlertRun {
    var run = self
    if let first = lines.first, isNew(first.alert.id) { run.lines[0].isFirst = true }
    return run
  }

  /// Only the last so many lines.
  func suffix(_ count: Int) -> AlertRun {
    var run = self
    run.lines = lines.suffix(count)
    return run
  }

  /// Takes a further line, unless it tells something else.
  mutating func take(_ alert: Alert, isFirst: Bool) -> Bool {
    guard Key(alert) == key else { return false }
    let isKnown = recent.contains { $0.id == alert.id }
    guard isKnown || (isFirst && !isContinued) else { return false }
    last = alert
    note(alert)
    if !isKnown {
      count += 1
      lines = []
    } else if count == 1 {
      lines.append((alert, isFirst))
      if lines.count > Self.mostLines { lines.remove(at: 1) }
    }
    return true
  }

  private mutating func note(_ alert: Alert) {
    outcomes[alert.outcome, default: 0] += 1
    if let index = recent.firstIndex(where: { $0.id == alert.id }) {
      let before = recent[index].outcome
      outcomes[before, default: 1] -= 1
      if outcomes[before] == 0 { outcomes[before] = nil }
      recent[index].outcome = alert.outcome
    } else {
      recent.append((alert.id, alert.outcome))
      if recent.count > Self.mostRecent { recent.removeFirst() }
    }
  }
}

/// Which alerts have a line already.
struct ShownAlerts: Sendable {
  private static let most = 4096
  private var ids: Set<String> = []

  mutating func isFirst(_ id: String) -> Bool {
    // One that comes up again after so many others stands better by itself.
    if ids.count >= Self.most { ids = [] }
    return ids.insert(id).inserted
  }
}
