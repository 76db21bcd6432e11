/// How much an alert matters: `info` is worth a line, `warning` a look, `critical` must be stopped.
public enum Severity: String, Codable, CaseIterable, Comparable, Sendable {
  case info, warning, critical

  public static func < (a: Severity, b: Severity) -> Bool {
    a.rank < b.rank
  }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .critical: 2
    }
  }
}
