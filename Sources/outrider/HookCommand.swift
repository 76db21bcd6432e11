import ArgumentParser

extension Outrider {
  struct Hook: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answers a hook of Claude Code or Codex; `outrider install` sets it up.",
      discussion: """
        Reads the agent's JSON on standard input. A command that the rules refuse is refused with the reason; \
        nothing is ever allowed that the agent itself would ask about. The sidecar is asked where one runs; \
        otherwise the same rules are judged by here. What is wrong never stops the agent, except that rules \
        which could be read still refuse.
        Exit code 0 with the answer on standard output; 2, with the reason on standard error, when a refusal \
        could not be written.
        """)

    @Option(help: "Whose hook it is: claude-code or codex (default: told from the input).")
    var agent: String?

    @Flag(help: "Be a status line program: tell the sidecar the context that is left, and print it.")
    var statusLine = false

    @Option(
      name: .customLong("then"), help: "With --status-line: a command that prints the status line instead.")
    var next: String?

    func validate() throws {
      if next != nil, !statusLine { throw ValidationError("--then goes with --status-line.") }
    }

    func run() {
      HookCall(agent: agent, isStatusLine: statusLine, next: next).run()
    }
  }
}
