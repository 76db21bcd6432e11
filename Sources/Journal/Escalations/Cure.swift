import Rulebook

/// What has to be seen for a trouble to have gone by itself.
public enum Cure: Sendable, Equatable, Codable {
  /// Nothing: what was done is done, and only a human ends it.
  case human
  /// The agent is in another state than this.
  case leaving(state: String)
  /// The agent does something: it runs a command, says or edits something, or is in another state than this.
  case progress(from: String)
  /// The agent works again.
  case work
  /// An agent works again where one has ended.
  case revival
  /// One of these kinds of fact.
  case facts([String])

  /// What ends the trouble that an alert of the rule tells of.
  ///
  /// - Parameter text: The text of the fact on which the rule fired; of a `state` fact it is the state.
  public init(_ rule: Rule, text: String) {
    if let expectation = rule.windows.expectation {
      self = .facts((expectation.kinds + expectation.unless).map(\.rawValue))
      return
    }
    switch rule.on {
    case .state where rule.windows.stall != nil: self = .progress(from: text)
    case .state where text == "exited": self = .revival
    case .state: self = .leaving(state: text)
    case .notice: self = .work
    case .status where rule.windows.stall != nil: self = .progress(from: "")
    default: self = .human
    }
  }

  /// Whether the fact, which is about the agent in trouble, tells that it is over.
  public func isSeen(in fact: Fact) -> Bool {
    switch self {
    case .human: false
    case .leaving(let state): fact.kind == .state && fact.text != state
    case .progress(let state):
      fact.kind == .state ? fact.text != state : [.command, .output, .said, .edit].contains(fact.kind)
    // A prompt is shown as work until the service refuses it.
    case .work: [.command, .output, .said, .edit].contains(fact.kind)
    case .revival: fact.kind == .state && !["exited", "unknown"].contains(fact.text)
    case .facts(let kinds): kinds.contains(fact.kind.rawValue)
    }
  }

  /// Whether it is over when the agent's pane has gone: nothing stands still there any more.
  public var comesWithEnd: Bool {
    switch self {
    case .human, .revival: false
    case .leaving, .progress, .work, .facts: true
    }
  }
}
