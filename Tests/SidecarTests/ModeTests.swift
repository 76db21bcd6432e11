import Foundation
import Hands
import Journal
import Rulebook
import Support
import Testing

@testable import Sidecar

extension Live {
  @Suite("The human's modes")
  struct ModeTests {
    @Test("An emergency stop interrupts what works and types nothing until it is taken back")
    func stop() async throws {
      try await LiveStage.with { stage in
        let file = stage.folder.appending(path: "stop")
        var settings = Watcher.Settings.quiet
        settings.stopFile = StopFile(file.path)
        try await stage.reenact("deploy.claude", "--speed 4")
        try await stage.watching(settings: settings) {
          try await eventually("the agent is seen") { !stage.agents.isEmpty }
          #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
          try await eventually("it was interrupted") { !stage.read("interrupted").isEmpty }
          try await eventually("the log says so") { stage.alerts.contains { $0.rule == "stop" } }
          #expect(stage.read("paste").isEmpty)
          try FileManager.default.removeItem(at: file)
          try await eventually("agents go on") { stage.alerts.contains { $0.rule == "resume" } }
        }
      }
    }

    @Test("A correction waits for the end of a stop and is typed then")
    func correctionWaits() async throws {
      try await LiveStage.with { stage in
        let file = stage.folder.appending(path: "stop")
        var settings = Watcher.Settings.quiet
        settings.stopFile = StopFile(file.path)
        try await stage.reenact("deploy.claude", "--speed 4")
        try await stage.watching(settings: settings) {
          try await eventually("the command was interrupted") {
            if !stage.alerts.isEmpty { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
            return !stage.read("interrupted").isEmpty
          }
          try await eventually("all is stopped") { stage.alerts.contains { $0.rule == "stop" } }
          let typed = stage.read("submitted").count
          try FileManager.default.removeItem(at: file)
          try await eventually("agents go on") { stage.alerts.contains { $0.rule == "resume" } }
          try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
          #expect(typed <= 1)
        }
        #expect(stage.read("submitted").count == 1)
      }
    }

    @Test("An agent or a rule that is only watched is told of with what would have been done")
    func observed() async throws {
      for isAgent in [true, false] {
        try await LiveStage.with { stage in
          var settings = Watcher.Settings.quiet
          if isAgent {
            settings.observedAgents = ["agent"]
          } else {
            settings.observedRules = ["kubectl-apply", "terraform-apply"]
          }
          try await stage.reenact("deploy.claude", "--speed 6")
          try await stage.watching(settings: settings) {
            try await eventually("both commands were seen") { stage.alerts.count == 2 }
          }
          #expect(stage.alerts.allSatisfy { $0.outcome == .observed })
          #expect(stage.alerts.allSatisfy { $0.actions.allSatisfy { $0.result == "would" } })
          #expect(stage.read("key").isEmpty && stage.read("paste").isEmpty)
        }
      }
    }

    @Test("Beyond its cap an agent is not touched; the human is called, and told why")
    func capped() async throws {
      try await LiveStage.with { stage in
        var settings = Watcher.Settings.quiet
        settings.caps = Breaker.Caps(agent: 0, fleet: 10)
        try await stage.reenact("deploy.claude", "--speed 6")
        try await stage.watching(settings: settings) {
          try await eventually("the human was called") { !stage.calls.isEmpty }
        }
        #expect(stage.read("key").isEmpty && stage.read("paste").isEmpty)
        let alert = try #require(stage.calls.first)
        #expect(alert.evidence.contains { $0.contains("corrected 0 times within an hour") })
      }
    }
  }
}

@Suite("An exception")
struct WaiverTests {
  private let judge = Judge(Fixtures.library.rulebook)

  private func verdicts(_ line: String, agent: String = "%1", at second: Int) -> [String: String?] {
    var reader = CommandReader(programs: judge.rulebook.programs, files: .local, cwd: "/")
    let facts = reader.read(
      Fact(
        time: Instant.zero + .seconds(second), agent: agent, kind: .command, text: line,
        fields: ["phase": .string(Fact.Phase.asked.rawValue)], source: .hook, story: UInt64(second)))
    return Dictionary(
      facts.flatMap { judge.judge($0) }.map { ($0.rule.id, $0.waiver) }, uniquingKeysWith: { a, _ in a })
  }

  @Test("holds for its rule, its agent, its command and its time, and for nothing else")
  func scope() {
    judge.waivers = [
      Waiver(
        id: "w1", rule: "kubectl-apply", agent: "%1", command: "kubectl apply -f web.yaml",
        until: Instant.zero + .seconds(60), words: "allowed")
    ]
    #expect(verdicts("kubectl apply -f web.yaml", at: 1)["kubectl-apply"] == .some("allowed"))
    #expect(verdicts("kubectl apply -f api.yaml", at: 2)["kubectl-apply"] == .some(nil))
    #expect(verdicts("kubectl apply -f web.yaml", agent: "%2", at: 3)["kubectl-apply"] == .some(nil))
    #expect(verdicts("terraform apply -auto-approve", at: 4)["terraform-apply"] == .some(nil))
    #expect(verdicts("kubectl apply -f web.yaml", at: 61)["kubectl-apply"] == .some(nil))
  }
}
