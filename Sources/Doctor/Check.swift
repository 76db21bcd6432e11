/// One thing that Outrider needs or is better with, and how to find out whether it is there.
///
/// A new one is a value of this type in `Examination.checks`.
public struct Check: Sendable {
  let look: @Sendable (Surroundings) async -> [Finding]

  init(_ look: @escaping @Sendable (Surroundings) async -> [Finding]) {
    self.look = look
  }
}

/// What a check came to: one line.
public struct Finding: Sendable, Equatable {
  public enum Level: String, Sendable, Comparable, CaseIterable {
    case ok, warning, problem
    /// Something without which Outrider cannot work at all.
    case missing

    public static func < (left: Level, right: Level) -> Bool {
      allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
  }

  /// What was looked at.
  public let subject: String
  public let level: Level
  /// What is so.
  public let what: String
  /// What to do about it; nil when all is well.
  public let advice: String?

  static func ok(_ subject: String, _ what: String) -> Finding {
    Finding(subject: subject, level: .ok, what: what, advice: nil)
  }

  static func warning(_ subject: String, _ what: String, _ advice: String) -> Finding {
    Finding(subject: subject, level: .warning, what: what, advice: advice)
  }

  static func problem(_ subject: String, _ what: String, _ advice: String) -> Finding {
    Finding(subject: subject, level: .problem, what: what, advice: advice)
  }

  static func missing(_ subject: String, _ what: String, _ advice: String) -> Finding {
    Finding(subject: subject, level: .missing, what: what, advice: advice)
  }
}

/// Looks at everything that Outrider stands on.
public enum Examination {
  /// In the order in which they are told.
  static let checks: [Check] = [
    .tmux, .patterns, .screen, .rules, .alertLog, .sidecar, .heartbeat, .executions, .hooks(of: .claudeCode),
    .statusLine(of: .claudeCode),
    .version(of: .claudeCode), .hooks(of: .codex), .statusLine(of: .codex), .version(of: .codex), .notifiers,
  ]

  public static func findings(in surroundings: Surroundings) async -> [Finding] {
    var findings: [Finding] = []
    for check in checks { findings += await check.look(surroundings) }
    return findings
  }
}
