/// How long to wait before looking for a server again: twice as long each time, up to a limit.
///
/// Pure.
public struct Backoff: Hashable, Sendable {
  public let shortest: Duration
  public let longest: Duration
  private var upcoming: Duration

  /// - Precondition: `0 < shortest <= longest`.
  public init(shortest: Duration = .milliseconds(50), longest: Duration = .seconds(5)) {
    precondition(shortest > .zero && shortest <= longest, "a back-off waits for more than nothing")
    self.shortest = shortest
    self.longest = longest
    self.upcoming = shortest
  }

  /// The next wait.
  public mutating func next() -> Duration {
    defer { upcoming = min(upcoming * 2, longest) }
    return upcoming
  }

  /// It worked: the next wait is the shortest again.
  public mutating func reset() {
    upcoming = shortest
  }
}
