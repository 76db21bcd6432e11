import Support
import Testing

@testable import Tmux

private func appeared(_ events: [ControlEvent]) -> [PaneInfo] {
  events.compactMap { if case .appeared(let info, _) = $0.kind { info } else { nil } }
}

private func snapshots(_ events: [ControlEvent]) -> Set<PaneID> {
  Set(events.compactMap { if case .snapshot(let snapshot) = $0.kind { snapshot.pane } else { nil } })
}

extension RealTmux {
  @Suite("Watching a real server")
  struct ServerWatchTests {
    @Test("Panes and sessions come and go as events, each pane once even when two sessions show it")
    func comings() async throws {
      try await withServer { tmux in
        try await tmux.start("main", "exec cat")
        let watch = ServerWatch(server: tmux.server)
        let running = Task { await watch.run() }
        _ = try await events(of: watch.events) { snapshots($0).contains(PaneID(0)) }

        _ = try await tmux.server.run(["split-window", "-d", "-t", "main", "echo hello; exec cat"])
        let split = try await events(of: watch.events) { all in
          snapshots(all).isSuperset(of: [PaneID(1), PaneID(0)])
        }
        #expect(
          split.contains {
            if case .appeared(let info, fresh: true) = $0.kind { info.pane == PaneID(1) } else { false }
          })
        #expect(split.contains { if case .lost(PaneID(0), .resized) = $0.kind { true } else { false } })

        try await tmux.start("other", "exec cat")
        let other = try await events(of: watch.events) { snapshots($0).contains(PaneID(2)) }
        #expect(appeared(other).map(\.sessionName) == ["other"])

        _ = try await tmux.server.run(["link-window", "-s", "other:0", "-t", "main:5"])
        _ = try await tmux.server.run(["new-window", "-d", "-t", "main:6", "exec cat"])
        let linked = try await events(of: watch.events) { snapshots($0).contains(PaneID(3)) }
        #expect(appeared(linked).map(\.pane) == [PaneID(3)])

        _ = try await tmux.server.run(["kill-session", "-t", "other"])
        let moved = try await events(of: watch.events) { snapshots($0).contains(PaneID(2)) }
        #expect(moved.contains { if case .lost(PaneID(2), .moved) = $0.kind { true } else { false } })
        #expect(!moved.contains { if case .gone(PaneID(2)) = $0.kind { true } else { false } })

        _ = try await tmux.server.run(["kill-pane", "-t", "%1"])
        _ = try await events(of: watch.events) { $0.contains { $0.kind == .gone(PaneID(1)) } }
        #expect(await watch.panes.map(\.pane) == [PaneID(0), PaneID(2), PaneID(3)])
        running.cancel()
        await running.value
      }
    }

    @Test("Sessions that come and go all the time, with panes and copy mode, do not cost the server its life")
    func storm() async throws {
      try await withServer { tmux in
        try await tmux.start("main", "exec cat")
        let server = try await tmux.ask("#{pid}")
        let watch = ServerWatch(server: tmux.server)
        let running = Task { await watch.run() }
        _ = try await events(of: watch.events) { snapshots($0).contains(PaneID(0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for storm in 0..<2 {
            group.addTask {
              for round in 0..<60 {
                let name = "storm\(storm)-\(round)"
                try await tmux.start(name, "exec cat")
                for command in [["new-window"], ["copy-mode"], ["split-window", "exec cat"]] {
                  _ = try await tmux.server.run(command + ["-t", name])
                }
                _ = try await tmux.server.run(["kill-session", "-t", name])
              }
            }
          }
          try await group.waitForAll()
        }
        let last = try await tmux.start("last", "exec cat")
        // All the session ids of the storm are behind it.
        _ = try await events(of: watch.events) { appeared($0).contains { $0.session == last } }
        #expect(try await tmux.ask("#{pid}") == server)
        running.cancel()
        await running.value
      }
    }

    @Test("A server that ends is missed once and found again when it is back, with its new panes")
    func restart() async throws {
      try await withServer { tmux in
        let watch = ServerWatch(
          server: tmux.server, backoff: Backoff(shortest: .milliseconds(10), longest: .milliseconds(50)))
        let running = Task { await watch.run() }
        let first = try await events(of: watch.events) { !$0.isEmpty }
        if case .unreachable(.noServer) = first[0].kind {} else { Issue.record("\(first[0].kind)") }
        for round in 0..<3 {
          try await tmux.start("round\(round)", "exec cat")
          let up = try await events(of: watch.events) { snapshots($0).contains(PaneID(0)) }
          #expect(up.first?.kind == .reached)
          #expect(appeared(up).map(\.sessionName) == ["round\(round)"])
          _ = try await tmux.server.run(["kill-server"])
          let down = try await events(of: watch.events) { all in
            all.contains { if case .unreachable = $0.kind { true } else { false } }
          }
          #expect(down.contains { $0.kind == .gone(PaneID(0)) })
          #expect(down.filter { if case .unreachable = $0.kind { true } else { false } }.count == 1)
        }
        running.cancel()
        await running.value
      }
    }

    @Test("Only the sessions named are watched, also when they come later or are renamed")
    func named() async throws {
      try await withServer { tmux in
        try await tmux.start("main", "exec cat")
        let watch = ServerWatch(
          server: tmux.server, sessions: .named(["agents"]),
          backoff: Backoff(shortest: .milliseconds(10), longest: .milliseconds(50)))
        let running = Task { await watch.run() }
        let first = try await events(of: watch.events) { !$0.isEmpty }
        #expect(first.map(\.kind) == [.unreachable(.noSuchSession("agents"))])
        try await tmux.start("agents", "exec cat")
        let seen = try await events(of: watch.events) { snapshots($0).contains(PaneID(1)) }
        #expect(appeared(seen).map(\.pane) == [PaneID(1)])
        running.cancel()
        await running.value
      }
    }

    @Test("Copy mode, and a first process that dies or is replaced, are told")
    func modes() async throws {
      try await withServer { tmux in
        try await tmux.start("main", "exec cat")
        _ = try await tmux.server.run(["set-option", "-g", "remain-on-exit", "on"])
        let watch = ServerWatch(server: tmux.server)
        let running = Task { await watch.run() }
        _ = try await events(of: watch.events) { snapshots($0).contains(PaneID(0)) }
        _ = try await tmux.server.run(["copy-mode", "-t", "main"])
        _ = try await events(of: watch.events) { all in
          all.contains { if case .changed(let info) = $0.kind { info.isInMode } else { false } }
        }
        _ = try await tmux.server.run(["respawn-pane", "-k", "-t", "main", "exit 0"])
        _ = try await events(of: watch.events) { all in
          all.contains { if case .changed(let info) = $0.kind { info.isDead } else { false } }
        }
        running.cancel()
        await running.value
      }
    }

    @Test("A directory, a title and a session name made to forge a listing stay where they are")
    func forgery() async throws {
      try await withServer { tmux in
        let directory = tmux.directory + "/a\tb\n%9\t@9\t$9\n;#{pane_pid}"
        try await tmux.start(
          "main",
          "D='\(directory)'; mkdir \"$D\"; cd \"$D\"; printf '\\033]2;t\\tt #{pane_pid} \"\\033\\\\'; exec cat"
        )
        let client = try await tmux.attach(SessionID(0))
        try await eventually("cat runs") { try await tmux.ask("#{pane_current_command}") == "cat" }
        let panes = try await client.panes()
        #expect(panes.map(\.pane) == [PaneID(0)])
        #expect(panes[0].directory.hasSuffix("/a?b?%9?@9?$9?;#{pane_pid}"))
        #expect(panes[0].command == "cat")
        await client.close()
      }
    }
  }
}
