import Foundation
import Journal
import Sidecar
import Support
import Testing

extension Live {
  @Suite("The status of a fleet")
  struct StatusLiveTests {
    @Test("holds how the agent's pull request stands, and the calls that nobody has answered")
    func calls() async throws {
      try await LiveStage.with { stage in
        try await stage.checkOut()
        try stage.answer("view.green", "threads.none")
        try await stage.reenact("deploy.codex", "--speed 6")
        try await stage.watching(settings: stage.settings(stage.probes())) { watcher in
          func agent() async -> AgentStatus? { await watcher.status().agents.first }
          try await eventually("its pull request is known") {
            await agent()?.reviews == ["#7 green  https://github.com/shop/web/pull/7"]
          }
          try await eventually("the human is called") { await agent()?.escalations != nil }
          let call = try #require(await agent()?.escalations?.first)
          #expect(call.rule == "kubectl-apply" && call.text.hasPrefix("kubectl apply"), "\(call)")
          #expect(stage.alerts.contains { $0.id == call.id })
          let need = await agent()?.need
          #expect(need?.urgency == .called && need?.text.contains("outrider ack \(call.id)") == true)
        }
      }
    }

    @Test("holds what is frozen until a human decides, and says how to")
    func held() async throws {
      try await LiveStage.with { stage in
        let rules = stage.folder.appending(path: ".outrider/rules")
        try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
        try """
        rules:
          - id: get-waits
            on: command
            match: '^kubectl get(?!\\S)'
            severity: critical
            why: The human decides.
            do: [{hold: {for: 60s, then: kill}}]
            fires: [kubectl get secrets]
            silent: [ls]
        """.write(to: rules.appending(path: "shop.yaml"), atomically: true, encoding: .utf8)
        try await stage.standIn(repeating: "bash -c 'kubectl get secrets; :'")
        var settings = Watcher.Settings.quiet
        settings.executions = ExecWatch.Settings()
        try await stage.watching(settings: settings) { watcher in
          func agent() async -> AgentStatus? { await watcher.status().agents.first }
          try await eventually("a program is on hold") { await agent()?.held.isEmpty == false }
          let program = try #require(await agent()?.held.first)
          #expect(program.text == "kubectl get secrets" && program.rules == ["get-waits"], "\(program)")
          #expect(program.then == "kill" && (1...60).contains(program.left), "\(program)")
          let need = await agent()?.need
          #expect(need?.urgency == .held && need?.text.contains("outrider allow|deny \(program.id)") == true)
        }
      }
    }
  }
}
