/// One example of a rule, tried: by `rules test`, and when a rule is looked at for lint.
public struct Trial: Sendable {
  public enum Expectation: String, Sendable {
    case fires, silent
  }

  public let rule: String
  public let example: Example
  public let expectation: Expectation
  /// 1-based, among the examples of its kind.
  public let number: Int
  public let isPassed: Bool
}

extension Rulebook {
  /// Tries every example of a rule by itself, with the lists and programs of this book. The rule need not
  /// be in force.
  public func trials(of rule: Rule) -> [Trial] {
    let cases: [(Trial.Expectation, [Example])] = [(.fires, rule.fires), (.silent, rule.silent)]
    return cases.flatMap { expectation, examples in
      examples.enumerated().map { index, example in
        Trial(
          rule: rule.id, example: example, expectation: expectation, number: index + 1,
          isPassed: failure(of: example, mustFire: expectation == .fires, in: rule) == nil)
      }
    }
  }

  /// The facts that an example stands for: the simple commands of a command line, else itself.
  public func facts(of example: Example, of rule: Rule) -> [Fact] {
    var fact = Fact(
      time: .zero, agent: "example", kind: rule.on, text: example.text, fields: example.fields,
      source: .replay)
    guard rule.on == .command else { return [fact] }
    if fact.fields["phase"] == nil { fact.fields["phase"] = .string(Fact.Phase.running.rawValue) }
    var reader = CommandReader(programs: programs)
    return reader.read(fact)
  }
}
