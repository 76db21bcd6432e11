import Foundation
import Journal
import Rulebook
import Sidecar
import Support
import Testing

extension Live {
  @Suite("A restart beside tmux")
  struct RestartLiveTests {
    /// Restarts an agent as soon as it stands still.
    private static let rule = """
      disable: [frozen]
      rules:
        - id: stands-still
          on: state
          when: state == working
          stalled: 500ms
          severity: warning
          why: Nothing moves.
          do: [{restart: {handoff: true, within: 3s, cooldown: 10m, grace: 1s}}]
          fires: [working]
          silent: [idle]
      """
    private static let handoff =
      "The cart is done; tests/test_pay.py fails, since the currency is missing. Next: give Price a currency."

    private func stalls(_ stage: LiveStage, _ options: String = "") throws -> String {
      // By this name Claude Code's dialect knows its process.
      let claude = stage.folder.appending(path: "claude")
      try FileManager.default.createSymbolicLink(
        atPath: claude.path, withDestinationPath: LiveStage.program("reenact"))
      return "'\(claude.path)' --stalls --log='\(stage.agentLog().path)' \(options)"
    }

    private func restarted(
      _ stage: LiveStage, _ body: (Alert) async throws -> Void
    ) async throws {
      let folder = stage.folder.appending(path: ".outrider")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try "Read issue #711\nbefore anything else.\n".write(
        to: folder.appending(path: "restart.md"), atomically: true, encoding: .utf8)
      let rules = stage.folder.appending(path: "restart.yaml")
      try Self.rule.write(to: rules, atomically: true, encoding: .utf8)
      let library = try RuleLibrary(Fixtures.sources(adding: [rules]))
      #expect(library.errors.isEmpty, "\(library.errors)")
      try await stage.watching(library: library) {
        try await eventually("the agent is seen") { !stage.agents.isEmpty }
        _ = try await stage.server.run(["send-keys", "-t", "agent", "-l", "do the work"])
        try await eventually("the words stand in the box") {
          try await stage.screen().contains("do the work")
        }
        _ = try await stage.server.run(["send-keys", "-t", "agent", "Enter"])
        try await eventually("it was restarted", within: .seconds(60)) {
          stage.alerts.first.map { $0.outcome != .raised } ?? false
        }
        try await body(stage.alerts[0])
      }
    }

    private func results(_ alert: Alert) -> [String] { alert.actions.map { "\($0.action): \($0.result)" } }

    private func told(_ stage: LiveStage) -> String? {
      stage.read("submitted").compactMap { $0["text"] as? String }.last {
        $0.contains("this is a new session")
      }
    }

    @Test(
      "below a shell: asks, ends by its own word, starts by its command line and hands over, word for word")
    func belowShell() async throws {
      try await LiveStage.with { stage in
        let command = try stalls(stage, "--handoff='\(Self.handoff)'")
        try await stage.open("agent", "exec bash --norc -i")
        try await eventually("the shell is ready") { try await stage.screen().contains(/[$#]/) }
        _ = try await stage.server.run(["send-keys", "-t", "agent", "-l", command])
        _ = try await stage.server.run(["send-keys", "-t", "agent", "Enter"])
        try await restarted(stage) { alert in
          #expect(
            results(alert) == [
              "finish: interrupt confirmed", "hand-off: by the agent, \(Self.handoff.count) characters",
              "end: by /exit", "start: done", "tell: delivered", "restart: done",
            ])
          #expect(alert.outcome == .resolved)
          try await eventually("the new agent was told") { told(stage) != nil }
          let text = try #require(told(stage))
          #expect(
            text.contains(
              "Hand-off of the session before: \(Self.handoff) Read issue #711 before anything else."))
          #expect(text.contains("ArgoCD watches the repository"))
          // Whoever reads the log while it goes on, or after a crash, knows how far it was.
          let log = try String(contentsOfFile: stage.alertLog, encoding: .utf8)
          for part in [
            "asking for a hand-off", "waiting for the hand-off", "ending the agent", "starting the agent",
          ] {
            #expect(log.contains("in progress: \(part)"), "\(part)")
          }
          #expect(stage.read("start").count == 2)
          #expect(Set(stage.read("start").compactMap { $0["pid"] as? Int }).count == 2)
        }
      }
    }

    @Test(
      "as the pane's own program: tmux puts it in place, and Outrider writes the hand-off that does not come")
    func ownProgram() async throws {
      try await LiveStage.with { stage in
        let command = try stalls(stage)
        try await stage.open("agent", "exec \(command)")
        try await restarted(stage) { alert in
          #expect(
            results(alert) == [
              "finish: interrupt confirmed", "hand-off: by Outrider, since none came in time",
              "end: replaced by tmux", "start: done", "tell: delivered", "restart: done",
            ])
          // A stand-in shows first and notes it after.
          try await eventually("the new agent was told") { told(stage) != nil }
          #expect(try #require(told(stage)).contains("Asked for, the last last: \"do the work\"."))
          // The new agent's pane is watched like the old one's.
          _ = try await stage.server.run(["send-keys", "-t", "agent", "-l", "and more"])
          _ = try await stage.server.run(["send-keys", "-t", "agent", "Enter"])
          try await eventually("the second stall is met by the cool-down", within: .seconds(30)) {
            stage.alerts.contains { results($0).contains { $0.contains("not within 10m") } }
          }
          #expect(stage.calls.count == 1)
          #expect(stage.read("start").count == 2)
        }
      }
    }
  }
}
