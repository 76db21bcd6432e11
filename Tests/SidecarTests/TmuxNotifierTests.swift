import Foundation
import Journal
import Support
import Testing
import Tmux

@testable import Notices

extension Live {
  @Suite("tmux's status line")
  struct TmuxNotifierTests {
    @Test("shows a call to who is attached, and runs nothing of what a pane has put into it")
    func shows() async throws {
      try await LiveStage.withPerson { inner, outer in
        let trap = inner.folder.appending(path: "trap").path
        let time = WallTime(milliseconds: 0)
        let alert = Alert(
          time: time, id: "x", rule: "kubectl-apply", severity: .critical,
          agent: Alert.Agent(name: "codex", pane: "%0"), source: .pane,
          text: "kubectl #(touch \(trap)) #{pane_id} %H:%M '; run-shell true")
        let call = Self.call(alert)
        try await TmuxNotifier(inner.server, style: .init(status: true)).deliver(call) { _, _ in }
        try await eventually("the message stands on the screen") {
          try await outer.screen("person").contains(
            "Outrider: CRITICAL kubectl-apply codex:%0: kubectl #(touch")
        }
        let screen = try await outer.screen("person")
        #expect(!screen.contains("run-shell true: "))
        #expect(!FileManager.default.fileExists(atPath: trap))
        let option = try await inner.server.run(["show-options", "-gv", "@outrider"])
        #expect(String(decoding: option, as: UTF8.self) == "CRITICAL kubectl-apply codex:0\n")
      }
    }

    @Test("shows a window over the panes that stays until Enter, and puts nothing of the text into a command")
    func popup() async throws {
      try await LiveStage.withPerson { inner, outer in
        let trap = inner.folder.appending(path: "trap").path
        let alert = Alert(
          time: WallTime(milliseconds: 0), id: "x", rule: "kubectl-apply", severity: .critical,
          agent: Alert.Agent(name: "codex", pane: "%0"), source: .pane,
          text: "x'; touch \(trap); #(touch \(trap))")
        let style = TmuxNotifier.Style(message: false, popup: true)
        try await TmuxNotifier(inner.server, style: style).deliver(Self.call(alert)) { _, _ in }
        try await eventually("the window stands") {
          try await outer.screen("person").contains("Enter closes this.")
        }
        _ = try await outer.server.run(["send-keys", "-t", "person", "Enter"])
        try await eventually("the window is closed") {
          try await !outer.screen("person").contains("Enter closes this.")
        }
        #expect(!FileManager.default.fileExists(atPath: trap))
      }
    }

    private static func call(_ alert: Alert) -> Call {
      var escalations = Escalations()
      escalations.take(alert, cure: .human, at: alert.time, by: EscalationPolicy())
      return escalations.tick(at: alert.time, secondsEast: 0, by: EscalationPolicy())[0]
    }
  }
}
