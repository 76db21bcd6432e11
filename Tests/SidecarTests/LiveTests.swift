import Foundation
import Journal
import Notices
import Sidecar
import Support
import Testing
import Tmux

extension Live {
  @Suite("The watcher")
  struct WatcherTests {
    @Test(
      "interrupts a forbidden command, types the correction whole, and writes what it did",
      arguments: ["deploy.claude", "evasive.claude", "deploy.codex"])
    func stops(_ recording: String) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact(recording, "--speed 4")
        try await stage.watching {
          try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
          try await eventually("the alert has its outcome") {
            stage.alerts.first.map { $0.outcome != .raised } ?? false
          }
        }
        #expect(stage.read("interrupted").count == 1)
        let paste = try #require(stage.read("paste").first)
        #expect(paste["whole"] as? Bool == true)
        let sent = try #require(stage.read("submitted").first?["text"] as? String)
        #expect(sent == paste["text"] as? String)
        #expect(sent.contains("open a pull request"))
        let alert = try #require(stage.alerts.first)
        #expect(["kubectl-apply", "helm-deploy"].contains(alert.rule))
        #expect(alert.outcome == (recording.hasSuffix("claude") ? .stopped : .tooLate))
        #expect(alert.actions.prefix(2).map(\.action) == ["interrupt", "prompt"])
        #expect(alert.actions.prefix(2).map(\.result) == ["confirmed", "delivered"])
        #expect(stage.read("approved").isEmpty)
        #expect(stage.troubles == [])
        let log = try AlertLog.verify(stage.alertLog)
        #expect(log.isIntact && log.lines >= 2)
      }
    }

    @Test(
      "is silent and types nothing while harmless things are only mentioned",
      arguments: [
        "mentions.claude", "mentions.codex",
      ])
    func silent(_ recording: String) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact(recording, "--speed 8 --log-writes")
        try await stage.watching {
          try await eventually("the recording is over") { !stage.read("end").isEmpty || stage.isOver }
        }
        #expect(stage.alerts.isEmpty)
        #expect(stage.agents.count == 1)
        #expect(stage.read("key").isEmpty && stage.read("paste").isEmpty && stage.read("text").isEmpty)
      }
    }

    @Test("judges an agent by the rules of the project in which it works, edits of them included")
    func projectRules() async throws {
      try await LiveStage.with { stage in
        let rules = stage.folder.appending(path: ".outrider/rules")
        try FileManager.default.createDirectory(at: rules, withIntermediateDirectories: true)
        func write(_ id: String) throws {
          try """
          rules:
            - {id: \(id), on: command, match: '^kubectl get ', severity: info, why: w, do: [], fires: [kubectl get pods], silent: [ls]}
          """.write(to: rules.appending(path: "shop.yaml"), atomically: true, encoding: .utf8)
        }
        try write("shop-get")
        try await stage.watching {
          try await stage.reenact("mentions.claude", "--speed 8")
          try await eventually("the project's rule fired") {
            stage.alerts.contains { $0.rule == "shop-get" }
          }
          try write("shop-read")
          try await eventually("the edit was taken") {
            stage.notes.contains { $0.contains("new: shop-read") }
          }
        }
        #expect(stage.alerts.allSatisfy { $0.rule == "shop-get" })
      }
    }

    @Test(
      "never answers a dialog: it tells the human, and types only when the dialog has gone",
      arguments: ["approval.claude", "approval.codex"])
    func dialog(_ recording: String) async throws {
      try await LiveStage.with { stage in
        try await stage.reenact(recording, "--speed 3")
        try await stage.watching {
          try await eventually("the recording is over") { stage.isOver }
        }
        #expect(stage.read("approved").isEmpty, "\(stage.read("approved"))")
        #expect(!stage.alerts.isEmpty)
      }
    }

    @Test("only says what it would have done when it observes")
    func observes() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("deploy.claude", "--speed 6")
        var settings = Watcher.Settings.quiet
        settings.isObserving = true
        try await stage.watching(settings: settings) {
          try await eventually("both commands were seen") { stage.alerts.count == 2 }
        }
        #expect(stage.alerts.map(\.outcome) == [.observed, .observed])
        #expect(stage.alerts.allSatisfy { $0.actions.allSatisfy { $0.result == "would" } })
        #expect(stage.read("key").isEmpty && stage.read("paste").isEmpty)
      }
    }

    @Test("sends no key into copy mode, and types when it has been left")
    func copyMode() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("deploy.claude", "--speed 4")
        try await stage.watching {
          try await eventually("the agent is seen") { !stage.agents.isEmpty }
          _ = try await stage.server.run(["copy-mode", "-t", "agent"])
          try await eventually("the command was seen") { !stage.alerts.isEmpty }
          try await eventually("the recording is over") { stage.isOver }
          #expect(stage.read("key").isEmpty && stage.read("paste").isEmpty)
          _ = try await stage.server.run(["send-keys", "-t", "agent", "-X", "cancel"])
          try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
        }
      }
    }

    @Test(
      "interrupts at once, but types nothing as long as a human's keys come, even such that change nothing")
    func humanTypes() async throws {
      try await LiveStage.with { stage in
        try await LiveStage.with { human in
          guard case .named(let name) = stage.server.socket else { return }
          try await stage.reenact("deploy.claude", "--speed 4")
          // The recording needs all of its rows.
          _ = try await stage.server.run(["set-option", "-g", "status", "off"])
          try await human.open("human", "env -u TMUX tmux -L \(name) attach -t agent")
          try await eventually("the human is there") {
            try await !stage.server.run(["list-clients"]).isEmpty
          }
          func type() async throws {
            _ = try await human.server.run(["send-keys", "-t", "human", "Left"])
          }
          try await stage.watching {
            // A human types a key every now and then, until he has done so for four seconds after the interrupt.
            var rounds = 0
            for _ in 0..<75 where rounds < 10 {
              try await type()
              try await Task.sleep(for: .milliseconds(400))
              if !stage.read("interrupted").isEmpty { rounds += 1 }
              #expect(stage.read("paste").isEmpty)
            }
            #expect(rounds == 10)
            try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
          }
          #expect(stage.read("paste").count == 1)
          #expect(stage.alerts.first?.outcome == .stopped)
        }
      }
    }

    @Test("ends the alert with its reason when the pane dies in the middle of an action")
    func paneDies() async throws {
      try await LiveStage.with { stage in
        // A second session keeps the server, and an agent that overlooks Escape keeps the action open.
        try await stage.open("other", "cat")
        try await stage.reenact("deploy.claude", "--speed 4 --deaf 9")
        try await stage.watching {
          try await eventually("the agent was interrupted") { !stage.read("overlooked").isEmpty }
          _ = try await stage.server.run(["kill-session", "-t", "agent"])
          try await eventually("the alert has its outcome") {
            stage.alerts.first.map { $0.outcome != .raised } ?? false
          }
        }
        let alert = try #require(stage.alerts.first)
        #expect(alert.outcome == .escalated)
        #expect(alert.actions.contains { $0.result.contains("the pane is gone") })
        #expect(stage.calls.map(\.id) == [alert.id])
      }
    }

    @Test("acts all the same when the log cannot be written, and says so")
    func unwritableLog() async throws {
      try await LiveStage.with { stage in
        try await stage.reenact("deploy.claude", "--speed 4")
        try await stage.watching(log: stage.folder.path) {
          try await eventually("the correction was sent off") { !stage.read("submitted").isEmpty }
          try await eventually("it was said") { !stage.troubles.isEmpty }
        }
        #expect(stage.troubles.allSatisfy { $0.contains(stage.folder.path) && $0.contains("--log") })
        #expect(stage.read("interrupted").count == 1)
      }
    }

    @Test("watches sessions that come later, and goes on when the server was restarted")
    func comesAndGoes() async throws {
      try await LiveStage.with { stage in
        try await stage.open("first", "cat")
        try await stage.watching {
          try await stage.reenact("deploy.claude", "--speed 6", session: "later")
          try await eventually("the later one was corrected") {
            !stage.read("submitted", session: "later").isEmpty
          }
          _ = try await stage.server.run(["kill-server"])
          try await eventually("it was said") { !stage.troubles.isEmpty }
          try await stage.reenact("deploy.claude", "--speed 6", session: "again")
          try await eventually("the one of the new server was corrected", within: .seconds(60)) {
            !stage.read("submitted", session: "again").isEmpty
          }
        }
      }
    }

    @Test("calls a program of the user's with the alert, and tells when it fails")
    func program() async throws {
      try await LiveStage.with { stage in
        let note = stage.folder.appending(path: "note.json")
        let good = try stage.script("good", "cat > '\(note.path)'")
        let bad = try stage.script("bad", "exit 3")
        try await stage.reenact("deploy.codex", "--speed 6")
        try await stage.watching(notifiers: [ProgramNotifier(good), ProgramNotifier(bad)]) {
          try await eventually("the program was called") {
            FileManager.default.contents(atPath: note.path).map { !$0.isEmpty } ?? false
          }
          try await eventually("the failure was told") { stage.troubles.contains { $0.contains("status 3") } }
        }
        let alert = try JSONDecoder().decode(Alert.self, from: Data(contentsOf: note))
        #expect(alert.rule == "kubectl-apply")
        #expect(alert.outcome == .tooLate)
      }
    }
  }
}

extension LiveStage {
  /// The stand-in has played its recording, or what came of it, to the end.
  var isOver: Bool {
    read("state").last?["state"] as? String == "idle" && read("state").count > 1 || !read("end").isEmpty
  }

  func script(_ name: String, _ body: String) throws -> String {
    let file = folder.appending(path: name)
    try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return file.path
  }
}
