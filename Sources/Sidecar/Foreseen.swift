import Rulebook

/// What other senses have dealt with before the pane shows it, so that it needs no second alert: programs that were
/// held, whose commands Codex shows when they have ended, and edits that a hook refused.
struct Foreseen {
  /// How long the pane may take to show it.
  private static let lag: Duration = .seconds(30)
  private static let most = 32

  /// Newest last; the oldest are forgotten.
  private var verdicts: [(verdict: Verdict, since: Instant)] = []

  mutating func expect(_ verdict: Verdict, at now: Instant) {
    verdicts.append((verdict, now))
    if verdicts.count > Self.most { verdicts.removeFirst() }
  }

  /// Whether a verdict is about something that was expected. A program that was held is shown once; a refused edit
  /// has no place of its own on the pane and is drawn again and again.
  mutating func isShown(by verdict: Verdict, at now: Instant) -> Bool {
    verdicts.removeAll { now - $0.since > Self.lag }
    guard verdict.fact.source == .pane, verdict.fact.phase != .asked,
      let index = verdicts.firstIndex(where: { Self.isSame($0.verdict, verdict) })
    else { return false }
    if verdict.fact.kind != .edit { verdicts.remove(at: index) }
    return true
  }

  /// The same rule about the same command, or about a file of the same name: the pane writes its path in other
  /// words than the hook.
  static func isSame(_ a: Verdict, _ b: Verdict) -> Bool {
    guard a.rule.id == b.rule.id, a.fact.kind == b.fact.kind else { return false }
    guard a.fact.kind == .edit else { return a.fact.text == b.fact.text }
    return a.fact.text.split(separator: "/").last == b.fact.text.split(separator: "/").last
  }
}
