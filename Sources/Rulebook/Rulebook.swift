import Patterns
import Shell

/// The rules in force, compiled: which of them listen to a kind of fact, and one pattern set for each kind.
///
/// A value: a reload makes a new one, and whoever holds the old one keeps judging by it until then.
public struct Rulebook: Sendable {
  /// In the order of the files and of the rules within them.
  public let rules: [Rule]
  /// The programs of the user's that are run beside the agents.
  public let probes: [ProbeOrder]
  /// By name, as the last file that has a say left them.
  public let lists: [String: [String]]
  public let programs: ProgramTable
  /// Rules that were taken out, by whom and where.
  public let disabled: [Change]

  /// The rules that listen to one kind of fact, by their indices.
  struct Listeners: Sendable {
    /// The patterns of those that have one; `matching[i]` is the rule of the set's pattern `i`.
    var patterns = PatternSet([])
    var matching: [Int] = []
    /// Those that only have a condition, or none.
    var unconditional: [Int] = []
    /// Those that look at how long something is so: they have to hear of its end too.
    var spells: [Int] = []
    /// Those whose count or expectation ends with such a fact.
    var eased: [Int] = []
  }

  let listeners: [Fact.Kind: Listeners]
  /// The shortest `stalled`; nil when no rule has one, and progress is of no interest.
  public let shortestStall: Duration?
  /// Whether any rule says what hooks complain about.
  let tellsComplaints: Bool
  private let indices: [String: Int]
  /// The lists as the files up to a layer left them: the examples of its rules are tried with these.
  private let layers: [Layer: [String: [String]]]

  public init(
    rules: [Rule], lists: [String: [String]], programs: ProgramTable, disabled: [Change] = []
  ) {
    self.init(rules: rules, layers: [.project: lists], programs: programs, disabled: disabled)
  }

  init(
    rules: [Rule], layers: [Layer: [String: [String]]], programs: ProgramTable, disabled: [Change],
    probes: [ProbeOrder] = []
  ) {
    self.probes = probes
    self.layers = layers
    lists = layers[.project] ?? [:]
    self.rules = rules
    self.programs = programs
    self.disabled = disabled
    var listeners: [Fact.Kind: Listeners] = [:]
    for index in rules.indices {
      let rule = rules[index]
      for kind in Set(rule.windows.easing) { listeners[kind, default: Listeners()].eased.append(index) }
      if rule.windows.isSpell {
        listeners[rule.on, default: Listeners()].spells.append(index)
      } else if rule.match != nil {
        listeners[rule.on, default: Listeners()].matching.append(index)
      } else {
        listeners[rule.on, default: Listeners()].unconditional.append(index)
      }
    }
    self.listeners = listeners.mapValues { own in
      var own = own
      own.patterns = PatternSet(own.matching.compactMap { rules[$0].match })
      return own
    }
    shortestStall = rules.compactMap(\.windows.stall?.after).min()
    tellsComplaints = rules.contains(where: \.tellsComplaint)
    indices = Dictionary(rules.indices.map { (rules[$0].id, $0) }) { first, _ in first }
  }

  /// The same rules, none of which does anything: what fires is written down.
  public func observing() -> Rulebook {
    let rules = rules.map { rule in
      var rule = rule
      rule.steps = [[]]
      return rule
    }
    return Rulebook(rules: rules, layers: layers, programs: programs, disabled: disabled, probes: probes)
  }

  /// The same rules with some lists as given.
  func with(_ own: [String: [String]]) -> Rulebook {
    Rulebook(
      rules: rules, layers: [.project: lists.merging(own) { $1 }], programs: programs, disabled: disabled)
  }

  /// The place of a rule among `rules`.
  public func index(of id: String) -> Int? { indices[id] }

  /// What is wrong with an example of the rule's, one sentence; nil when it is as it says, or when it names a
  /// recording, which is read elsewhere.
  public func failure(of example: Example, mustFire: Bool, in rule: Rule) -> String? {
    var own = rule
    own.except.removeLast(rule.changes.count { if case .except = $0.kind { true } else { false } })
    return Rehearsal(
      of: own, emitters: rules.filter { $0.emit != nil }, lists: layers[rule.layer] ?? lists,
      programs: programs
    ).failure(of: example, mustFire)
  }

  /// The rules of these files, their examples tried.
  ///
  /// - Parameter files: In the order in which they have a say; those of a later layer after all of an earlier one.
  /// - Returns: The rulebook of all rules that are sound, and every error of every file. A rule whose
  ///   examples fail, that names an unknown list or whose id is taken is left out.
  public static func load(
    _ files: [RuleFile], programs: ProgramTable
  ) -> (rulebook: Rulebook, errors: [FileError]) {
    var assembly = Assembly(files, programs: programs)
    let rulebook = assembly.assemble()
    return (rulebook, assembly.errors)
  }
}
