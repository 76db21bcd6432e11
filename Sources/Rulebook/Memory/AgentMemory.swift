/// What a judge knows of one agent beyond single facts, to be handed to another judge: what is counted, awaited and
/// lasting, cool-downs, steps of ladders, caps and clocks. Of bounded size.
///
/// Stories are not among it: their numbers mean nothing to another judge.
public struct AgentMemory: Codable, Sendable, Equatable {
  struct Count: Codable, Sendable, Equatable {
    let rule: String
    let key: [String]
    var tallies: [WindowState.Tally]
  }

  struct Expectation: Codable, Sendable, Equatable {
    let rule: String
    let key: [String]
    var deadline: Instant
    var fact: KeptFact
  }

  struct Meeting: Codable, Sendable, Equatable {
    let rule: String
    var tally: WindowState.Tally
  }

  struct Spell: Codable, Sendable, Equatable {
    let rule: String
    var since: Instant
    var firedAt: Instant?
    var fact: KeptFact
  }

  struct Firings: Codable, Sendable, Equatable {
    let rule: String
    var firings: WindowState.Firings
  }

  /// The rules that it is about, each with what tells a changed one.
  var rules: [String: UInt64] = [:]
  var counts: [Count] = []
  var expectations: [Expectation] = []
  var meetings: [Meeting] = []
  var spells: [Spell] = []
  var firings: [Firings] = []
  /// When each clock moved last, and what those that have a value show, by the clock's name.
  var moved: [String: Instant] = [:]
  var values: [String: String] = [:]
  /// What the agent was doing, as the rules were told.
  var standing: KeptFact?

  /// Entries of each kind that are kept of one agent, those that were used last.
  static let most = 64
  /// Things that are counted apart, over all rules.
  static let mostCounts = 512
  /// What is counted, over all rules.
  static let mostTallies = 4096

  public init() {}

  public var isEmpty: Bool { self == AgentMemory() }

  /// Whether time alone makes a rule of it fire.
  public var isWaiting: Bool { !spells.isEmpty || !expectations.isEmpty }

  /// The same by a clock that shows another time at the same moment; nothing of the past lies after `now`.
  public func turned(by offset: Duration, now: Instant) -> AgentMemory {
    func past(_ time: Instant) -> Instant { min(time + offset, now) }
    var turned = self
    for index in counts.indices {
      turned.counts[index].tallies = counts[index].tallies.map { $0.turned(past) }.sorted {
        $0.time < $1.time
      }
    }
    for index in expectations.indices {
      turned.expectations[index].deadline = expectations[index].deadline + offset
      turned.expectations[index].fact.time = past(expectations[index].fact.time)
    }
    for index in meetings.indices { turned.meetings[index].tally = meetings[index].tally.turned(past) }
    for index in spells.indices {
      turned.spells[index].since = past(spells[index].since)
      turned.spells[index].firedAt = spells[index].firedAt.map(past)
      turned.spells[index].fact.time = past(spells[index].fact.time)
    }
    for index in firings.indices { turned.firings[index].firings = firings[index].firings.turned(past) }
    turned.moved = moved.mapValues(past)
    turned.standing?.time = past(standing?.time ?? now)
    return turned
  }
}

extension WindowState.Tally {
  func turned(_ past: (Instant) -> Instant) -> WindowState.Tally {
    WindowState.Tally(time: past(time), source: source)
  }
}

extension WindowState.Firings {
  /// A ladder has no more steps than that.
  private static let highest = 1_000_000

  func turned(_ past: (Instant) -> Instant) -> WindowState.Firings {
    WindowState.Firings(
      last: past(last), count: min(max(0, count), Self.highest),
      times: times.suffix(Windows.Count.most).map(past).sorted(), cappedAt: cappedAt.map(past))
  }
}
