import Foundation
import Support
import Testing

extension Live {
  @Suite("A watch that is frozen")
  struct FrozenWatchTests {
    @Test("stalls no program in a pane for longer than the pause limit, and watches on when it is let go")
    func frozen() async throws {
      try await LiveStage.with { stage in
        try await RulesProgram.with { program in
          guard case .named(let server) = stage.server.socket else { return }
          try await stage.open("stays", "exec cat")
          let gaps = stage.folder.appending(path: "gaps")
          try await stage.open("writer", "exec '\(LiveStage.program("bench-tmux"))' write 14 '\(gaps.path)'")
          let watch = try program.start(
            "watch", ["watch", "-L", server, "--log", stage.alertLog, "--no-tmux-messages"])
          defer {
            watch.terminate()
            watch.waitUntilExit()
          }
          try await eventually("it watches") {
            program.text("watch.out").contains("watching the tmux server")
          }
          kill(watch.processIdentifier, SIGSTOP)
          // How long it stands still is what is tried; nothing else tells when it has been long enough.
          try await Task.sleep(for: .seconds(10))
          kill(watch.processIdentifier, SIGCONT)
          try await eventually("the writer is done") { FileManager.default.fileExists(atPath: gaps.path) }
          let words = try String(contentsOf: gaps, encoding: .utf8).split(separator: " ")
          let longest = try #require(words.first.flatMap { Double($0) })
          print("longest gap in a pane's writes while the watch was stopped: \(longest) s")
          #expect(longest < 1.3)
          try await stage.reenact("deploy.claude", "--speed 5")
          try await eventually("it watches on") { !stage.read("submitted").isEmpty }
        }
      }
    }
  }
}
