import Foundation
import Journal
import Support
import Synchronization
import Testing
import Tmux

@testable import Sidecar

extension Live {
  @Suite("The queue")
  struct QueueTests {
    /// Both stand-ins work for three seconds, and rest then.
    private static let work = ["frozen.claude": "--from 80 --speed 3", "frozen.codex": "--from 80 --speed 3"]

    private static func settings(_ stage: LiveStage) -> Watcher.Settings {
      var settings = Watcher.Settings.quiet
      settings.queue = stage.folder.appending(path: "queue.jsonl").path
      return settings
    }

    private static func store(_ stage: LiveStage) -> QueueStore {
      QueueStore(stage.folder.appending(path: "queue.jsonl").path)
    }

    @discardableResult
    private static func queue(
      _ text: String, _ stage: LiveStage, agent: String, pane: String = "%0",
      lifetime: Duration = .seconds(600)
    ) async throws -> QueueItem {
      let target = QueueTarget(
        server: "", instance: "", pane: pane, agent: agent, session: "agent", cwd: stage.folder.path)
      let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
      return try await store(stage).add(text, for: target, by: "human", lifetime: lifetime, at: now)
    }

    private static func agent(_ recording: String) -> String {
      recording.hasSuffix("claude") ? "claude-code" : "codex"
    }

    private static func submitted(_ stage: LiveStage) -> [String] {
      stage.read("submitted").compactMap { $0["text"] as? String }
    }

    @Test(
      "is typed when the turn ends, once, in order and word for word",
      arguments: ["frozen.claude", "frozen.codex"])
    func delivered(_ recording: String) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact(recording, Self.work[recording] ?? "")
        let texts = ["then merge the dependabot PRs (all of them)", "then pick up issue #7521"]
        for text in texts { try await Self.queue(text, stage, agent: Self.agent(recording)) }
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("the agent is seen at work") { !stage.agents.isEmpty }
          #expect(Self.submitted(stage).isEmpty)
          try await eventually("both were sent") { Self.submitted(stage).count == 2 }
          try await eventually("nothing waits any more") { try await Self.store(stage).items().isEmpty }
          // A second that nothing more comes in.
          try await Task.sleep(for: .seconds(1))
        }
        #expect(Self.submitted(stage) == texts)
        #expect(
          stage.read("paste").count == 2 && stage.read("paste").allSatisfy { $0["whole"] as? Bool == true })
        #expect(stage.read("queued").isEmpty && stage.read("interrupted").isEmpty)
        let keys = stage.read("key").compactMap { $0["name"] as? String ?? $0["key"] as? String }
        #expect(keys == (recording == "frozen.codex" ? ["Tab", "Tab"] : []), "Codex has a key that queues")
        #expect(stage.alerts.filter { $0.rule == "queue-delivered" }.map(\.text) == texts)
        #expect(stage.alerts.allSatisfy { $0.rule == "queue-delivered" && $0.outcome == .resolved })
        #expect(stage.troubles == [])
      }
    }

    @Test("survives the watch: what waited is typed by the next one, and by no other again")
    func restart() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("frozen.claude", "--from 80 --speed 2")
        try await Self.queue("then merge the dependabot PRs", stage, agent: "claude-code")
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("the agent is seen") { !stage.agents.isEmpty }
        }
        #expect(Self.submitted(stage).isEmpty)
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("it was sent") { !Self.submitted(stage).isEmpty }
          try await eventually("nothing waits any more") { try await Self.store(stage).items().isEmpty }
        }
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("the agent is seen a third time") { stage.agents.count == 3 }
          try await Task.sleep(for: .seconds(2))
        }
        #expect(Self.submitted(stage) == ["then merge the dependabot PRs"])
      }
    }

    @Test(
      "takes up what a killed watch was sending by what the pane shows",
      arguments: [(true, QueueItem.State.sending), (false, .sending), (false, .typing)])
    func takenUp(_ isSent: Bool, _ state: QueueItem.State) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("frozen.claude", "--from 88 --speed 4")
        try await eventually("the turn is over") {
          try await stage.screen().contains("❯") && !stage.read("end").isEmpty || stage.isIdle
        }
        let item = try await Self.queue("then merge the dependabot PRs", stage, agent: "claude-code")
        let store = Self.store(stage)
        let zero = WallTime(milliseconds: 0)
        try await store.mark(item.id, .typing, if: [.waiting], at: zero)
        if state == .sending {
          try await store.mark(item.id, .sending, if: [.typing], shownBefore: 0, at: zero)
        }
        // The watch was killed around the key.
        _ = try await stage.server.run(["send-keys", "-t", "agent", "-l", item.text])
        try await eventually("it stands in the box") { try await stage.screen().contains(item.text) }
        if isSent {
          _ = try await stage.server.run(["send-keys", "-t", "agent", "Enter"])
          try await eventually("it was sent") { !Self.submitted(stage).isEmpty }
        }
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("nothing waits any more") { try await store.items().isEmpty }
          try await Task.sleep(for: .seconds(1))
        }
        #expect(Self.submitted(stage) == [item.text])
        #expect(stage.read("paste").isEmpty, "it was not typed again")
      }
    }

    @Test("calls the human and types nothing when nobody can tell whether it was sent")
    func unknown() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("frozen.claude", "--from 88 --speed 4")
        let item = try await Self.queue("then merge the dependabot PRs", stage, agent: "claude-code")
        try await Self.queue("then pick up issue #7521", stage, agent: "claude-code")
        let store = Self.store(stage)
        let zero = WallTime(milliseconds: 0)
        try await store.mark(item.id, .typing, if: [.waiting], at: zero)
        try await store.mark(item.id, .sending, if: [.typing], shownBefore: 0, at: zero)
        try await stage.watching(settings: Self.settings(stage)) {
          try await eventually("the human was called") { stage.calls.contains { $0.rule == "queue-unknown" } }
          try await Task.sleep(for: .seconds(2))
          #expect(try await store.items().map(\.state) == [.unknown, .waiting])
          #expect(stage.read("paste").isEmpty, "what waits behind it waits")
          try await store.end(item.id, "removed", at: zero)
          try await eventually("the next one was sent") {
            Self.submitted(stage) == ["then pick up issue #7521"]
          }
        }
      }
    }

    @Test("types nothing while a dialog is open", arguments: ["approval.claude", "approval.codex"])
    func dialog(_ recording: String) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact(recording, "--from 10 --until 15 --speed 2")
        try await Self.queue("then merge the dependabot PRs", stage, agent: Self.agent(recording))
        try await Self.watching(stage) { watcher in
          try await eventually("the dialog is seen") {
            await watcher.status().agents.first?.state == "asking"
          }
          try await eventually("it waits for the dialog") {
            await watcher.status().agents.first?.queue.first?.note == "a dialog is open"
          }
          try await Task.sleep(for: .seconds(3))
          let needs = await Need.all(of: watcher.status().agents)
          #expect(needs.first?.urgency == .asking)
          #expect(needs.first?.text.contains("kubectl apply -f k8s/web.yaml") ?? false, "\(needs)")
        }
        #expect(stage.read("approved").isEmpty && stage.read("paste").isEmpty && stage.read("key").isEmpty)
        #expect(try await Self.store(stage).items().map(\.state) == [.waiting])
      }
    }

    @Test("types nothing over a human's words or into copy mode, and goes on when they are gone")
    func human() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("frozen.claude", "--from 88 --speed 4")
        try await eventually("the turn is over") { stage.isIdle }
        _ = try await stage.server.run(["send-keys", "-t", "agent", "-l", "my own words"])
        try await eventually("they stand there") { try await stage.screen().contains("my own words") }
        try await Self.queue("then merge the dependabot PRs", stage, agent: "claude-code")
        try await Self.watching(stage) { watcher in
          try await eventually("it waits for them") {
            await watcher.status().agents.first?.queue.first?.note
              == "somebody's words stand in the prompt box"
          }
          _ = try await stage.server.run(["copy-mode", "-t", "agent"])
          try await eventually("it waits for copy mode") {
            await watcher.status().agents.first?.queue.first?.note == "the pane is in copy mode"
          }
          try await Task.sleep(for: .seconds(2))
          #expect(stage.read("paste").isEmpty)
          _ = try await stage.server.run(["send-keys", "-t", "agent", "-X", "cancel"])
          _ = try await stage.server.run(["send-keys", "-t", "agent", "C-u"])
          try await eventually("it was sent") { Self.submitted(stage) == ["then merge the dependabot PRs"] }
        }
      }
    }

    @Test("says in the log what has expired, and keeps for the human what another agent's pane must not get")
    func expired() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("frozen.claude", "--from 88 --speed 4")
        try await Self.queue("for codex", stage, agent: "codex")
        try await Self.queue("too late", stage, agent: "claude-code", pane: "%7", lifetime: .seconds(1))
        try await Self.watching(stage) { watcher in
          try await eventually("it expired") { stage.alerts.contains { $0.rule == "queue-expired" } }
          try await eventually("the agent is at rest") {
            await watcher.status().agents.first.map { $0.state == "idle" && ($0.seconds ?? 0) >= 2 } ?? false
          }
          #expect(await watcher.status().stranded.map(\.text) == ["for codex"])
        }
        #expect(stage.alerts.map(\.text) == ["too late"])
        #expect(stage.read("paste").isEmpty)
      }
    }

    /// As `LiveStage.watching`, for tests that ask the watcher itself.
    private static func watching(_ stage: LiveStage, _ body: (Watcher) async throws -> Void) async throws {
      try await stage.watching(settings: settings(stage), with: body)
    }
  }
}

extension LiveStage {
  /// The stand-in has said that its turn is over.
  fileprivate var isIdle: Bool { read("state").last?["state"] as? String == "idle" || isOver }
}
