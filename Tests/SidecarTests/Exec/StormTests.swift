import Foundation
import Rulebook
import Senses
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("Storms and ends below an agent")
  struct Storms {
    @Test("hide nothing: each forbidden program among thousands of others is held")
    func storm() async throws {
      try await ExecStage.with { stage in
        let script = """
          for i in $(seq 1 20); do
            for j in $(seq 1 100); do /bin/true; done &
            kubectl apply -f $i
          done
          wait
          """
        try await stage.run(script)
        #expect(stage.marks.isEmpty)
        try await eventually("all are told") { stage.holds.count == 20 }
        #expect(stage.holds.allSatisfy { $0.result == .killed })
      }
    }

    @Test("of facts are cut to a number each second, and a hold is told all the same")
    func allowance() async throws {
      try await ExecStage.with { stage in
        try await stage.run("for i in $(seq 1 1500); do /bin/true; done; kubectl apply -f x")
        try await eventually("the hold is told") { stage.holds.count == 1 }
        #expect(stage.facts.count { $0.text == "true" && $0.phase == .running } < 1500)
      }
    }

    @Test(
      "with the pane's own process gone are over: what was on hold has ended, and the agent's end is told")
    func tmuxKilled() async throws {
      let rules = try OnHold.rules("{for: 60s, then: kill}")
      try await LiveStage.with { stage in
        let folder = stage.folder.appending(path: "work")
        try ExecStage.furnish(folder)
        let marks = folder.appending(path: "marks").path
        try await stage.open(
          "agent",
          "export MARKS='\(marks)' PATH='\(folder.path)/bin':/usr/bin:/bin; sleep 1; kubectl apply -f x; sleep 100"
        )
        let text = String(
          decoding: try await stage.server.run(["list-panes", "-a", "-F", "#{pane_pid}"]), as: UTF8.self)
        let pane = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        let watch = ExecWatch(rules, clock: LiveClock())
        watch.follow(pane, agent: "%0")
        try await eventually("it is on hold") { await watch.held().count == 1 }
        _ = try await stage.server.run(["kill-server"])
        try await eventually("nothing is on hold any more") { await watch.held().isEmpty }
        watch.end()
        #expect(try String(contentsOfFile: marks, encoding: .utf8).isEmpty)
      }
    }

    @Test("of an agent in a pane: the alert says held, at once, and tells the command as it was")
    func pane() async throws {
      try await LiveStage.with { stage in
        let marks = try await stage.standIn(
          repeating:
            "[ -e go ] && bash -c 'K=kubectl; V=apply; $K $V -f secret.yaml' >/dev/null 2>&1")
        try await stage.watchingExecutions { _ in
          // Its process is looked for when the pane has shown something.
          try await Task.sleep(for: .milliseconds(100))
          try Data().write(to: stage.folder.appending(path: "go"))
          try await eventually("an alert is raised") { !stage.alerts.isEmpty }
          let alert = try #require(stage.alerts.first)
          #expect(alert.outcome == .held)
          #expect(alert.rule == "kubectl-apply" && alert.source == .exec)
          #expect(alert.text == "kubectl apply -f secret.yaml")
          #expect(alert.actions.first?.action == "hold" && alert.actions.first?.result == "killed")
        }
        #expect(try String(contentsOfFile: marks, encoding: .utf8).isEmpty)
      }
    }
  }
}
