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
  public let except: [Pattern]
  public let when: Condition?
  public let severity: Severity
  /// Why the rule is there: shown in the alert and told to the agent.
  public let why: Template
  /// What to do instead.
  public let instead: Template?
  /// What is done, in order.
  public let actions: [Action]
  public let fires: [Example]
  public let silent: [Example]
  public let origin: Origin
}

/// A sample that a rule must fire on, or stay silent on.
public struct Example: Sendable, Equatable {
  public let text: String
  public let fields: [String: Value]
  public let origin: Rule.Origin
}
