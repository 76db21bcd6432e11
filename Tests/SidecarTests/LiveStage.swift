import Foundation
import Journal
import Notices
import Rulebook
import Sidecar
import Synchronization
import Testing
import Tmux

/// The tests that run a real tmux, one after the other: some of them measure time.
@Suite("Beside a real tmux", .serialized)
enum Live {}

/// A private tmux server with stand-ins for agents, a folder, and a watcher beside them; gone when `with`
/// returns.
final class LiveStage: Sendable {
  private static let count = Atomic(0)

  let server: Server
  let folder: URL
  private let reports = Mutex<[Watcher.Report]>([])

  private init() throws {
    // As `outrider watch` does: a program that ends before it was told must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    let number = Self.count.add(1, ordering: .relaxed).newValue
    let name = "outrider-live-\(getpid())-\(number)"
    server = Server(socket: .named(name), configuration: "/dev/null")
    folder = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs a test with a server of its own. Without tmux it fails; it never skips.
  static func with(_ body: (LiveStage) async throws -> Void) async throws {
    let stage = try LiveStage()
    do {
      try await body(stage)
    } catch {
      await stage.end()
      throw error
    }
    await stage.end()
  }

  private func end() async {
    _ = try? await server.run(["kill-server"])
    try? FileManager.default.removeItem(at: folder)
  }

  /// A program that is built beside the tests.
  static func program(_ name: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: name).path
  }

  /// Opens a session whose pane runs a command by sh, 120 columns by 40 rows.
  func open(_ session: String, _ command: String) async throws {
    _ = try await server.run([
      "new-session", "-d", "-s", session, "-x", "120", "-y", "40", "-c", folder.path, command,
    ])
  }

  /// Opens a session in which a recording is re-enacted; what the stand-in reads goes to `agentLog`.
  func reenact(_ recording: String, _ options: String = "", session: String = "agent") async throws {
    let cast = Fixtures.recordings.appending(path: recording + ".cast").path
    try await open(
      session,
      "exec '\(Self.program("reenact"))' '\(cast)' --hold-at-end --log '\(agentLog(session).path)' \(options)"
    )
  }

  func agentLog(_ session: String = "agent") -> URL { folder.appending(path: session + ".jsonl") }

  /// What the stand-in wrote down, by the kind of the line.
  func read(_ what: String, session: String = "agent") -> [[String: Any]] {
    let text = (try? String(contentsOf: agentLog(session), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { $0["what"] as? String == what }
  }

  var alertLog: String { folder.appending(path: "alerts.jsonl").path }

  /// Watches while `body` runs; when it has returned the watcher is over, with nothing left behind.
  func watching(
    log: String? = nil, settings: Watcher.Settings = .quiet, library: RuleLibrary = Fixtures.library,
    notifiers: [any Notifier] = [],
    _ body: () async throws -> Void
  ) async throws {
    try await watching(
      log: log, settings: settings, library: library, notifiers: notifiers, with: { _ in try await body() })
  }

  /// The same for tests that ask the watcher itself.
  func watching(
    log: String? = nil, settings: Watcher.Settings = .quiet, library: RuleLibrary = Fixtures.library,
    notifiers: [any Notifier] = [],
    with body: (Watcher) async throws -> Void
  ) async throws {
    let watcher = Watcher(
      ServerWatch(server: server), library: library, log: AlertLog(log ?? alertLog),
      notifiers: notifiers, settings: settings
    ) { report in self.reports.withLock { $0.append(report) } }
    let task = Task { await watcher.run() }
    do {
      try await body(watcher)
    } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  /// The last state of each alert, in the order in which they were raised.
  var alerts: [Alert] {
    var order: [String] = []
    var last: [String: Alert] = [:]
    for case .alert(let alert) in reports.withLock({ $0 })
    where last.updateValue(alert, forKey: alert.id) == nil {
      order.append(alert.id)
    }
    return order.compactMap { last[$0] }
  }

  var notes: [String] {
    reports.withLock { $0 }.compactMap { if case .note(let text) = $0 { text } else { nil } }
  }

  var troubles: [String] {
    reports.withLock { $0 }.compactMap { if case .trouble(let text) = $0 { text } else { nil } }
  }

  var agents: [String] {
    reports.withLock { $0 }.compactMap { if case .sees(let agent) = $0 { agent.name } else { nil } }
  }

  var calls: [Alert] {
    reports.withLock { $0 }.compactMap { if case .call(let alert) = $0 { alert } else { nil } }
  }

  func screen(_ session: String = "agent") async throws -> String {
    String(decoding: try await server.run(["capture-pane", "-p", "-t", session]), as: UTF8.self)
  }
}

extension Watcher.Settings {
  /// Without messages on anybody's status line.
  static let quiet: Watcher.Settings = {
    var settings = Watcher.Settings()
    settings.showsInTmux = false
    return settings
  }()
}
