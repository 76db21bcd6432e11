import Rulebook

/// When the human is called, and called again.
public struct EscalationPolicy: Sendable, Equatable {
  /// How long after each call the next one follows, by severity; the last repeats. Empty: called once.
  public var repeats: [Severity: [Duration]]
  /// When only what is critical may disturb.
  public var quiet: QuietHours?
  /// Causes, each with those that it explains: while the agent has the one trouble, nobody is called for the
  /// others.
  public var explains: [String: Set<String>]

  public init(
    repeats: [Severity: [Duration]] = Self.repeats, quiet: QuietHours? = nil,
    explains: [String: Set<String>] = Self.explains
  ) {
    self.repeats = repeats
    self.quiet = quiet
    self.explains = explains
  }

  public static let repeats: [Severity: [Duration]] = [
    .critical: [.seconds(300), .seconds(900), .seconds(3600)],
    .warning: [.seconds(3600), .seconds(4 * 3600)],
    .info: [],
  ]

  public static let explains: [String: Set<String>] = [
    "agent-exited": ["frozen", "approval-waiting", "api-error-lasting", "rate-limited", "repeat-loop"],
    "login-expired": ["frozen", "api-error-lasting", "rate-limited"],
    "rate-limited": ["frozen", "api-error-lasting"],
    "api-error-lasting": ["frozen"],
    "disk-full": ["frozen", "hook-loop", "repeat-loop"],
    "approval-waiting": ["frozen"],
  ]

  /// Between two calls of what is called once, should it come again.
  public static let rest = Duration.seconds(3600)
  /// How long what was held back waits when its explanation has gone, for it may go as well.
  public static let grace = Duration.seconds(30)

  /// How long after the call of this number, counted from 1, the trouble may call again.
  public func step(after number: Int, _ severity: Severity) -> Duration {
    guard let steps = repeats[severity], !steps.isEmpty else { return Self.rest }
    return steps[min(max(number, 1), steps.count) - 1]
  }

  func isRepeated(_ severity: Severity) -> Bool { !(repeats[severity] ?? []).isEmpty }

  /// How long what nothing shows to be over explains others.
  public static let hold = Duration.seconds(3600)

  /// Whether a trouble is explained by another one of the same agent, which matters as much and is not over.
  func isExplained(_ trouble: Escalation, by other: Escalation, at now: WallTime) -> Bool {
    guard other.state != .resolved, other.agent == trouble.agent, other.severity >= trouble.severity,
      explains[other.cause]?.contains(trouble.cause) ?? false,
      other.cure != .human || now - other.seen < Self.hold
    else { return false }
    // Of two that explain each other one has to be told.
    return !(explains[trouble.cause]?.contains(other.cause) ?? false)
      || trouble.severity < other.severity || other.cause < trouble.cause
  }
}

/// A part of each day, by the clock on the wall.
public struct QuietHours: Sendable, Equatable {
  /// Minutes since midnight; `from` belongs to it, `to` does not. It may lie across midnight.
  public let from: Int
  public let to: Int

  public init(from: Int, to: Int) {
    precondition((0..<1440).contains(from) && (0..<1440).contains(to), "a day has 1440 minutes")
    self.from = from
    self.to = to
  }

  /// - Parameter spelled: `22:00`. Nil for anything else.
  public static func minutes(_ spelled: String) -> Int? {
    let parts = spelled.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    return hour * 60 + minute
  }

  /// - Parameter secondsEast: Of the zone whose clock is meant, at that time.
  public func contains(_ time: WallTime, secondsEast: Int) -> Bool {
    let local = Int(time.milliseconds / 60_000) + secondsEast / 60
    let minute = ((local % 1440) + 1440) % 1440
    return from <= to ? (from..<to).contains(minute) : minute >= from || minute < to
  }
}

extension WallTime {
  public static func + (time: WallTime, duration: Duration) -> WallTime {
    let (seconds, attoseconds) = duration.components
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return WallTime(milliseconds: seconds < 0 ? earliest : latest) }
    let more = milliseconds + attoseconds / 1_000_000_000_000_000
    let (sum, over) = time.milliseconds.addingReportingOverflow(more)
    return WallTime(milliseconds: over ? (more < 0 ? earliest : latest) : sum)
  }

  public static func - (later: WallTime, earlier: WallTime) -> Duration {
    .milliseconds(later.milliseconds - earlier.milliseconds)
  }
}
