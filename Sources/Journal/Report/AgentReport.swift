import Rulebook

/// What one agent did within a time.
public struct AgentReport: Sendable, Equatable, Encodable {
  /// Name and pane: `claude-code:%3`.
  public let agent: String
  public let session: String?
  public let cwd: String?
  /// Seconds in which it was watched, and in which of them it did what. What is left, nothing ran in the pane.
  public private(set) var watched = 0.0
  public private(set) var working = 0.0
  /// For a human: a dialog, a limit, a word after it was interrupted.
  public private(set) var waiting = 0.0
  public private(set) var idle = 0.0
  /// It worked, and nothing moved.
  public private(set) var stuck = 0.0
  /// Seconds of its work in which commands ran that run git's hooks.
  public private(set) var hooks = 0.0
  public private(set) var commands = 0
  public private(set) var commits = 0
  public private(set) var pulls = 0
  public private(set) var urls: [String] = []
  public private(set) var hookFailures = 0
  public private(set) var alerts: [RuleCount]
  public private(set) var interventions: [InterventionReport]

  /// The alerts of one rule.
  public struct RuleCount: Sendable, Equatable, Encodable {
    public let rule: String
    public let severity: Severity
    public let count: Int
    /// How many ended how, by the words of the alert log.
    public let outcomes: [String: Int]
  }

  /// Addresses that are listed.
  static let mostURLs = 32

  init(
    _ label: String, _ lines: [ActivityLine], _ raised: [RaisedAlert],
    watched spans: [String: [Range<WallTime>]], within span: Range<WallTime>
  ) {
    agent = label
    let last = lines.last?.agent ?? raised.last?.alert.agent
    session = last?.session
    cwd = last?.cwd
    let within = raised.filter { span.contains($0.raised) }
    alerts = Dictionary(grouping: within, by: \.alert.rule).map { rule, alerts in
      RuleCount(
        rule: rule, severity: alerts.map(\.alert.severity).max() ?? .info, count: alerts.count,
        outcomes: Dictionary(grouping: alerts, by: \.alert.outcome.rawValue).mapValues(\.count))
    }.sorted { ($1.severity, $1.count, $0.rule) < ($0.severity, $0.count, $1.rule) }
    let course = Course(lines)
    interventions = within.filter(\.isIntervention).map { alert in
      InterventionReport(alert, among: raised, course, watched: spans)
    }
    for (watch, lines) in Dictionary(grouping: lines, by: \.watch) {
      add(states: Course(lines).states, watched: spans[watch] ?? [], within: span)
    }
    for line in lines where span.contains(line.time) { add(line.tally) }
  }

  /// Nothing is known of it.
  var isEmpty: Bool {
    watched == 0 && commands + commits + pulls + hookFailures == 0 && hooks == 0 && alerts.isEmpty
  }

  private mutating func add(
    states: [(time: WallTime, state: String)], watched spans: [Range<WallTime>],
    within span: Range<WallTime>
  ) {
    for (index, state) in states.enumerated() {
      let end = index + 1 < states.count ? states[index + 1].time : span.upperBound
      let time = (state.time..<max(state.time, end)).clamped(to: span)
      add(spans.reduce(0) { $0 + $1.clamped(to: time).seconds }, state.state)
    }
  }

  private mutating func add(_ seconds: Double, _ state: String) {
    switch state {
    case ActivityLine.stuck: stuck += seconds
    case ActivityLine.gone, AgentState.exited.rawValue: return
    case AgentState.idle.rawValue: idle += seconds
    case AgentState.asking.rawValue, AgentState.limited.rawValue, AgentState.interrupted.rawValue:
      waiting += seconds
    default: working += seconds
    }
    watched += seconds
  }

  private mutating func add(_ tally: ActivityLine.Tally?) {
    guard let tally else { return }
    commands += tally.commands
    commits += tally.commits
    pulls += tally.pulls
    hookFailures += tally.hookFailures
    hooks += tally.hooks
    for url in tally.urls where !urls.contains(url) && urls.count < Self.mostURLs { urls.append(url) }
  }
}

/// The states of one agent, in the order of their times.
struct Course {
  let states: [(time: WallTime, state: String)]
  private let tallies: [WallTime]

  init(_ lines: [ActivityLine]) {
    let told = lines.enumerated().compactMap { index, line in
      line.state.map { (index: index, time: line.time, state: $0) }
    }
    states = told.sorted { ($0.time, $0.index) < ($1.time, $1.index) }.map { ($0.time, $0.state) }
    tallies = lines.compactMap { $0.tally?.last }.sorted()
  }

  /// Whether the agent got on: it did something, began to work, or ended its turn by itself.
  func movesOn(within span: Range<WallTime>) -> Bool {
    if tallies.contains(where: { $0 > span.lowerBound && $0 < span.upperBound }) { return true }
    var before: String?
    for (time, state) in states {
      defer { before = state }
      guard time > span.lowerBound, time < span.upperBound else { continue }
      if state == AgentState.working.rawValue { return true }
      let endsTurn = [AgentState.idle.rawValue, AgentState.asking.rawValue].contains(state)
      if endsTurn, before == AgentState.working.rawValue { return true }
    }
    return false
  }
}
