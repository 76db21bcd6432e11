import Foundation
import Journal
import Support
import Testing
import Tmux

@testable import Sidecar

extension Live {
  @Suite("The story and the report of a real watch")
  struct StoryLiveTests {
    @Test("tell what was seen, with the screen as it was, and what the agent did")
    func told() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("deploy.claude", "--speed 3")
        let environment = ["XDG_STATE_HOME": stage.folder.path, "TZ": "UTC"]
        try await stage.watching {
          try await eventually("it was stopped") {
            stage.alerts.contains { $0.rule == "kubectl-apply" && $0.outcome == .stopped }
          }
        }
        let alert = try #require(stage.alerts.first { $0.rule == "kubectl-apply" })
        let folder = SeenFolder(log: stage.alertLog)
        let seen = try #require(folder.read(alert.id))
        #expect(
          seen.rule.file == Fixtures.root.appending(path: "rules/gitops.yaml").path && seen.rule.line > 1)
        #expect(seen.facts.last?.kind == "command" && seen.facts.last?.text == alert.text)
        #expect(seen.screen?.contains { $0.contains("kubectl apply") } ?? false, "\(seen.screen ?? [])")

        let story = try await outrider(
          ["explain", "--log", stage.alertLog, alert.id], environment: environment)
        #expect(story.status == 0 && story.output.contains("screen as it was\n│"), "\(story)")
        #expect(story.output.contains("rules/gitops.yaml:\(seen.rule.line)\n"))
        #expect(story.output.contains("confirmed in "))
        let short = String(alert.id.suffix(4))
        let json = try await outrider(
          ["explain", "--log", stage.alertLog, "--json", short], environment: environment)
        #expect(json.output.hasPrefix("{\"alert\":{") && json.output.contains("\"screen\":["), "\(json)")
        let unknown = try await outrider(
          ["explain", "--log", stage.alertLog, "zzzz"], environment: environment)
        #expect(unknown.status == 2 && unknown.errors.contains("no alert in the log has the id 'zzzz'"))

        let lines = try ActivityFile(log: stage.alertLog).lines()
        #expect(Set(lines.map(\.watch)).count == 1)
        #expect(lines.contains { $0.agent?.name == "claude-code" && $0.state == "working" }, "\(lines)")
        let report = try await outrider(
          ["report", "--log", stage.alertLog, "--since", "1h", "--json"], environment: environment)
        let object = try #require(
          try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any], "\(report)")
        #expect((object["agent"] as? String)?.hasPrefix("claude-code:%") ?? false)
        #expect((object["working"] as? Double ?? 0) > 0 && (object["commands"] as? Int ?? 0) >= 1)
        #expect((object["interventions"] as? [Any])?.isEmpty == false)
        let text = try await outrider(
          ["report", "--log", stage.alertLog, "--since", "1h"], environment: environment)
        #expect(
          text.status == 0 && text.output.contains("1 agent\n") && text.output.contains("kubectl-apply"))
      }
    }
  }
}
