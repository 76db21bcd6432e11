import Foundation
import Journal
import Notices
import Processes
import Rulebook
import Senses
import Support
import Synchronization
import Testing

@testable import Sidecar

@Suite("An alert log in trouble")
struct LogTroubleTests {
  private final class Heard: Sendable, Notifier {
    let name = "ear"
    let calls = Mutex<[Call]>([])
    let reports = Mutex<[Watcher.Report]>([])

    func deliver(_ call: Call, acknowledge: @escaping Acknowledge) async throws(NotifierError) {
      calls.withLock { $0.append(call) }
    }

    var kinds: [String] { calls.withLock { $0 }.map { "\($0.kind) \($0.escalation.alert.rule)" } }

    var troubles: [String] {
      reports.withLock { $0 }.compactMap { if case .trouble(let text) = $0 { text } else { nil } }
    }
  }

  private func alert(_ id: String, _ text: String) -> Alert {
    Alert(
      time: .now, id: id, rule: "kubectl-apply", severity: .warning, agent: .init(name: "codex", pane: "%1"),
      source: .pane, text: text)
  }

  private func working(_ path: String, _ body: (Office, Heard) async throws -> Void) async throws {
    let heard = Heard()
    let office = Office(
      log: AlertLog(path), redaction: Fixtures.library.redaction, calls: CallSettings(), notifiers: [heard]
    ) { report in heard.reports.withLock { $0.append(report) } }
    let task = Task { await office.run { true } }
    do {
      try await body(office, heard)
    } catch {
      office.close()
      await task.value
      throw error
    }
    office.close()
    await task.value
  }

  private func lines(_ path: String) throws -> [Alert] {
    var reader = AlertReader(path, from: .oldest)
    return try reader.poll().compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
  }

  @Test(
    "on a disk that is full is told on the terminal and to the notifiers, loses nothing, and ends by itself",
    .enabled(if: geteuid() == 0, "mounting a small file system takes root"), .timeLimit(.minutes(1)))
  func fullDisk() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-full-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard try await Self.run("mount -t tmpfs -o size=3m none '\(folder)'") == 0 else {
      Issue.record("root, and no tmpfs can be mounted here")
      return
    }
    let path = folder + "/alerts.jsonl"
    do {
      try await working(path) { office, heard in
        office.file(alert("first", "a"))
        try await eventually("the room is kept") { access(path + ".reserve", F_OK) == 0 }
        _ = try await Self.run("cat /dev/zero > '\(folder)/filler' 2> /dev/null; true")
        let long = String(repeating: "x", count: 4000)
        for index in 0..<200 { office.file(alert("full-\(index)", long)) }
        try await eventually("somebody is called") { heard.kinds == ["opened log-blocked"] }
        try await eventually("the room is used up") {
          heard.troubles.contains { $0.contains("no space left") }
        }
        #expect(heard.troubles.contains { $0.contains("are in use now") })
        #expect(try lines(path).contains { $0.rule == "log-blocked" && $0.outcome == .escalated })
        #expect(try AlertLog.verify(path).isIntact)
        _ = try await Self.run("rm '\(folder)/filler'")
        try await eventually("it is over") { heard.kinds == ["opened log-blocked", "resolved log-blocked"] }
        // The end of the trouble may come before lines that were still on their way to the log.
        try await eventually("all of it is in the log") { try lines(path).count == 203 }
        #expect(try lines(path).contains { $0.rule == "log-blocked" && $0.outcome == .resolved })
        #expect(access(path + ".reserve", F_OK) == 0)
      }
      let ids = try lines(path).map(\.id)
      #expect(ids.filter { $0.hasPrefix("full-") } == (0..<200).map { "full-\($0)" })
      #expect(try AlertLog.verify(path).findings.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
    #expect(try await Self.run("umount -l '\(folder)'") == 0)
  }

  private static func run(_ line: String) async throws -> Int32 {
    try await ProgramRun(["sh", "-c", line], in: "/", limit: .seconds(20)).result().status
  }

  @Test("No secret leaves: not into the log, not to the terminal, not to a notifier")
  func secrets() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "outrider-secret-\(UUID().uuidString)"
    ).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/alerts.jsonl"
    try await working(path) { office, heard in
      var secret = alert("a", "DB_PASSWORD=hunter2 kubectl apply -f web.yaml")
      secret.evidence = ["$ curl -u ada:hunter2 https://x", "-----BEGIN RSA PRIVATE KEY-----", "hunter2"]
      (secret.why, secret.instead) = ("--token hunter2", "https://ada:hunter2@git.internal")
      secret.agent.cwd = "/srv/password=hunter2"
      secret.actions = [.init("prompt", result: "refused: Authorization: Basic hunter2HUNTER2")]
      office.file(secret)
      office.call(secret, cure: .human)
      office.report(.trouble("PGPASSWORD=hunter2"))
      try await eventually("it is told") { heard.kinds.count == 1 }
      let said = "\(heard.calls.withLock { $0 }) \(heard.reports.withLock { $0 })"
      #expect(!said.contains("hunter2") && said.contains("[redacted:variable]"))
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!text.contains("hunter2"))
    for kind in [
      "variable", "user-password", "private-key", "option", "url-password", "assignment", "header",
    ] {
      #expect(text.contains("[redacted:\(kind)]"), "\(kind)")
    }
  }

  @Test("Nor from a hook that judges alone")
  func loneHook() async throws {
    try await Home.with { home in
      _ = try await home.ask("DEPLOY_TOKEN=hunter2 kubectl apply -f web.yaml")
      #expect(home.alerts.count == 1)
      let text = try String(contentsOfFile: home.log, encoding: .utf8)
      #expect(!text.contains("hunter2") && text.contains("[redacted:variable]"))
    }
  }
}
