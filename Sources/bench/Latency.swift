import Foundation
import Journal
import Sidecar
import Tmux

/// The way from a byte written in a pane to the Escape read there: Outrider's, and a bare echo's in turn.
///
/// A private tmux server; a stand-in for an agent shows a forbidden command and waits for the key; in ten
/// other panes stand-ins work all the while, at twice an agent's speed.
struct Latency {
  /// How often each is measured in one turn; they take four turns.
  let rounds: Int
  private let library: RuleLibrary
  private let server: Server
  private let folder: URL
  private let reenact: String
  private let noise: String

  private static let turns = 4
  private static let patience: Duration = .seconds(120)

  init(rounds: Int, library: RuleLibrary) throws {
    self.rounds = rounds
    self.library = library
    let name = "outrider-bench-\(getpid())"
    server = Server(socket: .named(name), configuration: "/dev/null")
    folder = FileManager.default.temporaryDirectory.appending(path: name + "-latency")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    reenact =
      URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "reenact").path
    noise =
      URL(filePath: FileManager.default.currentDirectoryPath)
      .appending(path: "fixtures/recordings/frozen.codex.cast").path
  }

  /// Milliseconds of every round.
  struct Result {
    var bare: [Double] = []
    var outrider: [Double] = []
  }

  func run() async throws -> Result {
    var result = Result()
    do {
      for number in 1...10 {
        try await open("noise\(number)", "exec '\(reenact)' '\(noise)' --loop 1000 --speed 2")
      }
      for turn in 1...Self.turns {
        result.bare += try await echo("bare\(turn)")
        result.outrider += try await watch("watched\(turn)")
      }
    } catch {
      await end()
      throw error
    }
    await end()
    return result
  }

  private func end() async {
    _ = try? await server.run(["kill-server"])
    try? FileManager.default.removeItem(at: folder)
  }

  private func open(_ session: String, _ command: String) async throws {
    _ = try await server.run(["new-session", "-d", "-s", session, "-x", "120", "-y", "40", command])
  }

  private func start(_ session: String) async throws {
    let log = folder.appending(path: session).path
    try await open(session, "sleep 0.5; exec '\(reenact)' --rounds \(rounds) --gap 40 --log '\(log)'")
  }

  private struct Line: Decodable {
    let what: String
    let ms: Double?
  }

  private func times(_ session: String) async throws -> [Double] {
    let deadline = ContinuousClock.now + Self.patience
    let path = folder.appending(path: session).path
    while ContinuousClock.now < deadline {
      let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
      let log = lines.compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
      if log.contains(where: { $0.what == "summary" }) {
        return log.filter { $0.what == "round" }.compactMap(\.ms)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw LatencyError(session: session)
  }

  private func watch(_ session: String) async throws -> [Double] {
    var settings = Watcher.Settings()
    settings.showsInTmux = false
    let watcher = Watcher(
      ServerWatch(server: server), library: library,
      log: AlertLog(folder.appending(path: "alerts.jsonl").path), notifiers: [], settings: settings
    ) { _ in }
    return try await withThrowingTaskGroup(of: [Double].self) { group in
      group.addTask {
        await watcher.run()
        return []
      }
      try await start(session)
      let result = try await times(session)
      group.cancelAll()
      return result
    }
  }

  /// Nothing between tmux's output and the key but a search for the command's name.
  private func echo(_ session: String) async throws -> [Double] {
    try await start(session)
    guard let id = try await server.sessions().first(where: { $0.name == session })?.id else {
      throw LatencyError(session: session)
    }
    let mailbox = Mailbox()
    let client = try await ControlClient.attach(to: id, of: server, mailbox: mailbox)
    let answering = Task {
      for await batch in mailbox {
        for case .output(let pane, let bytes) in batch.map(\.kind) where bytes.contains(Self.kubectl) {
          _ = try? await client.press([.escape], if: DeliveryGuard(pane: pane))
        }
      }
    }
    let result = try await times(session)
    await client.close()
    answering.cancel()
    return result
  }

  private static let kubectl = Array("$ kubectl".utf8)
}

/// The stand-in did not finish its rounds.
struct LatencyError: Error, CustomStringConvertible {
  let session: String

  var description: String {
    "the rounds of \(session) were not over in two minutes; is the machine overloaded?"
  }
}

extension Latency.Result {
  /// Two lines for people: median and 99th percentile of each.
  var report: String {
    [("bare control-mode echo", bare), ("outrider", outrider)].map { name, times in
      let p50 = Self.quantile(times, 0.5)
      let p99 = Self.quantile(times, 0.99)
      return String(format: "  %@: p50 %.2f ms, p99 %.2f ms, %ld rounds", name, p50, p99, times.count)
    }.joined(separator: "\n")
  }

  private static func quantile(_ times: [Double], _ part: Double) -> Double {
    let sorted = times.sorted()
    return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }
}
