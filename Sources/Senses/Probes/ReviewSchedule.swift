import Rulebook

/// When the pull request of one agent's branch is looked at next. Only while there is one: a look costs the user's
/// rate limit.
public struct ReviewSchedule: Sendable, Equatable {
  /// After a push or a pull request was opened, until the host knows of it.
  public static let settling: Duration = .seconds(5)
  /// While something changes; then twice as long each time, up to `longest`.
  public static let shortest: Duration = .seconds(120)
  public static let longest: Duration = .seconds(900)
  /// After a trouble; then twice as long each time, up to `longestRest`.
  public static let rest: Duration = .seconds(300)
  public static let longestRest: Duration = .seconds(3600)

  /// Nil while there is nothing to look at.
  public private(set) var next: Instant?
  private var interval: Duration = Self.shortest
  private var troubles = 0

  /// - Parameter now: The first look tells whether the branch has a pull request from before.
  public init(at now: Instant) {
    next = now + Self.settling
  }

  /// The agent pushed or opened a pull request.
  public mutating func hurry(at now: Instant) {
    interval = Self.shortest
    guard troubles == 0 else { return }
    next = min(next ?? now + Self.settling, now + Self.settling)
  }

  /// A look has shown a pull request that is open, or none.
  public mutating func note(isOpen: Bool, hasChanged: Bool, at now: Instant) {
    troubles = 0
    interval = hasChanged ? Self.shortest : min(interval * 2, Self.longest)
    next = isOpen ? now + interval : nil
  }

  /// A look has failed.
  public mutating func note(_ trouble: GitHubProbe.Trouble, at now: Instant) {
    troubles += 1
    let rest = Self.rest * (1 << min(troubles - 1, 8))
    next = now + min(trouble == .notInstalled ? Self.longestRest : rest, Self.longestRest)
  }
}
