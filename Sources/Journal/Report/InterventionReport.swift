import Rulebook

/// Something that was done to an agent, and whether it helped.
public struct InterventionReport: Sendable, Equatable, Encodable {
  public enum Effect: String, Sendable, Encodable {
    /// The agent got on, and the same rule did not fire again soon.
    case helped
    /// The same rule fired again soon.
    case again
    /// The agent did not get on.
    case stood
    /// It was not watched for long enough since.
    case open
  }

  /// The alert that it was for.
  public let id: String
  public let rule: String
  /// When it was over.
  public let time: WallTime
  public let actions: [String]
  public let effect: Effect
  /// Seconds until the same rule fired again.
  public let after: Double?

  /// What comes within this time is soon.
  public static let soon = Duration.seconds(600)

  /// - Parameters:
  ///   - raised: All alerts of the agent.
  ///   - spans: When which watch watched.
  init(
    _ alert: RaisedAlert, among raised: [RaisedAlert], _ course: Course,
    watched spans: [String: [Range<WallTime>]]
  ) {
    id = alert.alert.id
    rule = alert.alert.rule
    actions = alert.alert.actions.map(\.action)
    let time = alert.alert.updated ?? alert.alert.time
    self.time = time
    let limit = time + Self.soon
    let next = raised.first { other in
      other.alert.rule == alert.alert.rule && other.raised > time && other.raised < limit
    }
    after = next.map { ($0.raised - time).inSeconds }
    let isWatched = spans.values.contains { $0.contains { $0.lowerBound <= time && $0.upperBound >= limit } }
    effect =
      if next != nil {
        .again
      } else if course.movesOn(within: time..<limit) {
        .helped
      } else {
        isWatched ? .stood : .open
      }
  }
}

extension RaisedAlert {
  /// Whether something was done to the agent.
  var isIntervention: Bool {
    let proved: [Alert.Outcome] = [.denied, .held, .stopped, .corrected]
    return proved.contains(alert.outcome) || alert.actions.contains { $0.reachedAgent }
  }
}

extension Alert.Deed {
  /// The agent felt it: it was refused, stopped, told or started again.
  fileprivate var reachedAgent: Bool {
    switch Action(rawValue: action) {
    case .deny, .restart: result == "done"
    case .interrupt: result == "confirmed" || result.hasPrefix("the turn ended")
    case .prompt: result == "delivered" || result == "told by the hook" || result.hasPrefix("sent")
    case .hold: result.hasPrefix("killed")
    case .queue, .escalate, .run, nil: false
    }
  }
}
