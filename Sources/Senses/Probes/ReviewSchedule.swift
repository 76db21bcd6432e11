import Rulebook

/// When the pull request of one agent's branch is looked at next. Only while there is one: a look costs the user's
/// rate limit.
public struct ReviewSchedule: Sendable, Equatable {
  /// How often it is looked.
  public struct Pace: Sendable, Equatable {
    /// After a push or a pull request was opened, until the host knows of it.
    public var settling: Duration = .seconds(5)
    /// While something changes; then twice as long each time, up to `longest`.
    public var shortest: Duration = .seconds(120)
    public var longest: Duration = .seconds(900)
    /// After a trouble; then twice as long each time, up to `longestRest`.
    public var rest: Duration = .seconds(300)
    public var longestRest: Duration = .seconds(3600)

    public init() {}
  }

  /// Nil while there is nothing to look at.
  public private(set) var next: Instant?
  private let pace: Pace
  private var interval: Duration
  private var troubles = 0

  /// - Parameter now: The first look tells whether the branch has a pull request from before.
  public init(_ pace: Pace = Pace(), at now: Instant) {
    self.pace = pace
    interval = pace.shortest
    next = now + pace.settling
  }

  /// The agent pushed or opened a pull request.
  public mutating func hurry(at now: Instant) {
    interval = pace.shortest
    guard troubles == 0 else { return }
    next = min(next ?? now + pace.settling, now + pace.settling)
  }

  /// A look has shown a pull request that is open, or none.
  public mutating func note(isOpen: Bool, hasChanged: Bool, at now: Instant) {
    troubles = 0
    interval = hasChanged ? pace.shortest : min(interval * 2, pace.longest)
    next = isOpen ? now + interval : nil
  }

  /// A look has failed.
  public mutating func note(_ trouble: GitHubProbe.Trouble, at now: Instant) {
    troubles += 1
    let rest = pace.rest * (1 << min(troubles - 1, 8))
    next = now + min(trouble == .notInstalled ? pace.longestRest : rest, pace.longestRest)
  }
}
