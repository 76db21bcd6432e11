import Foundation
import Processes
import Support
import Testing

@testable import Tmux

extension RealTmux {
  @Suite("A consumer that does not keep up")
  struct StallTests {
    @Test(
      "With the listening process stopped for ten seconds no program in a pane waits longer than the pause limit"
    )
    func stopped() async throws {
      try await withServer { tmux in
        let bench = try benchProgram()
        let (gaps, ready) = (tmux.directory + "/gaps", tmux.directory + "/ready")
        try await tmux.start("main", "\(bench) write 14 \(gaps)")
        let listener = Process()
        listener.executableURL = URL(fileURLWithPath: bench)
        guard case .named(let name) = tmux.server.socket else { return }
        listener.arguments = ["listen", name, ready]
        listener.standardOutput = FileHandle.nullDevice
        try listener.start()
        defer { listener.terminate() }
        try await eventually("the listener reads") { !contents(ready).isEmpty }
        kill(listener.processIdentifier, SIGSTOP)
        // The stop itself is the condition that is measured; nothing else tells when it has lasted.
        try await Task.sleep(for: .seconds(10))
        kill(listener.processIdentifier, SIGCONT)
        try await eventually("the writer is done", within: .seconds(30)) { !contents(gaps).isEmpty }
        let words = String(decoding: contents(gaps), as: UTF8.self).split(separator: " ")
        let longest = try #require(words.first.flatMap { Double($0) })
        print(
          "longest gap in a pane's writes while the listener was stopped: \(longest) s; bytes \(words[1])")
        #expect(longest < 1.3)
      }
    }

    @Test(
      "A listener killed in the middle of a flood leaves no client behind, and no program that waits for it")
    func killed() async throws {
      try await withServer { tmux in
        let bench = try benchProgram()
        let (gaps, ready, go) = (tmux.directory + "/gaps", tmux.directory + "/ready", tmux.directory + "/go")
        // However late the listener comes, the flood is still to begin.
        try await tmux.start(
          "main", "until [ -e \(go) ]; do printf .; sleep 0.05; done; \(bench) write 6 \(gaps)")
        let listener = Process()
        listener.executableURL = URL(fileURLWithPath: bench)
        guard case .named(let name) = tmux.server.socket else { return }
        listener.arguments = ["listen", name, ready]
        try listener.start()
        try await eventually("the listener reads") { !contents(ready).isEmpty }
        _ = FileManager.default.createFile(atPath: go, contents: nil)
        try await eventually("the flood has begun") {
          let lines = try await tmux.server.run(["display-message", "-p", "-t", "main", "#{history_size}"])
          return (Int(String(decoding: lines, as: UTF8.self).split(separator: "\n").joined()) ?? 0) > 100
        }
        kill(listener.processIdentifier, SIGKILL)
        try await eventually("its clients are gone") { try await tmux.server.run(["list-clients"]).isEmpty }
        try await eventually("the writer is done") { !contents(gaps).isEmpty }
      }
    }

    @Test("A flood that nobody reads marks its pane lost, keeps memory bounded, and ends in a snapshot")
    func flood() async throws {
      try await withServer { tmux in
        let session = try await tmux.start(
          "main", "read x; yes 0123456789 | head -c 20000000; echo; echo over; exec cat")
        let mailbox = Mailbox(limit: 256 << 10)
        let client = try await tmux.attach(session, mailbox)
        try await client.send(TmuxCommand("send-keys", "-t", "%0", "Enter"))
        try await eventually("the flood is over", within: .seconds(60)) {
          try await client.capture(PaneID(0)).lines.contains(Array("over".utf8))
        }
        let seen = try await events(of: mailbox) { all in
          guard case .snapshot(let last) = all.last?.kind else { return false }
          return last.lines.contains(Array("over".utf8))
        }
        #expect(seen.contains { if case .lost(PaneID(0), _) = $0.kind { true } else { false } })
        #expect(seen.output(of: PaneID(0)).count < 1 << 20)
        await client.close()
      }
    }
  }
}
