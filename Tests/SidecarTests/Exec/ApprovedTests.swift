import Foundation
import Sidecar
import Testing
import Tmux

@testable import Journal

extension Live {
  @Suite("What the human approves in the agent's own dialog")
  struct Approved {
    /// Asks as Claude Code does, and runs what was approved.
    private static let script = """
      #!/bin/bash
      printf ' Claude Code v2.1.330\\n\\n'
      while [ ! -e go ]; do sleep 0.1; done
      bash -c 'sleep 0.01; true'
      printf ' Bash command\\n\\n   kubectl apply -f web.yaml\\n   Apply\\n\\n'
      printf ' Do you want to proceed?\\n ❯ 1. Yes\\n   2. No\\n\\n Esc to cancel · Tab to amend\\n'
      read -rsn 1 answer
      printf '\\033[2J\\033[H● Bash(kubectl apply -f web.yaml)\\n'
      [ "$answer" = 1 ] && bash -c 'kubectl apply -f web.yaml; exit $?' >/dev/null 2>&1
      echo "$answer $?" > ended
      sleep 100
      """

    @Test("is held all the same, and the call tells how to allow it")
    func held() async throws {
      try await LiveStage.with { stage in
        try ExecStage.furnish(stage.folder)
        let agent = stage.folder.appending(path: "bin/claude").path
        try Self.script.write(toFile: agent, atomically: true, encoding: .utf8)
        chmod(agent, 0o755)
        let marks = stage.folder.appending(path: "marks").path
        try await stage.open(
          "agent",
          "export MARKS='\(marks)' PATH='\(stage.folder.path)/bin':/usr/bin:/bin; claude; sleep 100")
        var settings = Watcher.Settings.quiet
        settings.executions = ExecWatch.Settings()
        try await stage.watching(settings: settings) { watcher in
          try await eventually("the agent is seen") { !stage.agents.isEmpty }
          try Data().write(to: stage.folder.appending(path: "go"))
          try await eventually("the dialog is seen") {
            await watcher.status().agents.first?.state == "asking"
          }
          #expect(!stage.alerts.contains { $0.outcome == .held })
          _ = try await stage.server.run(["send-keys", "-t", "agent", "1"])
          let ended = stage.folder.appending(path: "ended")
          try await eventually("what was approved has ended") {
            (try? String(contentsOf: ended, encoding: .utf8)) == "1 137\n"
          }
          try await eventually("it is told as held") { stage.alerts.contains { $0.outcome == .held } }
          let alert = try #require(stage.alerts.first { $0.outcome == .held })
          #expect(alert.rule == "kubectl-apply" && alert.actions.first?.result == "killed")
          let call = Call(.opened, [Escalation(alert, cure: .human, at: alert.time)], at: alert.time)
          #expect(call.lines.contains("outrider allow kubectl-apply --agent %0 --for 10m"))
        }
        #expect(try String(contentsOfFile: marks, encoding: .utf8).isEmpty)
      }
    }
  }
}
