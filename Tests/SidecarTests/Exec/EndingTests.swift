import Foundation
import Journal
import Rulebook
import Sidecar
import Testing
import Tmux

extension LiveStage {
  /// Opens a pane with a stand-in for Claude Code: its name, its banner, and a script of bash.
  fileprivate func impersonate(_ script: String) async throws {
    try ExecStage.furnish(folder)
    let agent = folder.appending(path: "bin/claude").path
    try "#!/bin/bash\nprintf ' Claude Code v2.1.330\\n\\n'\n\(script)\n".write(
      toFile: agent, atomically: true, encoding: .utf8)
    chmod(agent, 0o755)
    try await open(
      "agent",
      "export MARKS='\(folder.path)/marks' PATH='\(folder.path)/bin':/usr/bin:/bin; claude; sleep 100")
  }

  /// Watches executions too, with the shipped rules and one file of the test's own.
  fileprivate func watchingExecutions(
    _ rules: String = "rules: []", with body: (Watcher) async throws -> Void
  ) async throws {
    let file = folder.appending(path: "own.yaml")
    try rules.write(to: file, atomically: true, encoding: .utf8)
    var settings = Watcher.Settings.quiet
    settings.executions = ExecWatch.Settings()
    try await watching(
      settings: settings, library: try RuleLibrary(Fixtures.sources(adding: [file])), with: body)
  }

  /// Tells the stand-in to go on, again and again until that has shown: its process is looked for only when its pane
  /// has shown something, and what it does before that is not seen.
  fileprivate func goOn(until what: String, _ holds: () async throws -> Bool) async throws {
    let go = folder.appending(path: "go")
    try await eventually(what) {
      if try await holds() { return true }
      if !FileManager.default.fileExists(atPath: go.path) { try Data().write(to: go) }
      return false
    }
  }
}

extension Live {
  @Suite("How what an agent runs comes to its end")
  struct Endings {
    private static let rules = """
      rules:
        - id: seven
          on: command
          match: '(?:^|[ /])quiet\\.sh$'
          when: phase == ran and exit == 7 and took > 0.2
          severity: warning
          why: 'It ended with {exit}.'
          do: []
          fires:
            - {text: sh ./quiet.sh, phase: ran, exit: 7, took: 1}
          silent:
            - {text: sh ./quiet.sh, phase: ran, exit: 0, took: 1}
            - {text: sh ./quiet.sh, phase: ran, exit: 7, took: 0}
        - id: known
          on: command
          match: '^sleep 0\\.01$'
          when: phase == ran
          severity: info
          why: It is known.
          do: []
          fires:
            - {text: sleep 0.01, phase: ran}
          silent:
            - {text: sleep 0.01, phase: running}
        - id: nine
          on: state
          when: state == exited and exit == 9
          severity: warning
          why: 'It ended with {exit}.'
          do: []
          fires:
            - {text: exited, exit: 9}
          silent:
            - {text: exited, exit: 0}
      """

    @Test("is told with exit code and time of a command whose output and end the pane never shows")
    func hidden() async throws {
      try await LiveStage.with { stage in
        try "#!/bin/sh\nsleep 0.3\nexit 7\n".write(
          to: stage.folder.appending(path: "quiet.sh"), atomically: true, encoding: .utf8)
        try await stage.impersonate(
          """
          while sleep 0.1; do
            [ -e go ] && { bash -c 'sh ./quiet.sh; true' >/dev/null 2>&1; rm go; }
          done
          """)
        try await stage.watchingExecutions(Self.rules) { _ in
          try await stage.goOn(until: "it is told") { stage.alerts.contains { $0.rule == "seven" } }
          let alert = try #require(stage.alerts.first { $0.rule == "seven" })
          #expect(alert.source == .exec && alert.text.hasSuffix("quiet.sh"))
          #expect(alert.why == "It ended with 7.")
          #expect(try await !stage.screen().contains("quiet"))
        }
      }
    }

    @Test("is told with its status of the agent itself, though its pane lives on")
    func agent() async throws {
      try await LiveStage.with { stage in
        try await stage.impersonate(
          """
          while sleep 0.1; do
            [ -e go ] && { bash -c 'sleep 0.01; true'; rm go; }
            [ -e leave ] && exit 9
          done
          """)
        // That its own programs are told of shows that its process is known.
        try await stage.watchingExecutions(Self.rules) { _ in
          try await stage.goOn(until: "its process is known") {
            stage.alerts.contains { $0.rule == "known" }
          }
          try Data().write(to: stage.folder.appending(path: "leave"))
          try await eventually("its end is told") { stage.alerts.contains { $0.rule == "nine" } }
          let alert = try #require(stage.alerts.first { $0.rule == "nine" })
          #expect(alert.source == .exec && alert.why == "It ended with 9.")
        }
      }
    }
  }
}
