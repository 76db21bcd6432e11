import Journal
import Rulebook
import Senses

/// What a pane shows, held against what hooks and the kernel say of the same: so that a command has one alert,
/// whichever sense saw it first.
struct OtherSenses {
  /// How long a command that the pane shows waits for the hook that will be asked about it: a hook takes some
  /// milliseconds, and a refused command needs no Escape.
  static let grace: Duration = .milliseconds(250)
  private static let most = 32

  /// Something that the pane showed first though a hook will be asked about it.
  struct Parked {
    let verdict: Verdict
    let alert: Alert
    let since: Instant
  }

  /// The agent's hooks have asked before.
  var hasHooks = false
  private var parked: [Parked] = []
  /// What has its alert though the pane has not shown it yet.
  private var foreseen = Foreseen()
  /// Alerts about commands that a hook refused, newest last.
  private var refused: [Alert] = []

  /// When the first that is parked has waited long enough.
  var deadline: Instant? { parked.first.map { $0.since + Self.grace } }

  /// Parks a verdict of the pane if a hook will say more of the same in a moment.
  ///
  /// - Parameter isKnown: Whether hooks have told of a story.
  mutating func park(
    _ verdict: Verdict, _ alert: Alert, isKnown: (UInt64) -> Bool, at now: Instant
  ) -> Bool {
    guard hasHooks, verdict.fact.source == .pane, verdict.rule.actions.contains(.deny),
      parked.count < Self.most
    else { return false }
    if verdict.fact.kind != .edit {
      guard let story = verdict.fact.story, verdict.fact.phase != .ran, !isKnown(story) else { return false }
    }
    parked.append(Parked(verdict: verdict, alert: alert, since: now))
    return true
  }

  /// Those for which no hook came in time.
  mutating func overdue(at now: Instant) -> [Parked] {
    let due = parked.filter { now - $0.since >= Self.grace }
    parked.removeAll { now - $0.since >= Self.grace }
    return due
  }

  /// All that are parked: no hook will come any more.
  mutating func unpark() -> [Parked] {
    defer { parked = [] }
    return parked
  }

  /// A hook or the kernel has dealt with it. Whether it was parked.
  mutating func settle(_ isSame: (Verdict) -> Bool) -> Bool {
    let before = parked.count
    parked.removeAll { isSame($0.verdict) }
    return parked.count < before
  }

  /// A hook refuses an edit; what the pane showed of it, or will show, needs nothing more.
  mutating func refuseEdit(_ verdict: Verdict, at now: Instant) {
    if let index = parked.firstIndex(where: { Foreseen.isSame($0.verdict, verdict) }) {
      parked.remove(at: index)
    } else {
      foreseen.expect(verdict, at: now)
    }
  }

  mutating func expect(_ verdict: Verdict, at now: Instant) {
    foreseen.expect(verdict, at: now)
  }

  /// Whether another sense has dealt with what the verdict is about.
  mutating func isForeseen(_ verdict: Verdict, at now: Instant) -> Bool {
    foreseen.isShown(by: verdict, at: now)
  }

  /// Remembers an alert about what was refused, in case that it runs all the same.
  mutating func remember(refused alert: Alert) {
    refused.append(alert)
    if refused.count > Self.most { refused.removeFirst() }
  }

  /// The alert about a command that was refused and ran all the same.
  mutating func takeRefused(_ fact: Fact) -> Alert? {
    guard fact.source != .pane, let story = fact.storyName,
      let index = refused.firstIndex(where: { $0.story == story })
    else { return nil }
    return refused.remove(at: index)
  }
}
