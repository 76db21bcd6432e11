import Foundation
import Journal
import Notices
import Processes
import Support
import Synchronization
import Testing

@testable import Sidecar

@Suite("The desk that has the human called")
struct CallDeskTests {
  /// Works while `body` runs, with a folder of its own.
  private func working(
    _ settings: (String) -> CallSettings, _ body: (CallDesk, Heard, String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-desk-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let heard = Heard()
    let desk = CallDesk(settings(folder.path), notifiers: [], awaited: Awaited()) { heard.take($0) }
    let task = Task { await desk.run { true } }
    do {
      try await body(desk, heard, folder.path)
    } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  private final class Heard: Sendable {
    private let words = Mutex<[CallDesk.Word]>([])

    func take(_ word: CallDesk.Word) { words.withLock { $0.append(word) } }

    var calls: [Call.Kind] {
      words.withLock { $0 }.compactMap { if case .call(let call) = $0 { call.kind } else { nil } }
    }

    var lines: [Alert] {
      words.withLock { $0 }.compactMap { if case .line(let alert) = $0 { alert } else { nil } }
    }
  }

  private static func settings(_ yaml: String, in folder: String) -> CallSettings {
    let configuration = Configuration(yaml, name: "\(folder)/config.yaml")
    return CallSettings(configuration, server: .init(), key: "test", state: StateFolder(folder))
  }

  private func alert(_ id: String, _ rule: String = "kubectl-apply") -> Alert {
    Alert(
      time: .now, id: id, rule: rule, severity: .critical, agent: Alert.Agent(name: "codex", pane: "%1"),
      source: .pane, text: "what \(id) is about", outcome: .escalated)
  }

  private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

  @Test("writes one line when a notifier begins to fail, and one when it works again")
  func failing() async throws {
    try await working({
      Self.settings("notifiers: [{name: page, run: \($0)/page}]", in: $0)
    }) { desk, heard, folder in
      await desk.take(alert("a"), cure: .human)
      try await eventually("the failure is in the log") { heard.lines.count == 1 }
      #expect(
        heard.lines[0].rule == "notifier-failed" && heard.lines[0].text.hasPrefix("page does not reach"))
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = [
        "-c",
        "printf '#!/bin/sh\\ncat > \(folder)/got\\n' > \(folder)/p && chmod 755 \(folder)/p && mv \(folder)/p \(folder)/page",
      ]
      try shell.start()
      shell.waitUntilExit()
      try await eventually("it works again") { heard.lines.count == 2 }
      #expect(heard.lines[1].id == heard.lines[0].id && heard.lines[1].outcome == .resolved)
      #expect(heard.calls == [.opened])
    }
  }

  @Test("goes on by an edited configuration, and what was on its way arrives by it")
  func adopts() async throws {
    try await working({
      Self.settings("notifiers: [{name: note, run: \($0)/none}]", in: $0)
    }) { desk, heard, folder in
      await desk.take(alert("a"), cure: .human)
      try await eventually("it fails") { !heard.lines.isEmpty }
      await desk.adopt(
        Self.settings(
          "notifiers: [{name: note, run: /usr/bin/true}, {name: more, run: /usr/bin/true}]", in: folder))
      let outbox = folder + "/watches/\(RuntimeFolder.shortName(of: "test"))/outbox/note.json"
      try await eventually("it has arrived") { !FileManager.default.fileExists(atPath: outbox) }
      await desk.take(alert("b", "push-main"), cure: .human)
      #expect(heard.calls == [.opened, .opened])
    }
  }

  @Test("knows after a restart what was open, what is silenced and who knows of what")
  func restart() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-desk-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let settings = Self.settings("", in: folder)
    let first = CallDesk(settings, notifiers: [], awaited: Awaited()) { _ in }
    await first.take(alert("a"), cure: .human)
    await first.take(alert("b", "push-main"), cure: .leaving(state: "asking"))
    #expect(await first.acknowledge("a", by: "ada")?.map(\.id) == ["a"])
    #expect(await first.silence(Wildcard("frozen"), agent: nil, lasts: .seconds(60), by: "ada") != nil)

    let awaited = Awaited()
    let second = CallDesk(settings, notifiers: [], awaited: awaited) { _ in }
    let state = await second.state
    #expect(state.open.map(\.state) == [.acknowledged, .open])
    #expect(state.silences.map(\.by) == ["ada"])
    #expect(awaited.agents == ["%1"])
    #expect(StateFolder(folder).openTroubles.map(\.id) == ["a", "b"])
    // The pane was closed while nobody watched.
    await second.reconcile(with: ["%7"])
    #expect(await second.state.open.map(\.id) == ["a"])
  }
}
