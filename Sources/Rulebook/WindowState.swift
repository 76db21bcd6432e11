/// What is kept while rules wait: counts, expectations, spells, progress, ladders. Of bounded size.
struct WindowState {
  /// One rule and one agent; the agent is empty where a rule counts over the fleet.
  struct Owner: Hashable {
    let rule: String
    let agent: String
  }

  struct Pending {
    let fact: Fact
    let deadline: Instant
  }

  struct Spell {
    let since: Instant
    var fact: Fact
    var firedAt: Instant?
  }

  struct Firings: Codable, Equatable {
    var last: Instant
    var count = 0
    /// The newest, for a rule with a cap.
    var times: [Instant] = []
    /// When the human was told that the cap is reached.
    var cappedAt: Instant?
  }

  /// One of those that are counted.
  struct Tally: Codable, Equatable {
    let time: Instant
    let source: Fact.Source
    /// Two senses that tell of the same within so long tell of one event.
    static let coincidence = Duration.seconds(3)
  }

  /// Things that one rule counts or expects apart for one agent.
  static let keysEach = 256
  static let owners = 4096

  var counts = Bounded<Owner, Bounded<[String], [Tally]>>(capacity: owners)
  var expectations = Bounded<Owner, Bounded<[String], Pending>>(capacity: owners)
  /// When what a rule expects came last.
  var met = Bounded<Owner, Tally>(capacity: owners)
  var spells = Bounded<Owner, Spell>(capacity: owners)
  var firings = Bounded<Owner, Firings>(capacity: owners)
  var progress = Bounded<String, Clocks>(capacity: 1024)
  /// Nothing falls due before; nil when nothing will.
  private(set) var bound: Instant?

  mutating func mayFallDue(at time: Instant) {
    bound = bound.map { min($0, time) } ?? time
  }

  mutating func setBound(_ time: Instant?) {
    bound = time
  }

  /// Forgets rules that are no more.
  mutating func keep(_ isKnown: (String) -> Bool) {
    counts.removeAll { !isKnown($0.rule) }
    expectations.removeAll { !isKnown($0.rule) }
    met.removeAll { !isKnown($0.rule) }
    spells.removeAll { !isKnown($0.rule) }
    firings.removeAll { !isKnown($0.rule) }
  }

  /// Counts the fact; returns how many there are now in the window, nil when another sense had told of it,
  /// and whether another key was forgotten.
  mutating func count(
    _ fact: Fact, for rule: String, _ window: Windows.Count, at now: Instant
  ) -> (number: Int?, hasForgotten: Bool) {
    let owner = Owner(rule: rule, agent: window.by.contains("agent") ? fact.agent : "")
    let key = Self.key(of: fact, by: window.by)
    let outer = counts.update(owner, initial: Bounded(capacity: Self.keysEach)) { table in
      table.update(key, initial: []) { tallies -> Int? in
        let isKnown = tallies.contains {
          $0.source != fact.source && now - $0.time <= Tally.coincidence
        }
        if isKnown { return nil }
        tallies.append(Tally(time: now, source: fact.source))
        if let within = window.within, let first = tallies.firstIndex(where: { now - $0.time <= within }),
          first > 0
        {
          tallies.removeFirst(first)
        }
        if tallies.count > Windows.Count.most { tallies.removeFirst(tallies.count - Windows.Count.most) }
        let number = tallies.count
        if let at = window.at, number >= at { tallies = [] }
        return number
      }
    }
    return (outer.result.result, outer.hasForgotten || outer.result.hasForgotten)
  }

  mutating func resetCount(of rule: String, agent: String) {
    counts.remove(Owner(rule: rule, agent: agent))
    counts.remove(Owner(rule: rule, agent: ""))
  }

  /// Opens an expectation; one that is open for the same thing stays, with its deadline.
  mutating func expect(
    _ expectation: Windows.Expectation, for rule: String, after fact: Fact, at now: Instant
  ) -> Bool {
    let deadline = now + expectation.within
    mayFallDue(at: deadline)
    let key = Self.key(of: fact, by: expectation.by)
    let outer = expectations.update(
      Owner(rule: rule, agent: fact.agent), initial: Bounded(capacity: Self.keysEach)
    ) { $0.update(key, initial: Pending(fact: fact, deadline: deadline)) { _ in } }
    return outer.hasForgotten || outer.result.hasForgotten
  }

  /// The fact came that was expected.
  mutating func meet(_ expectation: Windows.Expectation, of rule: String, by fact: Fact) {
    let owner = Owner(rule: rule, agent: fact.agent)
    guard expectations[owner] != nil else { return }
    let key = Self.key(of: fact, by: expectation.by)
    _ = expectations.update(owner, initial: Bounded(capacity: Self.keysEach)) { $0.remove(key) }
    if expectations[owner]?.isEmpty ?? false { expectations.remove(owner) }
  }

  /// The number of firings before this one on the ladder; counts this one.
  ///
  /// - Parameter progress: When the agent got on last, for a rule whose ladder that resets.
  mutating func climb(_ owner: Owner, _ windows: Windows, progress: Instant?, at now: Instant) -> Int {
    firings.update(owner, initial: Firings(last: now)) { firings in
      if let reset = windows.ladderReset, now - firings.last >= reset { firings.count = 0 }
      if let progress, progress - firings.last > Windows.Stall.echo { firings.count = 0 }
      defer {
        firings.count += 1
        firings.last = now
      }
      return firings.count
    }.result
  }

  /// What a rule may still do under its cap.
  enum Allowance {
    case all, onlyHuman, nothing
  }

  /// Whether the cap is reached; counts this firing if it is not.
  mutating func spend(_ cap: Windows.Cap, of owner: Owner, at now: Instant) -> Allowance {
    firings.update(owner, initial: Firings(last: now)) { firings in
      firings.times.removeAll { now - $0 >= cap.within }
      guard firings.times.count >= cap.at else {
        firings.times.append(now)
        return .all
      }
      if let told = firings.cappedAt, now - told < cap.within { return .nothing }
      firings.cappedAt = now
      return .onlyHuman
    }.result
  }

  static func key(of fact: Fact, by names: [String]) -> [String] {
    names.filter { $0 != "agent" }.map { name in
      String((name == "text" ? fact.text : fact.fields[name]?.text ?? "").prefix(200))
    }
  }
}
