/// What a rule waits for beyond a single fact. All times are told by facts and ticks.
public struct Windows: Sendable, Equatable {
  /// `count`: so many within so long.
  public struct Count: Sendable, Equatable {
    /// The number at which the rule fires; nil when its `when` looks at the field `count` itself.
    public let at: Int?
    public let within: Duration?
    /// What is counted apart: `agent` and fields of the fact.
    public let by: [String]
    /// Kinds of fact that start the agent's counting again.
    public let reset: [Fact.Kind]
    /// `per: command`: what one command makes alike counts once.
    public let isPerCommand: Bool

    /// More than this many are never kept.
    static let most = 1000
  }

  /// `expect`: something must follow within so long, else the rule fires.
  public struct Expectation: Sendable, Equatable {
    public let kinds: [Fact.Kind]
    public let within: Duration
    /// Kinds that make it needless.
    public let unless: [Fact.Kind]
    /// Fields that both facts must have alike.
    public let by: [String]
  }

  /// `stalled`: no clock of the agent's moved for so long while the condition held.
  public struct Stall: Sendable, Equatable {
    public let after: Duration
    public let clocks: Set<Clock>
    /// `grace`: while still nothing moves, the next step of the ladder is due after so long. Without it the
    /// rule fires again only after progress.
    public let grace: Duration?

    /// What moves so soon after a step is the step's own echo, no sign that it helped.
    static let echo = Duration.seconds(15)
  }

  /// `cap`: beyond so many within so long the rule only calls the human, once.
  public struct Cap: Sendable, Equatable {
    public let at: Int
    public let within: Duration
  }

  public var count: Count?
  public var expectation: Expectation?
  public var stall: Stall?
  /// `for`: the condition has held so long without a break.
  public var held: Duration?
  /// `cooldown`: after firing, the rule is silent for so long for this agent.
  public var cooldown: Duration?
  /// `ladder: {reset: …}`: after so long without firing, the first step is due again.
  public var ladderReset: Duration?
  public var cap: Cap?

  public init() {}

  /// Whether the rule looks at how long something is so.
  var isSpell: Bool { held != nil || stall != nil }

  /// What of a rule's condition is looked at before a fact is counted, and what after.
  func parts(of when: Condition?) -> (filter: Condition?, threshold: Condition?) {
    guard count != nil else { return (when, nil) }
    return when?.parted(by: "count") ?? (nil, nil)
  }

  /// Kinds of fact that put the rule at ease.
  var easing: [Fact.Kind] {
    (count?.reset ?? []) + (expectation.map { $0.kinds + $0.unless } ?? [])
  }
}

/// Something about an agent that moves only while it gets on.
///
/// The judge moves those that it can tell from facts; the others are moved by `Judge.progress`.
public enum Clock: String, Codable, CaseIterable, Sendable {
  /// Facts of these kinds move theirs.
  case command, output, edit, said
  /// Moved by a `status` fact whose value is another than before.
  case context, tokens
  /// New lines of the pane, once timers and spinners are taken out, and words that the human types: told by
  /// `progress` facts.
  case lines, typing
  /// Child processes that come, go, write or use the processor: told by the senses.
  case children
}
