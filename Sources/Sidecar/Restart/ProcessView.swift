import Hands
import Patterns
import Processes
import Rulebook

/// What is asked of the machine about the agent's processes in one pane.
struct ProcessView {
  /// How the agent that runs is started again.
  var relaunch: (Dialect) -> Result<Relaunch, Relaunch.Impossible>
  /// What became of it; after the start, of the new one.
  var life: (Relaunch, Dialect, _ hasStarted: Bool) -> Restart.Life
  /// What its children have done so far.
  var load: (Dialect) -> ProcessLoad?
}

extension ProcessView {
  /// By `/proc`.
  ///
  /// - Parameter pane: The pane's first process.
  static func live(pane: Int32) -> ProcessView {
    ProcessView { dialect in
      Result { () throws(Relaunch.Impossible) in
        guard let agent = AgentProcess.find(in: pane, dialect) else {
          throw Relaunch.Impossible(description: "its process was not found")
        }
        return try Relaunch(surroundings(of: agent, in: pane), dialect.restart) { word in
          AgentProcess.isProgram(word, of: dialect)
        }
      }
    } life: { relaunch, dialect, hasStarted in
      if hasStarted {
        if relaunch.agent.isAlive { return .lingering }
        return AgentProcess.find(in: pane, dialect) == nil ? .gone : .running
      }
      if relaunch.agent.isAlive { return .running }
      guard case .shell(let shell) = relaunch.way, shell.isAlive, let status = ProcessFiles.status(shell.id),
        status.group == status.foreground
      else { return .gone }
      return .atShell
    } load: { dialect in
      AgentProcess.find(in: pane, dialect).map { ProcessLoad(below: $0.id) }
    }
  }

  private static func surroundings(of agent: ProcessIdentity, in pane: Int32) -> Relaunch.Surroundings {
    let parent = ProcessFiles.status(agent.id).flatMap { ProcessIdentity($0.parent) }
    return Relaunch.Surroundings(
      agent: agent, words: words(of: agent.id), directory: ProcessFiles.directory(agent.id), pane: pane,
      parent: parent, parentWords: parent.map { words(of: $0.id) } ?? [],
      parentDirectory: parent.flatMap { ProcessFiles.directory($0.id) })
  }

  private static func words(of process: Int32) -> [String] {
    var bytes = ProcessFiles.arguments(process)
    // What was cut would be another command line.
    guard bytes.count < ProcessFiles.longestArguments, bytes.last == 0 else { return [] }
    bytes.removeLast()
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
      .compactMap { String(validating: $0, as: UTF8.self) }
    let hasControl = words.contains { word in
      word.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
    return hasControl ? [] : words
  }
}
