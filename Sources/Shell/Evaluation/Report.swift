/// Turns words into the commands of the result.
extension Evaluator {
  /// Adds a command. Its output is unknown unless the caller writes it.
  mutating func report(_ args: [Field], _ call: Call, reason: OpaqueReason? = nil) {
    guard !isHalted else { return }
    guard analysis.commands.count < Limits.commands - 1 else {
      halt(.tooMuch)
      return
    }
    var command = SimpleCommand()
    command.opaqueReason = reason ?? call.reason
    command.redirections = call.redirections
    command.wrappers = outerWrappers.isEmpty ? call.wrappers : outerWrappers + call.wrappers
    command.isTruncated = call.isTruncated
    command.isCaptured = call.redirections.contains(where: \.takesOutput)
    command.host = host
    command.source = source
    command.cwd = session.isLost ? nil : session.cwd
    if !call.assignments.isEmpty {
      command.assignments = call.assignments.map { $0.name + "=" + $0.value.text }
    }
    if !session.exports.isEmpty { command.exported = exported() }
    if !args.isEmpty { fill(&command, args, call) }
    charge(16 + command.line.utf8.count)
    analysis.commands.append(command)
  }

  private mutating func fill(_ command: inout SimpleCommand, _ args: [Field], _ call: Call) {
    command.words.reserveCapacity(args.count)
    for arg in args { command.words.append(arg.text) }
    command.program = Path.name(args[0].text)
    let invocation = Invocation(args, program: command.program, table: programs)
    command.line = invocation.line(args)
    command.globalOptions = invocation.globals.map { args[$0].text }
    if command.program == "git" { command.canonizeSettings() }
    if command.opaqueReason == nil {
      if !args[0].isKnown {
        command.opaqueReason = .unknownProgram
      } else if invocation.isUndecided || call.hasHiddenWords && invocation.isIncomplete {
        command.opaqueReason = .unknownWord
      }
    }
    switch command.program {
    case "git": git(args, invocation, &command, call)
    case "gh", "glab", "hub": codeHost(args, invocation, &command)
    default: break
    }
  }

  /// Marks the commands found since `start`: nobody sees what they print.
  mutating func capture(from start: Int) {
    guard start < analysis.commands.count else { return }
    for index in start..<analysis.commands.count { analysis.commands[index].isCaptured = true }
  }

  private func exported() -> [String] {
    session.exports.prefix(32).compactMap { name in
      session.variables[name]?.fields.first.map { name + "=" + $0.text }
    }
  }
}
