import Foundation
import Journal
import Processes
import Support
import Testing

extension Live {
  @Suite("A watch that gets a signal")
  struct SignalTests {
    private static func rule(_ id: String, _ program: String) -> String {
      """
      rules:
        - {id: \(id), on: command, match: '^\(program)(?!\\S)', severity: warning, why: w, do: [deny],
           fires: [\(program) x], silent: [ls]}

      """
    }

    private func isRefused(_ command: String, _ watch: WatchProgram) async throws -> Bool {
      let run = try await outrider(
        "hook", "--agent", "claude-code",
        input: Home.event(command, "/", "PreToolUse", UUID().uuidString), environment: watch.environment)
      return refusal(run.output) != nil
    }

    @Test("SIGHUP reads rules and configuration again; what is broken is said, and the former stays in force")
    func hangup() async throws {
      try await LiveStage.with { stage in
        let watch = try WatchProgram(stage)
        let own = "config/outrider/rules/own.yaml"
        let page = try stage.script("page", "cat > /dev/null")
        func notifiers(_ names: String...) -> String {
          "notifiers:\n" + names.map { "  - {name: \($0), run: \(page)}\n" }.joined()
        }
        try watch.write(Self.rule("no-frob", "frob"), to: own)
        try watch.write(notifiers("one"), to: "config/outrider/config.yaml")
        try await stage.open("main", "cat")
        try await watch.start()
        #expect(try await isRefused("frob x", watch))
        #expect(try await !isRefused("grob x", watch))

        watch.signal(SIGHUP)
        try await eventually("both are read again though nothing has changed") {
          watch.output.contains("the rules were read again: ")
            && watch.output.contains("the configuration was read again: 1 notifiers")
        }
        try watch.write(Self.rule("no-grob", "grob"), to: own)
        try watch.write(notifiers("one", "two"), to: "config/outrider/config.yaml")
        watch.signal(SIGHUP)
        try await eventually("both are in force") {
          watch.output.contains("new: no-grob; gone: no-frob")
            && watch.output.contains("the configuration was read again: 2 notifiers")
        }
        #expect(try await isRefused("grob x", watch))
        #expect(try await !isRefused("frob x", watch))

        try watch.write("rules:\n  - {id: no-grob, on: comand}\n", to: own)
        try watch.write("notifiers: [{name: one, rum: x}]\n", to: "config/outrider/config.yaml")
        watch.signal(SIGHUP)
        try await eventually("both mistakes are said") {
          watch.errors.contains("the configuration from before stays in force")
            && watch.alerts.contains { $0.rule == "rule-file" && $0.text.contains("own.yaml:2:") }
        }
        #expect(watch.errors.contains("config.yaml:1:"))
        #expect(try await isRefused("grob x", watch))
        try watch.write(Self.rule("no-grob", "grob"), to: own)
        watch.signal(SIGHUP)
        try await eventually("the alert about the file is resolved") {
          watch.alerts.first { $0.rule == "rule-file" }?.outcome == .resolved
        }
        #expect(try await watch.end(SIGTERM) == 0)
      }
    }

    @Test("SIGTERM ends it with status 0, and leaves nothing frozen and no socket behind")
    func terminate() async throws {
      try await LiveStage.with { stage in
        let watch = try WatchProgram(stage)
        try """
        rules:
          - id: get-waits
            on: command
            match: '^kubectl get(?!\\S)'
            severity: critical
            why: The human decides.
            do: [{hold: {for: 10m, then: kill}}]
            fires: [kubectl get secrets]
            silent: [ls]
        """.write(
          toFile: watch.path("config/outrider/rules/shop.yaml"), atomically: true, encoding: .utf8)
        try await stage.standIn(repeating: "bash -c 'kubectl get secrets; :'")
        try await watch.start()
        try await eventually("a program is on hold") { watch.alerts.contains { $0.rule == "get-waits" } }
        let pane = try await stage.server.run(["display-message", "-p", "-t", "agent", "#{pane_pid}"])
        let digits = String(decoding: pane, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let root = try #require(Int32(digits))
        #expect(stopped(below: root).count >= 1)
        let sockets = { try FileManager.default.contentsOfDirectory(atPath: watch.path("run/outrider")) }
        #expect(try sockets().contains { $0.hasSuffix(".sock") })
        #expect(try await watch.end(SIGTERM) == 0)
        #expect(stopped(below: root).isEmpty)
        let left = try sockets()
        #expect(!left.contains { $0.contains(".sock") }, "\(left)")
        #expect(watch.kept("heartbeat.json").isEmpty)
      }
    }

    /// The stopped processes below one.
    private func stopped(below root: Int32) -> [Int32] {
      var line = [root]
      var next = 0
      while next < line.count, line.count < 512 {
        line += ProcessFiles.children(line[next])
        next += 1
      }
      return line.filter { ProcessFiles.status($0)?.isStopped ?? false }
    }
  }
}
