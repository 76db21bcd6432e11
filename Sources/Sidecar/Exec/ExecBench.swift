import Rulebook
import Senses

/// The rules by which executions are judged: those of a rulebook that hold.
struct ExecBench {
  private(set) var reading: ExecReading
  private let judge: Judge
  private var watchlist: Watchlist

  init(_ rulebook: Rulebook) {
    watchlist = Watchlist(rulebook.rules, lists: rulebook.lists)
    reading = ExecReading(rulebook, watchlist)
    judge = Judge(Self.holding(rulebook))
  }

  mutating func adopt(_ rulebook: Rulebook) {
    watchlist = Watchlist(rulebook.rules, lists: rulebook.lists)
    reading = ExecReading(rulebook, watchlist)
    judge.adopt(Self.holding(rulebook))
  }

  /// Holds nothing by rules that are not enforced at the moment.
  func adopt(_ waivers: [Waiver]) { judge.waivers = waivers }

  /// What holds the program.
  ///
  /// - Parameter isText: The facts are about what a shell was given to run. What that executes is judged when it
  ///   does, so that only rules count which are about no program of a certain name.
  func verdicts(on facts: [Fact], isText: Bool) -> [Verdict] {
    facts.flatMap { judge.judge($0) }.filter { verdict in
      verdict.actions.contains(.hold) && verdict.waiver == nil
        && (!isText || watchlist.nameless.contains(verdict.rule.id))
    }
  }

  private static func holding(_ rulebook: Rulebook) -> Rulebook {
    Rulebook(
      rules: rulebook.rules.filter { $0.on == .command && $0.holds }, lists: rulebook.lists,
      programs: rulebook.programs)
  }
}
