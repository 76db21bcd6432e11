import Rulebook

/// How often Outrider may lay hands on agents. Beyond the caps it only calls the human, for an hour or until he says
/// that it may go on: a supervisor that types and types has misunderstood something.
public struct Breaker: Sendable, Codable, Equatable {
  /// Verdicts that are acted on within an hour.
  public struct Caps: Sendable, Equatable, Codable {
    public var agent: Int
    public var fleet: Int

    public init(agent: Int = 60, fleet: Int = 150) {
      self.agent = agent
      self.fleet = fleet
    }
  }

  private static let window: Duration = .seconds(3600)

  public var caps: Caps
  /// When something was done, and to whom; oldest first.
  private var deeds: [Deed] = []

  private struct Deed: Sendable, Codable, Equatable {
    let agent: String
    let time: Instant
  }

  public init(caps: Caps = Caps()) {
    self.caps = caps
  }

  /// Counts one more. Nil when it may be done; else why not.
  public mutating func objection(to agent: String, at now: Instant) -> String? {
    deeds.removeAll { now - $0.time >= Self.window }
    if deeds.count >= caps.fleet {
      return "all agents together were corrected \(caps.fleet) times within an hour; only you are called"
    }
    if deeds.count(where: { $0.agent == agent }) >= caps.agent {
      return "the agent was corrected \(caps.agent) times within an hour; only you are called"
    }
    deeds.append(Deed(agent: agent, time: now))
    return nil
  }

  /// The human says that it may go on.
  public mutating func close() { deeds = [] }
}
