import Foundation
import Processes
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("tmux with Outrider's line in its configuration")
  struct TmuxHookTests {
    /// The processes of a watch of this socket.
    private func watches(of socket: String) -> [Int32] {
      ProcessFiles.all().filter { process in
        let words = ProcessFiles.arguments(process).split(separator: 0)
          .map { String(decoding: $0, as: UTF8.self) }
        return words.first?.hasSuffix("outrider") == true && words.contains("watch") && words.last == socket
      }
    }

    @Test("starts a watch with its server, only one, which ends with the server")
    func starts() async throws {
      try await LiveStage.with { stage in
        let watch = try WatchProgram(stage)
        let environment = watch.environment.filter { !$0.key.hasPrefix("TMUX") }
        let program = stage.folder.appending(path: "a path/outrider")
        try FileManager.default.createDirectory(
          at: program.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
          at: program, withDestinationURL: URL(filePath: LiveStage.program("outrider")))
        let install = Process()
        install.executableURL = program
        install.arguments = ["install", "tmux", "--yes"]
        install.environment = environment
        install.standardOutput = FileHandle.nullDevice
        try install.start()
        install.waitUntilExit()
        #expect(install.terminationStatus == 0)

        // tmux hands its own environment to what it starts.
        let socket = watch.path("run/tmux")
        let starting = Server(
          socket: .path(socket),
          prefix: ["env", "-u", "TMUX", "-u", "TMUX_PANE"] + environment.map { "\($0.key)=\($0.value)" },
          configuration: watch.path(".tmux.conf"))
        _ = try await starting.run(["new-session", "-d", "cat"])
        let server = Server(socket: .path(socket), configuration: "/dev/null")
        do {
          try await eventually("a watch answers for this server") {
            watch.health?.server.hasSuffix("/tmux") == true && watch.health?.panes == 1
          }
          let first = try #require(watch.health?.process)
          #expect(watches(of: socket) == [first])
          _ = try await server.run(["source-file", watch.path(".tmux.conf")])
          // The very line, once more, and its end waited for.
          let line = watch.text(".tmux.conf").split(separator: "\n").first { $0.hasPrefix("run-shell -b") }
          let again = try #require(line).replacing("run-shell -b", with: "run-shell")
            .replacing(">/dev/null 2>&1", with: ">'\(watch.path("again"))' 2>&1")
          try watch.write(again + "\n", to: "again.conf")
          _ = try? await server.run(["source-file", watch.path("again.conf")])
          try await eventually("the second says who watches") {
            watch.text("again").contains("(pid \(first)) watches the tmux server")
          }
          try await eventually("there is the one watch") { watches(of: socket) == [first] }
          #expect(watch.health?.process == first)
          _ = try await server.run(["kill-server"])
          try await eventually("the watch ends with its server") { watches(of: socket).isEmpty }
        } catch {
          _ = try? await server.run(["kill-server"])
          throw error
        }
      }
    }
  }
}
