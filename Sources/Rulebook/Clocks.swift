/// The clocks of one agent: when each moved last, and what the two that have a value show.
struct Clocks {
  private(set) var moved: [Clock: Instant] = [:]
  private(set) var values: [Clock: String] = [:]

  mutating func move(_ clock: Clock, at time: Instant) {
    moved[clock] = time
  }

  /// Whether the value is another than before.
  mutating func note(_ value: String, of clock: Clock) -> Bool {
    values.updateValue(value, forKey: clock) != value
  }

  /// Takes what was known of the same agent before; what is known now is newer.
  mutating func recall(moved earlier: [Clock: Instant], values before: [Clock: String]) {
    moved.merge(earlier) { max($0, $1) }
    values.merge(before) { now, _ in now }
  }

  /// When any of these moved last.
  func latest(of clocks: Set<Clock>) -> Instant? {
    moved.filter { clocks.contains($0.key) }.values.max()
  }

  /// One line for each of these: how long ago it moved, or that it never has.
  func evidence(of clocks: Set<Clock>, at now: Instant) -> [String] {
    Clock.allCases.filter(clocks.contains).map { clock in
      let value = values[clock].map { " \(cleaned($0, limit: 20))" } ?? ""
      guard let time = moved[clock] else {
        return "\(clock.rawValue): \(Self.unseen.contains(clock) ? "not shown by this agent" : "never moved")"
      }
      return "\(clock.rawValue)\(value): moved \((now - time).inWholeSeconds) ago"
    }
  }

  /// All of these in one line: those that moved, the latest first, then those that never have.
  func summary(of clocks: Set<Clock>, at now: Instant) -> String {
    let known = Clock.allCases.filter(clocks.contains)
    let seen = known.compactMap { clock in moved[clock].map { (clock: clock, time: $0) } }
      .sorted { $0.time > $1.time }
    let told = seen.map { clock, time in
      "\(clock.rawValue)\(values[clock].map { " \(cleaned($0, limit: 12))" } ?? "") \((now - time).inWholeSeconds)"
    }
    let rest = known.filter { moved[$0] == nil }.map(\.rawValue)
    return told.joined(separator: ", ") + (rest.isEmpty ? "" : "; never: \(rest.joined(separator: " "))")
  }

  /// Those that an agent may not show at all.
  private static let unseen: Set<Clock> = [.context, .tokens]
}

extension Duration {
  /// As `spelled`, without what is below a second.
  public var inWholeSeconds: String { Duration.seconds(components.seconds).spelled }
}
