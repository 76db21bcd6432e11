import Foundation
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("The programs status and queue")
  struct StatusProgramTests {
    /// Everything that the programs read stands in the stage's folder.
    private static func environment(_ stage: LiveStage) -> [String: String] {
      [
        "HOME": stage.folder.path, "XDG_RUNTIME_DIR": stage.folder.path, "XDG_STATE_HOME": "", "TMUX": "",
        "NO_COLOR": "",
      ]
    }

    /// Opens a session in which the program runs, as a human at a terminal would run it.
    private static func open(_ session: String, _ arguments: String, _ stage: LiveStage) async throws {
      let settings = environment(stage).map { "\($0)='\($1)'" }.joined(separator: " ")
      try await stage.open(
        session,
        "cd '\(Fixtures.root.path)'; env \(settings) '\(LiveStage.program("outrider"))' \(arguments); cat")
    }

    /// A watch beside a stand-in that works for three seconds and rests then.
    private static func watched(_ stage: LiveStage) async throws -> String {
      try await stage.reenact("frozen.claude", "--from 80 --speed 3")
      let socket = String(
        decoding: try await stage.server.run(["display-message", "-p", "#{socket_path}"]), as: UTF8.self
      ).trimmingCharacters(in: .whitespacesAndNewlines)
      try await open("watch", "watch -S '\(socket)'", stage)
      try await eventually("the watch sees the agent") {
        try await stage.screen("watch").contains("sees claude-code")
      }
      return socket
    }

    @Test("say in a sentence that no watch is running, with exit 69")
    func nobody() async throws {
      try await LiveStage.with { stage in
        let run = try await outrider("status", environment: Self.environment(stage))
        #expect(run.status == 69)
        #expect(run.output.isEmpty)
        #expect(run.errors == "outrider status: no sidecar is running; start one with: outrider watch\n")
        let list = try await outrider("queue", environment: Self.environment(stage))
        #expect(list.status == 0 && list.output == "nothing is queued\n")
      }
    }

    @Test("refuse what cannot be meant, and say what to write instead")
    func usage() async throws {
      try await LiveStage.with { stage in
        for (arguments, part) in [
          (["queue", "codex"], "Write what to queue"),
          (["queue", "codex", "x", "--expires", "soon"], "30m, 8h or 2d"),
          (["queue", "codex", String(repeating: "x", count: 900)], "put it into a file"),
          (["queue", "--move", "abcde"], "--move ID AGENT"),
          (["status", "-L", "a", "-S", "b"], "Give either -L or -S"),
        ] {
          let run = try await outrider(arguments, environment: Self.environment(stage))
          #expect(run.status == 2 && run.errors.contains(part), "\(arguments): \(run)")
        }
      }
    }

    @Test("status --watch repaints in place, follows the terminal's size, and leaves the cursor as it was")
    func repaints() async throws {
      try await LiveStage.with { stage in
        _ = try await Self.watched(stage)
        try await Self.open("status", "status --watch", stage)
        func rows() async throws -> [String] {
          try await stage.screen("status").split(separator: "\n").map(String.init)
        }
        try await eventually("the agent is shown at work") {
          try await rows().contains { $0.hasPrefix("claude-code:%0") && $0.contains("working") }
        }
        #expect(try await Self.cursor(stage) == "0")
        try await eventually("it rests, on the same row") {
          try await rows().contains { $0.hasPrefix("claude-code:%0") && $0.contains("idle") }
        }
        #expect(try await rows().count { $0.hasPrefix("AGENT ") } == 1)
        #expect(try await rows().count { $0.hasPrefix("claude-code:%0") } == 1)
        _ = try await stage.server.run(["resize-window", "-t", "status", "-x", "70", "-y", "12"])
        try await eventually("it is painted for the new width") {
          let now = try await rows()
          return now.first?.contains("you") ?? false && now.count { $0.hasPrefix("AGENT ") } == 1
            && now.count { $0.hasPrefix("claude-code:%0") } == 1
        }
        #expect(try await rows().allSatisfy { $0.count <= 70 })
        _ = try await stage.server.run(["send-keys", "-t", "status", "C-c"])
        try await eventually("the cursor is there again") { try await Self.cursor(stage) == "1" }
      }
    }

    private static func cursor(_ stage: LiveStage) async throws -> String {
      String(
        decoding: try await stage.server.run(["display-message", "-p", "-t", "status", "#{cursor_flag}"]),
        as: UTF8.self
      )
      .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("queue, list, move and remove at a human's terminal; status shows it as text and as JSON")
    func queue() async throws {
      try await LiveStage.with { stage in
        let socket = try await Self.watched(stage)
        try await Self.open("human", "queue claude 'then merge the dependabot PRs' --expires 30m", stage)
        try await eventually("it is queued") {
          try await stage.screen("human").contains("queued for claude-code:%0")
        }
        let list = try await outrider("queue", "--json", environment: Self.environment(stage))
        let line = try #require(
          JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any], "\(list)")
        #expect(
          line["text"] as? String == "then merge the dependabot PRs"
            && line["agent"] as? String == "claude-code:%0")
        let id = try #require(line["id"] as? String)
        let status = try await outrider("status", "-S", socket, environment: Self.environment(stage))
        #expect(
          status.output.contains("'then merge the dependabot PRs'") && status.output.contains(id), "\(status)"
        )
        let json = try await outrider("status", "--json", environment: Self.environment(stage))
        let agent = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(agent["name"] as? String == "claude-code" && agent["v"] as? Int == 1)
        #expect((agent["queue"] as? [[String: Any]])?.first?["id"] as? String == id)
        // Without a terminal nobody can tell whether a human asks.
        let removal = try await outrider("queue", "--remove", id, environment: Self.environment(stage))
        if removal.status != 0 {
          #expect(removal.errors.contains("only a human at a terminal queues"), "\(removal)")
          try await Self.open("remover", "queue --remove \(id)", stage)
          try await eventually("it is removed") { try await stage.screen("remover").contains("removed") }
        }
        #expect(
          try await outrider("queue", environment: Self.environment(stage)).output == "nothing is queued\n")
        #expect(stage.read("paste").isEmpty)
      }
    }

    @Test("a rule queues a text for the end of the turn, and its alert says so")
    func byRule() async throws {
      try await LiveStage.with { stage in
        let rules = stage.folder.appending(path: ".outrider/rules")
        try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
        try """
        rules:
          - id: tests-later
            on: command
            match: '^kubectl get '
            severity: info
            why: w
            do: [{queue: 'then run the tests for {program}'}]
            cooldown: 1h
            fires: [kubectl get pods]
            silent: [ls]
        """.write(to: rules.appending(path: "shop.yaml"), atomically: true, encoding: .utf8)
        var settings = Watcher.Settings.quiet
        settings.queue = stage.folder.appending(path: "queue.jsonl").path
        try await stage.watching(settings: settings) {
          try await stage.reenact("mentions.claude", "--speed 8")
          try await eventually("it was sent") {
            stage.read("submitted").contains { $0["text"] as? String == "then run the tests for kubectl" }
          }
          try await eventually("its delivery is in the log") {
            stage.alerts.contains { $0.rule == "queue-delivered" }
          }
        }
        #expect(stage.read("submitted").count == 1)
        let alert = try #require(stage.alerts.first { $0.rule == "tests-later" })
        #expect(
          alert.actions.map(\.action) == ["queue"]
            && alert.actions.map(\.result) == ["for the end of the turn"])
      }
    }
  }
}
