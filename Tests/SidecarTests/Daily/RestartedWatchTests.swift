import Foundation
import Journal
import Support
import Testing

extension Live {
  @Suite("A watch that is started again")
  struct RestartedWatchTests {
    /// Called at the third time only.
    private static let thrice = """
      rules:
        - id: thrice
          on: command
          match: '^make(?!\\S)'
          when: phase == ran
          count: {at: 3, within: 15m}
          severity: warning
          why: It failed {count} times.
          do: []
          fires:
            - sequence:
                - {at: 0s, command: make, phase: ran}
                - {at: 1s, command: make, phase: ran}
                - {at: 2s, command: make, phase: ran}
              fires_at: 2s
          silent: [make]
      """

    /// A stand-in by its name and its banner, that asks its hook about a command whenever it is told to.
    private func agent(_ watch: WatchProgram) async throws {
      let stage = watch.stage
      try FileManager.default.createDirectory(
        at: stage.folder.appending(path: "bin"), withIntermediateDirectories: true)
      try """
      #!/bin/bash
      printf ' Claude Code v2.1.330\\n\\n'
      for call in 1 2 3 4 5 6; do
        until test -e "go$call"; do sleep 0.05; done
        '\(LiveStage.program("outrider"))' hook --agent claude-code <"asked$call" >/dev/null
        touch "done$call"
      done
      exec cat
      """.write(toFile: watch.path("bin/claude"), atomically: true, encoding: .utf8)
      chmod(watch.path("bin/claude"), 0o755)
      for call in 1...6 {
        try watch.write(Home.event("make", stage.folder.path, "PostToolUse", "\(call)"), to: "asked\(call)")
      }
      let environment = watch.environment.filter { !$0.key.hasPrefix("TMUX") }.flatMap {
        ["-e", "\($0.key)=\($0.value)"]
      }
      _ = try await stage.server.run(
        ["new-session", "-d", "-s", "agent", "-x", "120", "-y", "40", "-c", stage.folder.path] + environment
          + ["exec '\(watch.path("bin/claude"))'"])
    }

    private func runs(_ call: Int, _ watch: WatchProgram) async throws {
      try watch.write("", to: "go\(call)")
      try await eventually("the hook was asked for the \(call). time") {
        FileManager.default.fileExists(atPath: watch.path("done\(call)"))
      }
    }

    @Test("after it was killed counts on, and calls at the third time what began before, once")
    func killed() async throws {
      try await LiveStage.with { stage in
        let watch = try WatchProgram(stage)
        try watch.write(Self.thrice, to: "config/outrider/rules/thrice.yaml")
        try await agent(watch)
        try await watch.start()
        try await eventually("the agent is seen") { watch.health?.agents == 1 }
        try await runs(1, watch)
        try await runs(2, watch)
        try await eventually("both are kept") {
          try watch.kept("memory.json").contains { file in
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return text.components(separatedBy: #""source":"hook""#).count >= 3
          }
        }
        #expect(try await watch.end(SIGKILL) == -SIGKILL)

        try await watch.start()
        try await eventually("the agent is seen again") { watch.health?.agents == 1 }
        #expect(watch.alerts.isEmpty)
        try await runs(3, watch)
        try await eventually("the third is called") { watch.alerts.map(\.rule) == ["thrice"] }
        #expect(watch.alerts.first?.why == "It failed 3 times.")
        try await runs(4, watch)
        try await runs(5, watch)
        // What was called is forgotten by the next one as well; a damaged file is said and does no harm.
        #expect(try await watch.end(SIGTERM) == 0)
        let file = try #require(watch.kept("memory.json").first)
        let memory = try Data(contentsOf: URL(filePath: file))
        try memory.prefix(memory.count / 2).write(to: URL(filePath: file))
        try await watch.start()
        try await eventually("the agent is seen a third time") { watch.health?.agents == 1 }
        try await runs(6, watch)
        let said = watch.errors
        #expect(said.contains("memory.json is damaged; counts and cool-downs begin anew"), "\(said)")
        #expect(try await watch.end(SIGTERM) == 0)
        #expect(watch.alerts.map(\.rule) == ["thrice"])
        #expect(try AlertLog.verify(watch.path("state/outrider/alerts.jsonl")).isIntact)
      }
    }

    @Test("knows nothing of another agent that runs in the pane by then")
    func otherAgent() async throws {
      try await LiveStage.with { stage in
        let watch = try WatchProgram(stage)
        try watch.write(Self.thrice, to: "config/outrider/rules/thrice.yaml")
        try await agent(watch)
        try await stage.open("other", "cat")
        try await watch.start(panes: 2)
        try await eventually("the agent is seen") { watch.health?.agents == 1 }
        try await runs(1, watch)
        try await runs(2, watch)
        #expect(try await watch.end(SIGTERM) == 0)
        #expect(watch.kept("memory.json").count == 1)
        for call in [1, 2] {
          unlink(watch.path("go\(call)"))
          unlink(watch.path("done\(call)"))
        }
        _ = try await stage.server.run(["respawn-pane", "-k", "-t", "agent"])
        try await watch.start(panes: 2)
        try await eventually("the other agent is seen") { watch.health?.agents == 1 }
        try await runs(1, watch)
        try await runs(2, watch)
        #expect(try await watch.end(SIGTERM) == 0)
        #expect(watch.alerts.isEmpty)
      }
    }
  }
}
