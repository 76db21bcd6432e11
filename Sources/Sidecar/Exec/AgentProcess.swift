import Patterns
import Processes
import Rulebook
import Senses

/// Which of a pane's processes is the agent: not the shell that it was started from, in which the human works when
/// the agent has gone, nor whatever else runs in the pane.
enum AgentProcess {
  /// Processes that are looked at in one pane.
  private static let most = 64

  /// - Parameter pane: The pane's first process.
  /// - Returns: The one nearest to the pane of those in its foreground whose program is the agent's; nil while
  ///   there is none.
  static func find(in pane: Int32, _ dialect: Dialect) -> ProcessIdentity? {
    guard pane > 1, let pattern = dialect.process, let status = ProcessFiles.status(pane) else { return nil }
    var line = [pane]
    var next = 0
    while next < line.count, line.count < most {
      let process = line[next]
      next += 1
      if ProcessFiles.status(process)?.group == status.foreground,
        programs(of: process).contains(where: { isProgram($0, by: pattern) })
      {
        return ProcessIdentity(process)
      }
      line += ProcessFiles.children(process)
    }
    return nil
  }

  /// Whether a word of a command line is the path of the agent's program, or of its script.
  static func isProgram(_ word: String, of dialect: Dialect) -> Bool {
    dialect.process.map { isProgram(word, by: $0) } ?? false
  }

  private static func isProgram(_ path: String, by pattern: Pattern) -> Bool {
    ((try? pattern.firstMatch(in: path, using: MatchContext())) ?? nil) != nil
  }

  /// The paths that say what a process runs: its script's or program's as it was called, and its file's.
  private static func programs(of process: Int32) -> [String] {
    let called = Arguments(ProcessFiles.arguments(process))
    return [called.text == nil ? called.words.first : nil, ProcessFiles.executable(process)].compactMap { $0 }
  }
}
