import Glibc
import Rulebook

/// How alerts read on a terminal: one line each, later lines of the same alert below a `↳`.
///
///     13:02:11 CRIT claude:%3 kubectl-apply  kubectl apply -f web.yaml  → stopped (interrupt 0.4 ms, prompt)
///     13:02:14    ↳ claude:%3 kubectl-apply  → corrected (interrupt 0.4 ms, prompt 31 ms)
public struct Rendering: Sendable {
  /// Columns of the terminal; nil writes whole lines. Less than 40 is taken for 40.
  public var width: Int?
  /// Whether the severity is coloured. The caller knows whether this is a terminal and what `NO_COLOR` says.
  public var colours: Bool
  public var zone: Zone

  public enum Zone: Sendable, Equatable {
    case utc
    /// The zone of the system or of `TZ`, summer time included.
    case local
    case fixed(secondsEast: Int)

    /// How far it is east of Greenwich at that time.
    public func secondsEast(at time: WallTime) -> Int {
      switch self {
      case .utc: return 0
      case .fixed(let secondsEast): return secondsEast
      case .local:
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        return localtime_r(&seconds, &parts) == nil ? 0 : Int(parts.tm_gmtoff)
      }
    }
  }

  public init(width: Int? = nil, colours: Bool = false, zone: Zone = .local) {
    self.width = width.map { max($0, 40) }
    self.colours = colours
    self.zone = zone
  }

  /// One line without a newline, free of control characters but for the colours.
  public func line(_ alert: Alert) -> String { line(alert, isFirst: alert.updated == nil) }

  /// The same of an alert of which no line was shown before, also when it has its outcome already.
  public func line(_ alert: Alert, isFirst: Bool) -> String {
    let alert = alert.legible()
    let isUpdate = alert.updated != nil && !isFirst
    let time = clock(alert.updated ?? alert.time)
    let who = "\(alert.agent.label) \(alert.rule)"
    let outcome = ending(alert)
    guard isUpdate else { return row(time, alert, who, outcome) }
    let rest = outcome.isEmpty ? who : "\(who)  \(outcome)"
    return
      "\(time) \(coloured("   ↳", alert.severity)) \(room(beside: time).map { rest.cut(to: $0) } ?? rest)"
  }

  /// Alerts that repeat in one line: how many, since when, and how they ended.
  ///
  ///     13:05:40 CRIT claude:%3 kubectl-apply ×3 since 13:02:11  kubectl apply -f web.yaml  → 2 stopped, 1 too-late
  func line(_ run: AlertRun) -> String {
    let alert = run.last.legible()
    let who = "\(alert.agent.label) \(alert.rule) ×\(run.count) since \(clock(run.since))"
    let outcomes = run.outcomes.map { outcome, count in
      (
        count: count,
        words: outcome == .raised ? "under way" : legible(outcome.rawValue, bytes: Alert.Bounds.name)
      )
    }.sorted { ($1.count, $0.words) < ($0.count, $1.words) }
    let outcome =
      outcomes.count < 2
      ? ending(alert)
      : "→ " + outcomes.map { "\($0.count) \($0.words)" }.joined(separator: ", ")
    return row(clock(alert.updated ?? alert.time), alert, who, outcome)
  }

  private func row(_ time: String, _ alert: Alert, _ who: String, _ outcome: String) -> String {
    // The outcome is what people look for: the text gives way first.
    let room = room(beside: time)
    let taken = who.columns + 2 + (outcome.isEmpty ? 0 : outcome.columns + 2)
    let text = room.map { alert.text.cut(to: max(16, $0 - taken)) } ?? alert.text
    let rest = "\(who)  \(text)" + (outcome.isEmpty ? "" : "  \(outcome)")
    return
      "\(time) \(coloured(alert.severity.label, alert.severity)) \(room.map { rest.cut(to: $0) } ?? rest)"
  }

  private func room(beside time: String) -> Int? { width.map { $0 - time.count - 6 } }

  /// One line for what the log itself has to say; nil for an alert.
  public func note(_ event: AlertReader.Event) -> String? {
    switch event {
    case .alert: nil
    case .unreadable(let file, let line, let reason): "\(file):\(line): skipped: \(reason)"
    case .truncated(let file): "\(file): was truncated; reading it from the beginning"
    case .missed(let file): "\(file): was rotated out before it was read; lines are missing here"
    }
  }

  private func ending(_ alert: Alert) -> String {
    let deeds = alert.actions.map(Self.deed).joined(separator: ", ")
    if alert.outcome == .raised { return deeds.isEmpty ? "" : "(\(deeds))" }
    return "→ \(alert.outcome.rawValue)" + (deeds.isEmpty ? "" : " (\(deeds))")
  }

  static func deed(_ deed: Alert.Deed) -> String {
    let took = deed.ms.map { " \(duration($0))" } ?? ""
    return switch deed.result {
    case "done", "": deed.action + took
    case "would": "would \(deed.action)"
    default: "\(deed.action)\(took): \(deed.result)"
    }
  }

  /// Two digits that matter, more or less: `0.4 ms`, `31 ms`, `2.5 s`.
  static func duration(_ ms: Double) -> String {
    guard ms.isFinite, abs(ms) < 1e12 else { return "? ms" }
    func tenths(_ value: Double) -> String {
      let tenths = Int((value * 10).rounded())
      return "\(tenths / 10).\(abs(tenths % 10))"
    }
    if ms < 9.95 { return "\(tenths(max(0, ms))) ms" }
    return ms < 999.5 ? "\(Int(ms.rounded())) ms" : "\(tenths(ms / 1000)) s"
  }

  func clock(_ time: WallTime) -> String { time.clock(secondsEast: zone.secondsEast(at: time)) }

  /// The clock with milliseconds: `13:02:11.042`.
  func moment(_ time: WallTime) -> String {
    let rest = (time.milliseconds % 1000 + 1000) % 1000
    return "\(clock(time)).\(String(rest + 1000).dropFirst())"
  }

  private func coloured(_ label: String, _ severity: Severity) -> String {
    guard colours else { return label }
    let colour =
      switch severity {
      case .critical: "1;31"
      case .warning: "33"
      case .info: "36"
      }
    return "\u{1B}[\(colour)m\(label)\u{1B}[0m"
  }
}

extension Severity {
  /// Four letters, so that columns stay.
  fileprivate var label: String {
    switch self {
    case .critical: "CRIT"
    case .warning: "WARN"
    case .info: "INFO"
    }
  }
}
