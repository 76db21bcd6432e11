import Patterns
import Shell

/// The rules in force, compiled: which of them listen to a kind of fact, and one pattern set for each kind.
///
/// A value: a reload makes a new one, and whoever holds the old one keeps judging by it until then.
public struct Rulebook: Sendable {
  /// In the order of the files and of the rules within them.
  public let rules: [Rule]
  /// By name; a list of a later file replaces one of the same name.
  public let lists: [String: [String]]
  public let programs: ProgramTable

  /// The rules that listen to one kind of fact.
  struct Listeners: Sendable {
    /// The patterns of those that have one; `matching[i]` is the rule of the set's pattern `i`.
    var patterns: PatternSet
    var matching: [Int]
    /// Those that only have a condition.
    var unconditional: [Int]
  }

  let listeners: [Fact.Kind: Listeners]

  public init(rules: [Rule], lists: [String: [String]], programs: ProgramTable) {
    self.rules = rules
    self.lists = lists
    self.programs = programs
    var listeners: [Fact.Kind: Listeners] = [:]
    for kind in Set(rules.map(\.on)) {
      let own = rules.indices.filter { rules[$0].on == kind }
      let matching = own.filter { rules[$0].match != nil }
      listeners[kind] = Listeners(
        patterns: PatternSet(matching.map { rules[$0].match! }), matching: matching,
        unconditional: own.filter { rules[$0].match == nil })
    }
    self.listeners = listeners
  }

  /// The rules of these files, their examples tried.
  ///
  /// - Returns: The rulebook of all rules that are sound, and every error of every file. A rule whose
  ///   examples fail, that names an unknown list or whose id is taken is left out.
  public static func load(
    _ files: [RuleFile], programs: ProgramTable
  ) -> (rulebook: Rulebook, errors: [FileError]) {
    var errors = files.flatMap(\.errors)
    var lists: [String: [String]] = [:]
    for file in files { lists.merge(file.lists) { _, later in later } }
    var taken: [String: Rule.Origin] = [:]
    var rules: [Rule] = []
    for rule in files.flatMap(\.rules) {
      if let first = taken[rule.id] {
        errors.append(rule.error("stands already in \(first); give one another id"))
        continue
      }
      taken[rule.id] = rule.origin
      let unknown = (rule.when?.lists ?? []).subtracting(lists.keys)
      guard unknown.isEmpty else {
        errors += unknown.sorted().map { name in
          let hint =
            nearest(to: name, among: lists.keys).map { "did you mean '$\($0)'?" }
            ?? "add it under 'lists:'"
          return rule.error("unknown list '$\(name)'; \(hint)")
        }
        continue
      }
      let failures = Rulebook(rules: [rule], lists: lists, programs: programs).exampleFailures(of: rule)
      errors += failures
      if failures.isEmpty { rules.append(rule) }
    }
    return (Rulebook(rules: rules, lists: lists, programs: programs), errors)
  }

  private func exampleFailures(of rule: Rule) -> [FileError] {
    var errors: [FileError] = []
    for (name, examples, mustFire) in [("fires", rule.fires, true), ("silent", rule.silent, false)] {
      for (index, example) in examples.enumerated() where fires(on: example, kind: rule.on) != mustFire {
        let verb = mustFire ? "does not fire" : "fires"
        errors.append(
          FileError(
            file: example.origin.file, line: example.origin.line, column: 9,
            message: "rule '\(rule.id)': '\(name)' example \(index + 1) \(verb): "
              + cleaned(example.text, limit: 120)))
      }
    }
    return errors
  }

  /// Whether any rule of this book fires on the example.
  func fires(on example: Example, kind: Fact.Kind) -> Bool {
    let judge = Judge(self)
    return facts(of: example, kind: kind).contains { !judge.judge($0).isEmpty }
  }

  private func facts(of example: Example, kind: Fact.Kind) -> [Fact] {
    var fact = Fact(
      time: .zero, agent: "example", kind: kind, text: example.text, fields: example.fields,
      source: .replay)
    guard kind == .command else { return [fact] }
    if fact.fields["phase"] == nil {
      fact.fields["phase"] = .string(Fact.Phase.running.rawValue)
    }
    var reader = CommandReader(programs: programs)
    return reader.read(fact)
  }
}

extension Rule {
  fileprivate func error(_ message: String) -> FileError {
    FileError(file: origin.file, line: origin.line, column: 5, message: "rule '\(id)' \(message)")
  }
}
