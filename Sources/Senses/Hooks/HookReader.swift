import Rulebook
import Shell

/// Makes facts of the events of one agent's hooks. One owner.
public struct HookReader {
  private let agent: String
  private var commands: CommandReader

  /// - Parameters:
  ///   - agent: The name that the facts carry.
  ///   - commands: Reads the command lines; its own, since a hook tells every one.
  public init(agent: String, commands: CommandReader) {
    self.agent = agent
    self.commands = commands
  }

  /// The facts of an event: the commands that a shell tool would run or ran, the files that a file tool writes or
  /// wrote, a tool's output, what was typed, and the states that a pane does not tell.
  ///
  /// - Parameters:
  ///   - stories: Joins the command to what the agent's pane shows of it.
  ///   - hasPane: A pane tells the agent's other states.
  public mutating func read(
    _ event: HookEvent, stories: Stories, hasPane: Bool, at now: Instant
  ) -> [Fact] {
    var facts: [Fact] = []
    // A command that was interrupted has no event of its own.
    if event.moment == .stop || event.moment == .userPromptSubmit { stories.closeAll(at: now) }
    switch event.tool {
    case .command(let line, let cwd)?:
      facts += readCommand(line, cwd: cwd ?? event.cwd, event, stories, at: now)
    case .edit(let paths)?: facts += readEdit(paths, event, stories, at: now)
    case .other?, nil: break
    }
    if event.moment == .userPromptSubmit, let text = event.text {
      facts.append(fact(.prompt, text, ["by": .string("human")], at: now))
    }
    if let state = Self.state(after: event, hasPane: hasPane) {
      facts.append(
        fact(
          .state, state,
          [
            "state": .string(state), "evidence": .string("\(event.moment.rawValue) hook"),
            "hooked": .flag(event.moment != .sessionEnd),
          ], at: now))
    }
    return facts
  }

  private mutating func readCommand(
    _ line: String, cwd: String?, _ event: HookEvent, _ stories: Stories, at now: Instant
  ) -> [Fact] {
    guard let phase = Self.phase(of: event) else { return [] }
    let story = stories.noteHook(line, call: event.call, phase: phase, now: now)
    var command = fact(.command, line, ["phase": .string(phase.rawValue)], at: now)
    command.story = story
    if let cwd { command.fields["cwd"] = .string(cwd) }
    if let exit = event.result?.exit { command.fields["exit"] = .number(Double(exit)) }
    let output = (event.result?.output ?? []).map { text in
      var fact = fact(.output, text, ["command": .string(line)], at: now)
      fact.story = story
      return fact
    }
    return commands.read(command) + output
  }

  private mutating func readEdit(
    _ paths: [String], _ event: HookEvent, _ stories: Stories, at now: Instant
  ) -> [Fact] {
    guard let phase = Self.phase(of: event), event.moment != .postToolUseFailure else { return [] }
    let story = stories.noteHook(
      "edit \(paths.joined(separator: " "))", call: event.call, phase: phase, now: now)
    return paths.map { path in
      let path = Path.joined(event.cwd ?? "", path)
      if phase == .ran { commands.forgetFile(path) }
      var fact = fact(.edit, path, ["path": .string(path), "phase": .string(phase.rawValue)], at: now)
      fact.story = story
      return fact
    }
  }

  private static func phase(of event: HookEvent) -> Fact.Phase? {
    if event.moment.isBeforeTool { return .asked }
    return event.moment.isAfterTool ? .ran : nil
  }

  /// The state that an agent is in after the event. One whose pane is read says most of them there.
  private static func state(after event: HookEvent, hasPane: Bool) -> String? {
    switch event.moment {
    case .preCompact: return AgentState.compacting.rawValue
    case .postCompact: return "compacted"
    case _ where hasPane: return nil
    case .userPromptSubmit: return AgentState.working.rawValue
    case .stop: return AgentState.idle.rawValue
    case .sessionEnd: return AgentState.exited.rawValue
    case .permissionRequest: return AgentState.asking.rawValue
    case .notification where event.cause == "permission_prompt": return AgentState.asking.rawValue
    default: return nil
    }
  }

  private func fact(_ kind: Fact.Kind, _ text: String, _ fields: [String: Value], at now: Instant) -> Fact {
    Fact(time: now, agent: agent, kind: kind, text: text, fields: fields, source: .hook)
  }
}
