import Foundation
import Journal
import Testing
import Tmux

@testable import Sidecar

extension Live {
  @Suite("tmux's status line")
  struct TmuxNotifierTests {
    @Test("shows a call to who is attached, and runs nothing of what a pane has put into it")
    func shows() async throws {
      try await LiveStage.with { inner in
        try await inner.open("main", "cat")
        guard case .named(let name) = inner.server.socket else { return }
        try await LiveStage.with { outer in
          try await outer.open("person", "TMUX= exec tmux -L \(name) attach -t main")
          try await eventually("a person is attached") {
            try await !inner.server.run(["list-clients"]).isEmpty
          }
          let trap = inner.folder.appending(path: "trap").path
          let time = WallTime(milliseconds: 0)
          let alert = Alert(
            time: time, id: "x", rule: "kubectl-apply", severity: .critical,
            agent: Alert.Agent(name: "codex", pane: "%0"), source: .pane,
            text: "kubectl #(touch \(trap)) #{pane_id} %H:%M '; run-shell true")
          try await TmuxNotifier(inner.server).call(alert)
          try await eventually("the message stands on the screen") {
            try await outer.screen("person").contains("Outrider: kubectl-apply codex:%0: kubectl #(touch")
          }
          let screen = try await outer.screen("person")
          #expect(!screen.contains("run-shell true: "))
          #expect(!FileManager.default.fileExists(atPath: trap))
        }
      }
    }
  }
}
