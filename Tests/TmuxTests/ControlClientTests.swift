import Foundation
import Support
import Testing

@testable import Tmux

extension RealTmux {
  @Suite("One connection to a real tmux")
  struct ControlClientTests {
    @Test("Output arrives as it was written, byte for byte")
    func output() async throws {
      try await withServer { tmux in
        let program = #"read x; printf 'a\033[1mb\\ \303\251\001\n'; exec cat"#
        let session = try await tmux.start("main", "stty -echo; \(program)")
        let mailbox = Mailbox()
        let client = try await tmux.attach(session, mailbox)
        let pane = PaneID(0)
        try await eventually("the program reads") { try await tmux.ask("#{pane_current_command}") != "stty" }
        #expect(try await client.press([.enter], if: DeliveryGuard(pane: pane)) == .sent)
        let wanted = Array("a\u{1B}[1mb\\ é\u{1}\r\n".utf8)
        let seen = try await events(of: mailbox) { $0.output(of: pane).ends(with: wanted) }
        #expect(seen.output(of: pane).ends(with: wanted))
        await client.close()
        #expect(client.endReason == .closed)
      }
    }

    @Test("Answers come in order, and an error belongs to its own command")
    func replies() async throws {
      try await withServer { tmux in
        let client = try await tmux.attach(try await tmux.start("main", "exec cat"))
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<50 {
            group.addTask {
              let answer = try await client.send(TmuxCommand("display-message", "-p", "n\(number)"))
              #expect(answer == [Array("n\(number)".utf8)])
            }
            group.addTask {
              await #expect(throws: TmuxError.self) {
                try await client.send(TmuxCommand("capture-pane", "-t", "%\(number + 500)", "-p"))
              }
            }
          }
          try await group.waitForAll()
        }
        await client.close()
        await #expect(throws: TmuxError.ended(.closed)) { try await client.send(TmuxCommand("list-panes")) }
      }
    }

    @Test("Attaching changes no window's size and leaves the session's environment alone")
    func harmless() async throws {
      try await withServer { tmux in
        let session = try await tmux.start("main", "exec cat")
        let format = "#{window_width}x#{window_height} #{window_layout}"
        let before = try await tmux.ask(format)
        let environment = try await tmux.server.run(["show-environment", "-t", "main"])
        let client = try await tmux.attach(session)
        _ = try await client.capture(PaneID(0))
        #expect(try await tmux.ask(format) == before)
        #expect(before.hasPrefix("200x50 "))
        #expect(try await tmux.server.run(["show-environment", "-t", "main"]) == environment)
        await client.close()
        #expect(try await tmux.ask(format) == before)
      }
    }

    @Test("A snapshot shows rows, wrapped rows, the cursor and a sequence cut in the middle")
    func snapshot() async throws {
      try await withServer { tmux in
        let long = String(repeating: "x", count: 250)
        let program = "printf '\(long)\\n\\n  two  \\033[3;9r\\033[20;5Hend\\033[3'; exec cat"
        let client = try await tmux.attach(try await tmux.start("main", "stty -echo; \(program)"))
        try await eventually("the program has painted") {
          let snapshot = try await client.capture(PaneID(0))
          return snapshot.pending == Array("\u{1B}[3".utf8)
        }
        let snapshot = try await client.capture(PaneID(0))
        #expect(snapshot.columns == 200 && snapshot.rows == 50 && snapshot.lines.count == 50)
        #expect(snapshot.wrapped == [0])
        #expect(snapshot.joinedLines[0] == Array(long.utf8))
        #expect(snapshot.joinedLines[2] == Array("  two  ".utf8))
        #expect(snapshot.cursorColumn == 7 && snapshot.cursorRow == 19)
        #expect(snapshot.scrollTop == 2 && snapshot.scrollBottom == 8)
        #expect(!snapshot.isAlternate && snapshot.modes == 0)
        await client.close()
      }
    }

    @Test("Output and snapshots fit together exactly, wherever in the stream a snapshot is asked for")
    func snapshotOrder() async throws {
      try await withServer { tmux in
        let program = "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); echo line $i; done; echo over; exec cat"
        let session = try await tmux.start("main", "read x; \(program)")
        let mailbox = Mailbox(limit: 64 << 20)
        let client = try await tmux.attach(session, mailbox)
        try await client.send(TmuxCommand("send-keys", "-t", "%0", "Enter"))
        let asking = Task {
          while !Task.isCancelled {
            client.resync(PaneID(0))
            _ = try? await client.send(TmuxCommand("display-message", "-p", "-t", "%0", ""))
          }
        }
        let seen = try await events(of: mailbox, within: .seconds(60)) { all in
          switch all.last?.kind {
          case .output(_, let bytes): bytes.ends(with: Array("over\r\n".utf8))
          case .snapshot(let snapshot): snapshot.lines.contains(Array("over".utf8))
          default: false
          }
        }
        asking.cancel()
        var whole: [UInt8] = []
        var snapshots = 0
        for event in seen {
          switch event.kind {
          case .output(_, let bytes): whole += bytes
          case .lost: whole = []
          case .snapshot(let snapshot):
            // The last full line of the screen is the last full line of the stream so far.
            let lines = whole.split(separator: 0x0A, omittingEmptySubsequences: false)
            guard lines.count > 2, snapshot.cursorRow > 0, snapshot.cursorColumn == 0 else { continue }
            snapshots += 1
            #expect(snapshot.lines[snapshot.cursorRow - 1] == Array(lines[lines.count - 2].dropLast()))
          default: break
          }
        }
        #expect(snapshots > 0)
        print("snapshots compared with the stream at their place: \(snapshots)")
        await client.close()
      }
    }

    @Test("Keys and text are refused in copy mode, for another process, and for a pane that is gone")
    func guarded() async throws {
      try await withServer { tmux in
        let file = tmux.directory + "/typed"
        let session = try await tmux.start("main", "stty raw -echo; echo go; exec cat > \(file)")
        let client = try await tmux.attach(session)
        let pid = Int32(try await tmux.ask("#{pane_pid}"))
        let here = DeliveryGuard(pane: PaneID(0), process: pid)
        try await eventually("cat runs") { try await tmux.ask("#{pane_current_command}") == "cat" }
        try await client.send(TmuxCommand("copy-mode", "-t", "%0"))
        #expect(try await client.press([.enter], if: here) == .refused)
        #expect(try await client.type(TypedText(typing: "no".utf8), if: here) == .refused)
        #expect(try await client.paste(TypedText(pasting: "no".utf8), if: here) == .refused)
        try await client.send(TmuxCommand("send-keys", "-t", "%0", "-X", "cancel"))
        let other = DeliveryGuard(pane: PaneID(0), process: 1)
        #expect(try await client.press([.enter], if: other) == .refused)
        #expect(try await client.type(TypedText(typing: "yes".utf8), if: here) == .sent)
        #expect(try await client.press([.escape, .controlC, .enter, .tab], if: here) == .sent)
        try await eventually("the keys arrive") { contents(file).count >= 7 }
        #expect(contents(file) == Array("yes\u{1B}\u{3}\r\t".utf8))
        await #expect(throws: TmuxError.self) {
          try await client.press([.enter], if: DeliveryGuard(pane: PaneID(9)))
        }
        #expect(try await client.send(TmuxCommand("list-buffers")).isEmpty)
        await client.close()
      }
    }

    @Test("When the server is killed the connection says so and leaves no process behind")
    func serverKilled() async throws {
      try await withServer { tmux in
        let mailbox = Mailbox()
        let client = try await tmux.attach(try await tmux.start("main", "exec cat"), mailbox)
        let child = client.reader.child.pid
        _ = try await tmux.server.run(["kill-server"])
        let seen = try await events(of: mailbox) {
          $0.contains { if case .ended = $0.kind { true } else { false } }
        }
        #expect(seen.last.map { if case .ended = $0.kind { true } else { false } } == true)
        try await eventually("the child is reaped") { kill(child, 0) != 0 }
        await client.close()
      }
    }

    @Test(
      "A server that is not there, a session that is not there, a program that is not there: each says what to do"
    )
    func missing() async throws {
      let none = Server(socket: .named("outrider-none-\(getpid())"))
      let error = await #expect(throws: TmuxError.self) { try await none.sessions() }
      #expect(
        error?.description.contains("start one with: tmux -L outrider-none-\(getpid()) new-session") == true)
      await #expect(throws: TmuxError.self) {
        try await ControlClient.attach(to: SessionID(0), of: none, mailbox: Mailbox())
      }
      let program = Server(socket: .named("x"), program: "tmux-that-is-not-there")
      await #expect(throws: TmuxError.notInstalled(program: "tmux-that-is-not-there", host: nil)) {
        try await program.sessions()
      }
      let remote = Server(socket: .named("x"), prefix: ["sh", "-c", "exit 127"])
      await #expect(throws: TmuxError.notInstalled(program: "tmux", host: "sh -c exit 127")) {
        try await remote.sessions()
      }
      try await withServer { tmux in
        try await tmux.start("main", "exec cat")
        await #expect(throws: TmuxError.noSuchSession("$77")) {
          try await ControlClient.attach(to: SessionID(77), of: tmux.server, mailbox: Mailbox())
        }
      }
    }
  }
}

extension [UInt8] {
  func ends(with other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
