import Senses

extension Check {
  /// The kernel tells of executions, so that programs can be held.
  static let executions = Check { around in
    [executions(obstacle: ExecListener.obstacle(), program: around.program ?? "outrider")]
  }

  /// - Parameters:
  ///   - obstacle: What is in the way; nil when nothing is.
  ///   - program: The path of this program.
  static func executions(obstacle: ExecError?, program: String) -> Finding {
    guard let obstacle else {
      return .ok("executions", "the kernel tells of each at once; programs are held before they begin")
    }
    let split = Finding.warning(
      "executions", "\(obstacle)".replacing("OUTRIDER", with: program), ""
    ).split
    return .warning(
      "executions",
      "\(split.what); trees of processes are read every 4 to 40 ms instead, and what is over sooner escapes",
      split.advice ?? "")
  }
}
