import Shell

/// Turns the command lines of one agent into facts about the simple commands that they would run.
///
/// It remembers what carries over from line to line: the working directory, the branch, variables, scripts
/// that the agent wrote. One a agent.
public struct CommandReader {
  private let programs: ProgramTable
  private let files: Files
  private var session: Session

  /// - Parameters:
  ///   - files: Reads a file that a command would run or a repository's settings; bounded by whoever gives
  ///     it. Without one only what the command line itself says is known.
  ///   - cwd: Where the agent works, where it is known.
  ///   - branch: What is checked out there, where it is known.
  public init(programs: ProgramTable, files: Files = .none, cwd: String? = nil, branch: String? = nil) {
    self.programs = programs
    self.files = files
    session = Session(cwd: cwd, branch: branch)
  }

  /// Says where the agent is now.
  public mutating func setDirectory(_ path: String) {
    session.setDirectory(path)
  }

  /// Forgets what was known of a file, since something other than a command line changed it.
  public mutating func forgetFile(_ path: String) {
    session.forgetFile(path)
  }

  /// The facts of a command fact whose text is a whole line: one for each simple command, in the order of
  /// the line. Their text is the normalised command (`git push origin main`, whatever stood around it).
  ///
  /// A field `cwd` or `branch` of the fact overrules what was remembered.
  public mutating func read(_ fact: Fact) -> [Fact] {
    if case .string(let cwd)? = fact.fields["cwd"] { session.setDirectory(cwd) }
    if case .string(let branch)? = fact.fields["branch"] { session.setBranch(branch) }
    let line = fact.text
    let analysis = analyze(line, session: &session, programs: programs, files: files)
    return analysis.commands.map { command in
      var part = fact
      part.text = command.line
      part.fields.merge(fields(of: command, in: analysis)) { _, new in new }
      part.fields["line"] = .string(line)
      return part
    }
  }

  private func fields(of command: SimpleCommand, in analysis: Analysis) -> [String: Value] {
    var fields: [String: Value] = ["program": .string(command.program)]
    if let cwd = command.cwd { fields["cwd"] = .string(cwd) }
    if let branch = command.branch { fields["branch"] = .string(branch) }
    if command.isTruncated { fields["truncated"] = .flag(true) }
    if let reason = command.opaqueReason {
      fields["opaque"] = .flag(true)
      fields["reason"] = .string(reason.description)
    }
    addSurroundings(of: command, to: &fields)
    if let push = command.push { addPush(push, to: &fields) }
    return fields
  }

  /// What stands around the command: set only where there is something.
  private func addSurroundings(of command: SimpleCommand, to fields: inout [String: Value]) {
    let environment = command.assignments + command.exported
    if !environment.isEmpty { fields["env"] = .list(environment) }
    if !command.globalOptions.isEmpty { fields["options"] = .list(command.globalOptions) }
    if !command.wrappers.isEmpty { fields["wrappers"] = .list(command.wrappers) }
    let written = command.filesWritten
    if !written.isEmpty { fields["writes"] = .list(written) }
    if command.isCaptured { fields["captured"] = .flag(true) }
    switch command.host {
    case nil: break
    case .remote(let name), .container(let name), .pod(let name): fields["host"] = .string(name)
    }
    switch command.source {
    case .line: break
    case .script(let name), .makeTarget(let name), .packageScript(let name), .gitAlias(let name),
      .code(let name):
      fields["source"] = .string(name)
    }
  }

  private func addPush(_ push: Push, to fields: inout [String: Value]) {
    fields["target"] = .list(push.branches)
    fields["remote"] = .list(push.targets.compactMap(\.remote))
    fields["everything"] = .flag(
      push.targets.contains { [.allBranches, .mirror, .matching].contains($0.reference) })
    fields["deletes"] = .flag(push.targets.contains(where: \.isDeleted))
    fields["forced"] = .flag(push.isForced)
    fields["with_lease"] = .flag(push.isForcedWithLease)
    fields["dry_run"] = .flag(push.isDryRun)
    fields["skips_hooks"] = .flag(push.skipsHooks)
    fields["admin"] = .flag(push.isAdmin)
    fields["resolved"] = .flag(push.isResolved)
  }
}
