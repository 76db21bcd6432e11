import Rulebook
import Senses
import Shell

/// Judges command lines one by one, each as if it were an agent's first.
///
/// Not thread-safe: one owner.
public final class CommandBench {
  private let programs: ProgramTable
  private let judge: Judge
  private var count: UInt64 = 0

  public init(_ library: RuleLibrary) {
    programs = library.rulebook.programs
    judge = Judge(library.rulebook)
  }

  /// What the rules say of the line; each rule at most once.
  ///
  /// - Parameters:
  ///   - cwd: Where it would run. When given, scripts and the repository's settings are read there.
  ///   - branch: What is checked out there, where the repository itself does not tell.
  public func judge(_ line: String, cwd: String?, branch: String?) -> [Verdict] {
    facts(line, cwd: cwd, branch: branch).flatMap { judge.judge($0) }
  }

  /// The simple commands that the line would run, as the rules see them.
  public func facts(_ line: String, cwd: String?, branch: String?) -> [Fact] {
    count += 1
    var fields: [String: Value] = ["phase": .string(Fact.Phase.asked.rawValue)]
    if let cwd { fields["cwd"] = .string(cwd) }
    if let branch { fields["branch"] = .string(branch) }
    let fact = Fact(
      time: .zero, agent: "judge", kind: .command, text: line, fields: fields, source: .hook, story: count)
    var reader = CommandReader(programs: programs, files: cwd == nil ? .none : .local)
    return reader.read(fact)
  }
}
