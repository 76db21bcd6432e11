import Patterns

/// Judges facts by a rulebook: the state that a rulebook needs while time goes by.
///
/// Told the time by the facts and ticks it is given; asks nobody. Time never goes back: a fact that is older
/// than the last counts as of now. Not thread-safe: one owner.
public final class Judge {
  public private(set) var rulebook: Rulebook
  /// Notices since they were last taken.
  private var notices: [Notice] = []
  private var emitted: [Fact] = []
  private var told: Set<String> = []
  private let context = MatchContext()
  private var standing: [Fact.Kind: PatternSet.Standing] = [:]
  /// The rules that are not enforced at the moment.
  public var waivers: [Waiver] = []
  var raised = RecentStories()
  var states = SettledStates()
  var state = WindowState()
  var complaints = Complaints()
  var now = Instant(nanoseconds: .min)
  /// What tells each rule from a changed one, as far as it was asked for.
  var marks: [String: UInt64] = [:]
  /// Facts that may still be emitted for what is being judged.
  private var allowance = 0

  /// How deep emitted facts may make others, and how many there may be of one fact.
  private static let deepest = 8
  private static let mostEmitted = 64

  public init(_ rulebook: Rulebook) {
    self.rulebook = rulebook
  }

  /// Goes on by other rules. What has been raised stays raised; what is counted or awaited by a rule of the
  /// same id goes on.
  public func adopt(_ rulebook: Rulebook) {
    self.rulebook = rulebook
    standing = [:]
    told = []
    marks = [:]
    state.keep { rulebook.index(of: $0) != nil }
  }

  /// What the rules say of the fact, in the order of the rules, each verdict followed by those that its
  /// emitted fact gave; before them, what fell due until then. A rule fires once a story, at the first
  /// evidence. Rules that only emit are not among them.
  public func judge(_ fact: Fact) -> [Verdict] {
    let all = allVerdicts(on: fact)
    return all.isEmpty ? all : all.filter { !$0.rule.isQuiet }
  }

  /// What falls due by this time: expectations not met, what has lasted or stood still for too long.
  public func tick(at time: Instant) -> [Verdict] {
    allVerdicts(at: time).filter { !$0.rule.isQuiet }
  }

  /// As `judge`, with the rules that only emit.
  func allVerdicts(on fact: Fact) -> [Verdict] {
    let due = allVerdicts(before: fact.time)
    now = max(now, fact.time)
    allowance = Self.mostEmitted
    let own = take(fact)
    return due.isEmpty ? own : due + own
  }

  private func take(_ fact: Fact) -> [Verdict] {
    switch fact.kind {
    case .progress:
      if let clock = Clock(rawValue: fact.text) { progress(agent: fact.agent, clock: clock, at: fact.time) }
      return []
    case .state:
      var fact = fact
      fact.time = now
      if let told = states.hear(fact, at: now) { return judge(told, depth: 0) }
      if let deadline = states.deadline(of: fact.agent) { state.mayFallDue(at: deadline) }
      return []
    default:
      return judge(fact, depth: 0)
    }
  }

  /// What the agent is doing, without flicker; nil before any sense told of it.
  public func standing(of agent: String) -> Standing? { states.standing(of: agent) }

  func allVerdicts(before time: Instant) -> [Verdict] {
    guard let bound = state.bound, bound < time else { return [] }
    allowance = Self.mostEmitted
    return fallDue(until: time, inclusive: false)
  }

  func allVerdicts(at time: Instant) -> [Verdict] {
    allowance = Self.mostEmitted
    let due = fallDue(until: time, inclusive: true)
    now = max(now, time)
    return due
  }

  /// The notices since the last call; each is given once.
  public func takeNotices() -> [Notice] {
    defer { notices = [] }
    return notices
  }

  /// The facts that rules emitted since the last call; the newest 256.
  public func takeEmitted() -> [Fact] {
    defer { emitted = [] }
    return emitted
  }

  func judge(_ fact: Fact, depth: Int) -> [Verdict] {
    if rulebook.shortestStall != nil { moveClocks(by: fact) }
    if rulebook.tellsComplaints { complaints.note(fact) }
    guard let listeners = rulebook.listeners[fact.kind] else { return [] }
    for index in listeners.eased { ease(rulebook.rules[index], by: fact) }
    for index in listeners.spells { follow(rulebook.rules[index], fact) }
    var fired = listeners.unconditional.filter { holds(rulebook.rules[$0], fact.fields) }
    var captures: [Int: [String: Value]] = [:]
    var text = fact.text
    text.withUTF8 { bytes in
      fired.removeAll { isExcepted(rulebook.rules[$0], bytes) }
      listeners.patterns.forEachMatch(
        in: bytes, standing: &standing[fact.kind, default: .init()], using: context
      ) { index, result in
        let ruleIndex = listeners.matching[index]
        let rule = rulebook.rules[ruleIndex]
        switch result {
        case .success(let match):
          let groups = namedGroups(of: rule, match, in: bytes)
          let fields = groups.isEmpty ? fact.fields : fact.fields.merging(groups) { _, new in new }
          guard !isExcepted(rule, bytes), holds(rule, fields) else { return }
          fired.append(ruleIndex)
          if !groups.isEmpty { captures[ruleIndex] = fields }
        case .failure(let stop):
          notices.append(
            Notice(
              rule: rule.id,
              text: "rule '\(rule.id)' (\(rule.origin)) \(stop) and was stood down until its file changes"))
        }
      }
    }
    if fired.isEmpty { return [] }
    return fired.sorted().flatMap { index in
      var fact = fact
      if let fields = captures[index] { fact.fields = fields }
      return weigh(rulebook.rules[index], fact, depth: depth)
    }
  }

  private func holds(_ rule: Rule, _ fields: [String: Value]) -> Bool {
    rule.filter?.holds(for: fields, lists: rulebook.lists) ?? true
  }

  private func isExcepted(_ rule: Rule, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    rule.except.contains { (try? $0.firstMatch(in: bytes, using: context)) != nil }
  }

  private func namedGroups(
    of rule: Rule, _ match: Match, in bytes: UnsafeBufferPointer<UInt8>
  ) -> [String: Value] {
    guard let names = rule.match?.captureNames, !names.isEmpty else { return [:] }
    return names.reduce(into: [:]) { fields, name in
      guard let range = match.range(named: name) else { return }
      fields[name] = .string(String(decoding: bytes[range], as: UTF8.self))
    }
  }

  /// Whether a lasting rule's text and condition hold; nil when the fact says nothing about them.
  func lasts(_ rule: Rule, _ fact: Fact) -> Bool? {
    if let when = rule.when, rule.match == nil, !when.fields.contains(where: { fact.fields[$0] != nil }) {
      return nil
    }
    var text = fact.text
    return text.withUTF8 { bytes in
      if let match = rule.match, (try? match.firstMatch(in: bytes, using: context)) == nil { return false }
      return !isExcepted(rule, bytes) && holds(rule, fact.fields)
    }
  }

  /// A fact that satisfies the rule: whether it is time to fire.
  private func weigh(_ rule: Rule, _ fact: Fact, depth: Int) -> [Verdict] {
    // A counted line of output is new each time, though it belongs to the same command.
    let isOncePerStory = fact.kind == .command || !(rule.isQuiet || rule.windows.count != nil)
    if isOncePerStory, let story = fact.story,
      let first = raised.insert(story: story, agent: fact.agent, rule: rule.id, at: fact.time)
    {
      // Another command of the same line was judged just now.
      return first == fact.time ? [] : repeated(rule, fact)
    }
    if let expectation = rule.windows.expectation {
      // One sense may tell what a command printed before another tells how it ended.
      if isMet(rule, before: fact) { return [] }
      if state.expect(expectation, for: rule.id, after: fact, at: now) { tellForgotten(rule) }
      return []
    }
    // A state that has settled began before it was told.
    let time = fact.kind == .state ? now : fact.time
    guard let window = rule.windows.count else { return fire(rule, fact, at: time, depth: depth) }
    if window.isPerCommand, let story = fact.story {
      let key = ([rule.id] + WindowState.key(of: fact, by: window.by)).joined(separator: "\u{0}")
      guard raised.insert(story: story, agent: fact.agent, rule: key, at: now) == nil else { return [] }
    }
    let (counted, hasForgotten) = state.count(fact, for: rule.id, window, at: now)
    if hasForgotten { tellForgotten(rule) }
    guard let number = counted else { return [] }
    var fact = fact
    fact.fields["count"] = .number(Double(number))
    if let at = window.at, number < at { return [] }
    if let threshold = rule.threshold, !threshold.holds(for: fact.fields, lists: rulebook.lists) { return [] }
    return fire(rule, fact, at: time, depth: depth, count: number)
  }

  func emit(
    _ kind: Fact.Kind, from rule: Rule, _ fact: Fact, at time: Instant, depth: Int
  ) -> [Verdict] {
    guard depth < Self.deepest, allowance > 0 else {
      tellOnce(
        rule, "emit",
        "emits facts that make others without end; stopped at depth \(Self.deepest) or \(Self.mostEmitted) facts"
      )
      return []
    }
    allowance -= 1
    var made = fact
    made.kind = kind
    made.time = time
    made.fields["rule"] = .string(rule.id)
    if emitted.count >= 256 { emitted.removeFirst(emitted.count - 255) }
    emitted.append(made)
    return judge(made, depth: depth + 1)
  }

  private func tellForgotten(_ rule: Rule) {
    tellOnce(
      rule, "keys",
      "keeps apart more than \(WindowState.keysEach) things of one agent; the oldest are forgotten")
  }

  /// A notice that is given once for the rulebook in force.
  func tellOnce(_ rule: Rule, _ matter: String, _ text: String) {
    guard told.insert("\(rule.id) \(matter)").inserted else { return }
    notices.append(Notice(rule: rule.id, text: "rule '\(rule.id)' (\(rule.origin)) \(text)"))
  }
}
