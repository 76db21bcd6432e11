import Patterns

/// One rule as a file states it, checked and compiled.
public struct Rule: Sendable {
  /// Where a rule was written.
  public struct Origin: Sendable, Equatable, CustomStringConvertible {
    public let file: String
    public let line: Int

    public var description: String { "\(file):\(line)" }
  }

  public let id: String
  public let on: Fact.Kind
  public let match: Pattern?
  /// Those of its own file first, then those that other files add.
  public internal(set) var except: [Pattern]
  public let when: Condition?
  /// What of `when` is looked at before the fact is counted, and what after.
  let filter: Condition?
  let threshold: Condition?
  public internal(set) var severity: Severity
  /// Why the rule is there: shown in the alert and told to the agent.
  public let why: Template
  /// What to do instead.
  public let instead: Template?
  /// What the agent is told, where it is not made from `why` and `instead`.
  public let prompt: Template?
  /// What is done, in order, the first time, the second time, …; the last step repeats.
  public internal(set) var steps: [[Order]]
  /// The kind of fact that firing makes.
  public let emit: Fact.Kind?
  public let windows: Windows
  public let fires: [Example]
  public let silent: [Example]
  public let origin: Origin
  public let layer: Layer
  /// What other files changed, in order.
  public internal(set) var changes: [Change] = []
  /// A rule with `emit` and no `do` is heard by other rules only.
  public let isQuiet: Bool
  /// Where its keys stand, for what is found out when all files are known.
  let places: [String: Place]

  /// What is done the first time.
  public var actions: [Action] { steps.first?.map(\.action) ?? [] }

  /// Whether it says what hooks complain about.
  var tellsComplaint: Bool {
    [why, instead, prompt].contains { $0?.fields.contains(Complaints.place) ?? false }
  }

  /// An error at one of the rule's keys, or at the rule itself.
  func error(at key: String? = nil, _ message: String) -> FileError {
    let place = key.flatMap { places[$0] } ?? Place(file: origin.file, line: origin.line, column: 5)
    return place.error("rule '\(id)' \(message)")
  }
}

/// A pattern that another file takes out of a rule.
struct Exemption: Sendable {
  let pattern: Pattern
}
