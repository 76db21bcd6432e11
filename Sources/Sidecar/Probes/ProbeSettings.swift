import Foundation
import Senses

/// What probes are made, and how often.
public struct ProbeSettings: Sendable {
  /// How often what is left on the file systems of an agent is measured; nil for never.
  public var disks: Duration? = .seconds(60)
  /// How often an agent's pull request is looked at; nil for never.
  public var reviews: ReviewSchedule.Pace? = ReviewSchedule.Pace()
  /// How often it is seen whether an agent that works writes into its work tree.
  public var edits: Duration = .seconds(60)
  /// Where it is remembered what agents were told of reviews; nil to remember it while the watch runs.
  public var reviewMemory: String?
  /// The user's environment, in which `gh` and `git` are found and run.
  public var environment: [String: String]
  /// How often it is asked what is due.
  public var pulse: Duration = .seconds(1)
  /// How long an agent must be at rest before it is told of a review.
  public var ease: Duration = .seconds(3)

  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
    reviewMemory = ReviewMemory.standardPath(environment: environment)
  }
}
