import Foundation
import Sidecar
import Support
import Testing
import Tmux

@testable import Journal

extension Live {
  @Suite("What the human approves in the agent's own dialog")
  struct Approved {
    /// Asks as Claude Code does, and runs what was approved.
    private static let script = """
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
        let marks = try await stage.standIn(Self.script)
        try await stage.watchingExecutions { watcher in
          try Data().write(to: stage.folder.appending(path: "go"))
          try await eventually("the dialog is seen") {
            await watcher.status().agents.first?.state == "asking"
          }
          #expect(!stage.alerts.contains { $0.outcome == .held })
          _ = try await stage.server.run(["send-keys", "-t", "agent", "1"])
          let ended = stage.folder.appending(path: "ended")
          try await eventually("what was approved has ended") {
            !((try? String(contentsOf: ended, encoding: .utf8)) ?? "").isEmpty
          }
          #expect(try String(contentsOf: ended, encoding: .utf8) == "1 137\n", "\(stage.alerts)")
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
