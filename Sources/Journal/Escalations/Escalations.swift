import Rulebook

/// All troubles for which a human is called, and what is to be told of them when.
///
/// A value that is told the time. Each call that it gives out counts as made; who carries it out sees to it
/// that it arrives.
public struct Escalations: Sendable, Equatable, Codable {
  /// In the order in which they were first opened.
  public internal(set) var all: [Escalation] = []
  public internal(set) var silences: [Silence] = []
  /// Only what is critical may disturb now.
  public private(set) var isQuiet = false

  /// What is over is kept for a day, to be known when it returns.
  static let memory = Duration.seconds(86_400)
  /// What a human knows of and is not over.
  static let patience = Duration.seconds(7 * 86_400)
  /// Troubles that are kept. Beyond that the one that matters least is forgotten.
  static let most = 512

  public init() {}

  /// Those that are not over.
  public var open: [Escalation] { all.filter { $0.state != .resolved } }

  /// An alert for which a human is wanted.
  public mutating func take(
    _ alert: Alert, cure: Cure, at now: WallTime, by policy: EscalationPolicy
  ) {
    let key = Escalation.Key(agent: Escalation.agent(of: alert), cause: alert.rule)
    guard let index = all.firstIndex(where: { $0.key == key }) else {
      all.append(Escalation(alert, cure: cure, at: now))
      if all.count > Self.most { forgetLeast() }
      return
    }
    let isWorse = alert.severity > all[index].severity
    let isKnown = all[index].alerts.contains(alert.id)
    all[index].add(alert, at: now)
    all[index].cure = cure
    switch all[index].state {
    case .open:
      if isWorse { hurry(index, at: now) }
    case .acknowledged:
      // What lasts is known; what was done once more is news.
      if isWorse || (cure == .human && !isKnown) { reopen(index, isWorse: isWorse, at: now, by: policy) }
    case .resolved:
      reopen(index, isWorse: isWorse, at: now, by: policy)
    }
  }

  /// A further line of an alert: when it tells that the matter is settled, so is the trouble.
  public mutating func note(_ alert: Alert, at now: WallTime) -> [Call] {
    // Most alerts are nobody's trouble.
    guard let index = all.firstIndex(where: { $0.alerts.contains(alert.id) }) else { return [] }
    let before = all[index].alert
    guard before.id == alert.id else { return [] }
    all[index].alert = alert
    let settled: [Alert.Outcome] = [.resolved, .denied, .held, .stopped, .corrected]
    guard before.outcome != alert.outcome, settled.contains(alert.outcome) else { return [] }
    return resolve([index], at: now)
  }

  /// A fact about an agent: it may tell that a trouble is over.
  public mutating func hear(_ fact: Fact, at now: WallTime) -> [Call] {
    resolve(all.indices.filter { all[$0].agent == fact.agent && all[$0].cure.isSeen(in: fact) }, at: now)
  }

  /// The agent's pane has gone.
  public mutating func leave(_ agent: String, at now: WallTime) -> [Call] {
    resolve(all.indices.filter { all[$0].agent == agent && all[$0].cure.comesWithEnd }, at: now)
  }

  private mutating func resolve(_ indices: [Int], at now: WallTime) -> [Call] {
    var calls: [Call] = []
    for index in indices where all[index].state != .resolved {
      // What was acknowledged needs no word any more.
      let isTold = all[index].isTold && all[index].state == .open
      all[index].state = .resolved
      all[index].changed = now
      all[index].due = nil
      guard isTold, !isSilenced(all[index], at: now) else { continue }
      if isQuiet, all[index].severity < .critical {
        all[index].waitsForMorning = true
      } else {
        calls.append(Call(.resolved, [all[index]], at: now))
      }
    }
    return calls
  }

  private mutating func reopen(_ index: Int, isWorse: Bool, at now: WallTime, by policy: EscalationPolicy) {
    all[index].state = .open
    all[index].opened = now
    all[index].changed = now
    all[index].by = nil
    all[index].returns += 1
    all[index].count = 1
    all[index].isTold = false
    all[index].waitsForMorning = false
    if isWorse { return hurry(index, at: now) }
    all[index].due = earliest(all[index], at: now, by: policy)
    if all[index].due == now { all[index].calls = 0 }
  }

  /// What has become worse is told at once.
  private mutating func hurry(_ index: Int, at now: WallTime) {
    all[index].calls = 0
    all[index].due = now
  }

  /// When the back-off lets the trouble call again.
  private func earliest(_ trouble: Escalation, at now: WallTime, by policy: EscalationPolicy) -> WallTime {
    guard let last = trouble.lastCall, last <= now else { return now }
    return max(now, last + policy.step(after: trouble.calls, trouble.severity))
  }

  /// The calls that are due.
  ///
  /// - Parameter secondsEast: Of the human's zone.
  public mutating func tick(
    at now: WallTime, secondsEast: Int, by policy: EscalationPolicy
  ) -> [Call] {
    isQuiet = policy.quiet?.contains(now, secondsEast: secondsEast) ?? false
    silences.removeAll { !$0.holds(at: now) }
    forget(at: now)
    var calls: [Call] = []
    for index in all.indices where all[index].state == .open {
      keepUp(index, at: now, by: policy)
      guard let due = all[index].due, due <= now else { continue }
      if isSilenced(all[index], at: now) || isExplained(all[index], at: now, by: policy) {
        all[index].due = now + EscalationPolicy.grace
        continue
      }
      if isQuiet, all[index].severity < .critical {
        all[index].waitsForMorning = true
        continue
      }
      if all[index].waitsForMorning { continue }
      calls.append(call(index, at: now, by: policy))
    }
    if !isQuiet { calls += morning(at: now, by: policy) }
    return calls
  }

  /// When `tick` has something to do next; it may also be asked earlier, and has to be once a minute.
  public var nextDue: WallTime? {
    all.lazy.filter { $0.state == .open && !$0.waitsForMorning }.compactMap(\.due).min()
  }

  /// A clock that was set back makes nobody wait longer than the back-off.
  private mutating func keepUp(_ index: Int, at now: WallTime, by policy: EscalationPolicy) {
    guard let due = all[index].due else { return }
    let latest = now + max(policy.step(after: all[index].calls, all[index].severity), EscalationPolicy.grace)
    if due > latest { all[index].due = latest }
  }

  private mutating func call(_ index: Int, at now: WallTime, by policy: EscalationPolicy) -> Call {
    let kind: Call.Kind =
      all[index].isTold ? .repeated : all[index].returns > 0 ? .reopened : .opened
    markCalled(index, at: now, by: policy)
    return Call(kind, [all[index]], at: now)
  }

  private mutating func markCalled(_ index: Int, at now: WallTime, by policy: EscalationPolicy) {
    all[index].calls += 1
    all[index].lastCall = now
    all[index].isTold = true
    let severity = all[index].severity
    all[index].due =
      policy.isRepeated(severity) ? now + policy.step(after: all[index].calls, severity) : nil
  }

  /// What came in quiet hours, in one call; nothing when nothing is left to tell.
  private mutating func morning(at now: WallTime, by policy: EscalationPolicy) -> [Call] {
    var told: [Escalation] = []
    for index in all.indices where all[index].waitsForMorning {
      let isOpen = all[index].state == .open
      if isOpen, isSilenced(all[index], at: now) || isExplained(all[index], at: now, by: policy) { continue }
      all[index].waitsForMorning = false
      guard all[index].state != .acknowledged else { continue }
      if isOpen { markCalled(index, at: now, by: policy) }
      told.append(all[index])
    }
    guard !told.isEmpty else { return [] }
    func rank(_ trouble: Escalation) -> Int { trouble.state == .open ? 0 : 1 }
    let sorted = told.sorted { (rank($0), $1.severity) < (rank($1), $0.severity) }
    return [Call(.digest, sorted, at: now)]
  }

  public func isSilenced(_ trouble: Escalation, at now: WallTime) -> Bool {
    silences.contains { $0.holds(at: now) && $0.covers(trouble.alert) }
  }

  /// The trouble that explains one, so that nobody is called for it.
  public func explanation(
    of trouble: Escalation, at now: WallTime, by policy: EscalationPolicy
  ) -> Escalation? {
    all.first { $0.cause != trouble.cause && policy.isExplained(trouble, by: $0, at: now) }
  }

  private func isExplained(_ trouble: Escalation, at now: WallTime, by policy: EscalationPolicy) -> Bool {
    explanation(of: trouble, at: now, by: policy) != nil
  }

  private mutating func forget(at now: WallTime) {
    all.removeAll { trouble in
      switch trouble.state {
      case .open: false
      case .resolved: !trouble.waitsForMorning && now - trouble.changed >= Self.memory
      case .acknowledged: now - trouble.changed >= (trouble.cure == .human ? Self.memory : Self.patience)
      }
    }
  }

  private mutating func forgetLeast() {
    func rank(_ trouble: Escalation) -> (Int, Severity, WallTime) {
      let state =
        switch trouble.state {
        case .resolved: 0
        case .acknowledged: 1
        case .open: 2
        }
      return (state, trouble.severity, trouble.opened)
    }
    // The newest is the one for which there has to be room.
    guard let least = all.dropLast().indices.min(by: { rank(all[$0]) < rank(all[$1]) }) else { return }
    all.remove(at: least)
  }
}
