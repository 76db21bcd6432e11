/// A rule fired on a fact.
public struct Verdict: Sendable {
  public let rule: Rule
  /// The fact, with the captures among its fields; of a rule that waited, the fact that began it.
  public var fact: Fact
  /// When it fired: the fact's time, or the deadline that passed in silence.
  public let time: Instant
  /// The rule's reason and advice, their places filled from the fact.
  public let why: String
  public let instead: String?
  /// What the agent is told, where the rule says it itself.
  public let prompt: String?
  /// What is to be done, in order: the step of the rule's ladder, less what comes too late for this evidence.
  public let orders: [Order]
  /// Which step of the ladder this is, from 1.
  public let step: Int
  /// How many the rule counted, where it counts.
  public let count: Int?
  /// What shows it beyond the fact, a line each: of a stall, every clock.
  public let evidence: [String]
  /// The rule's cap is reached: the human is called and nothing else is done.
  public let isCapped: Bool
  /// The rule had fired on this command before; there is an alert about it.
  public let isRepeat: Bool
  /// Why the rule is not enforced here, in the words of the alert; nil where it is.
  public let waiver: String?

  public var actions: [Action] { orders.map(\.action) }

  /// The same, with nothing done but calling the human.
  public func onlyEscalating(since reason: String) -> Verdict {
    Verdict(
      rule: rule, fact: fact, time: time, why: why, instead: instead, prompt: prompt,
      orders: [Order(.escalate)], step: step, count: count, evidence: evidence + [reason], isCapped: true,
      isRepeat: isRepeat, waiver: waiver)
  }

  /// Characters that a filled text may have.
  public static let longest = 600
}

/// Something that a person should know about the rules themselves.
public struct Notice: Sendable, Equatable {
  public let rule: String
  public let text: String
}
