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

  struct Progress {
    var moved: [Clock: Instant] = [:]
    var values: [Clock: String] = [:]
  }

  struct Firings {
    var last: Instant
    var count = 0
  }

  /// Things that one rule counts or expects apart for one agent.
  static let keysEach = 256
  static let owners = 4096

  var counts = Bounded<Owner, Bounded<[String], [Instant]>>(capacity: owners)
  var expectations = Bounded<Owner, Bounded<[String], Pending>>(capacity: owners)
  var spells = Bounded<Owner, Spell>(capacity: owners)
  var firings = Bounded<Owner, Firings>(capacity: owners)
  var progress = Bounded<String, Progress>(capacity: 1024)
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
    spells.removeAll { !isKnown($0.rule) }
    firings.removeAll { !isKnown($0.rule) }
  }

  /// Counts the fact; returns how many there are now in the window, and whether another key was forgotten.
  mutating func count(
    _ fact: Fact, for rule: String, _ window: Windows.Count, at now: Instant
  ) -> (number: Int, hasForgotten: Bool) {
    let owner = Owner(rule: rule, agent: window.by.contains("agent") ? fact.agent : "")
    let key = Self.key(of: fact, by: window.by)
    let outer = counts.update(owner, initial: Bounded(capacity: Self.keysEach)) { table in
      table.update(key, initial: []) { times in
        times.append(now)
        if let within = window.within, let first = times.firstIndex(where: { now - $0 <= within }), first > 0
        {
          times.removeFirst(first)
        }
        if times.count > Windows.Count.most { times.removeFirst(times.count - Windows.Count.most) }
        let number = times.count
        if let at = window.at, number >= at { times = [] }
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
  mutating func climb(_ owner: Owner, reset: Duration?, at now: Instant) -> Int {
    firings.update(owner, initial: Firings(last: now)) { firings in
      if let reset, now - firings.last >= reset { firings.count = 0 }
      defer {
        firings.count += 1
        firings.last = now
      }
      return firings.count
    }.result
  }

  private static func key(of fact: Fact, by names: [String]) -> [String] {
    names.filter { $0 != "agent" }.map { String((fact.fields[$0]?.text ?? "").prefix(200)) }
  }
}
