import Rulebook

/// What one session leaves to the next.
public struct Handoff: Sendable, Equatable {
  public enum Author: Sendable {
    case agent, outrider
  }

  /// Characters of it that are kept.
  public static let longest = 1600

  public let author: Author
  /// One line without control characters.
  public let text: String

  public init(by author: Author, _ text: String) {
    self.author = author
    self.text = cleaned(text, limit: Self.longest)
  }
}

/// What an agent is asked before it is ended, and what the new one is told.
public struct Briefing: Sendable, Equatable {
  /// Why it is restarted, half a sentence.
  public var why: String
  /// What holds here, a sentence each.
  public var policy: [String]
  /// The project's own words for an agent that starts anew.
  public var project: String?
  /// What waits for the agent's next turns, in order. What stands here is told with the rest; whoever keeps a queue
  /// that delivers by itself leaves it empty.
  public var queued: [String]

  public init(why: String, policy: [String] = [], project: String? = nil, queued: [String] = []) {
    self.why = cleaned(why, limit: 200)
    self.policy = policy.prefix(40).map { cleaned($0, limit: 300) }
    self.project = project.map { cleaned($0, limit: 1000) }
    self.queued = queued.prefix(16).map { cleaned($0, limit: 600) }
  }

  /// What the agent is asked.
  public var request: String {
    "Outrider: this session will be ended and a new one started, since \(why). Write a hand-off for it now, one "
      + "paragraph of at most 120 words: what is done, what is open, what comes next, what must not be forgotten. "
      + "Run nothing and change nothing; only write the paragraph."
  }

  /// What the new agent is told, in one line: the policy, the hand-off, the project's words, what waits.
  public func text(with handoff: Handoff) -> String {
    var parts = ["Outrider: this is a new session; the one before was ended, since \(why)."]
    if !policy.isEmpty { parts.append("What holds here: " + policy.joined(separator: " ")) }
    switch handoff.author {
    case .agent: parts.append("Hand-off of the session before: \(handoff.text)")
    case .outrider: parts.append("It left no hand-off; this is what was seen of it: \(handoff.text)")
    }
    if let project, !project.isEmpty { parts.append(project) }
    if !queued.isEmpty { parts.append("What was asked for next: " + queued.joined(separator: " Then: ")) }
    return cleaned(parts.joined(separator: " "), limit: Self.longest)
  }

  /// Characters of what is typed; far less than agents fold away in pieces, and far more than anybody reads.
  static let longest = 8000
}
