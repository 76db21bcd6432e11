import Patterns

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
  /// What it does instead, in a sentence; nil when it does as it says.
  public let failure: String?
}

extension Rulebook {
  /// Tries every example of a rule by itself, with the lists and programs of this book. The rule need not
  /// be in force. Examples that name a recording are left out: who reads recordings tries them.
  public func trials(of rule: Rule) -> [Trial] {
    let cases: [(Trial.Expectation, [Example])] = [(.fires, rule.fires), (.silent, rule.silent)]
    return cases.flatMap { expectation, examples in
      examples.enumerated().filter { $0.element.recording == nil }.map { index, example in
        Trial(
          rule: rule.id, example: example, expectation: expectation, number: index + 1,
          failure: failure(of: example, mustFire: expectation == .fires, in: rule))
      }
    }
  }

  /// The facts that an example stands for: the simple commands of a command line, what happens in a
  /// sequence, else itself.
  public func facts(of example: Example, of rule: Rule) -> [Fact] {
    guard example.recording == nil else { return [] }
    var reader = CommandReader(programs: programs)
    let seen =
      example.sequence.map { sequence in
        sequence.moments.filter { $0.clock == nil }.map { ($0.kind, $0.text, $0.fields) }
      } ?? [(rule.on, example.text, example.fields)]
    return seen.filter { $0.0 == rule.on }.flatMap { kind, text, fields in
      var fact = Fact(
        time: .zero, agent: "example", kind: kind, text: text, fields: fields, source: .replay)
      guard kind == .command else { return [fact] }
      if fact.fields["phase"] == nil { fact.fields["phase"] = .string(Fact.Phase.running.rawValue) }
      return reader.read(fact)
    }
  }
}

extension Rule {
  /// The exceptions that its own file states, without those that other files add.
  var ownExceptions: [Pattern] {
    except.dropLast(changes.count { if case .except = $0.kind { true } else { false } })
  }
}
