import Foundation
import Sidecar
import Synchronization
import Testing

/// Stand-ins for watches, each of which has one program on hold and one exception, named after it.
private final class Watches: Sendable {
  static let names = ["a", "b", "c"]

  private let sockets: [SidecarSocket]
  private let record: Record
  let home: RulesProgram

  /// What was done, as "WATCH VERB ID".
  private final class Record: Sendable {
    let lines = Mutex<[String]>([])
  }

  private init() throws {
    let home = try RulesProgram()
    let record = Record()
    try FileManager.default.createDirectory(
      at: home.home.appending(path: "run/outrider"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let folder = RuntimeFolder(environment: home.environment)
    sockets = try Self.names.map { name in
      try SidecarSocket(folder.socket(of: name), in: folder) { message, _ in
        Self.answer(message, of: name, record)
      }
    }
    (self.home, self.record) = (home, record)
  }

  private static func answer(_ message: Message, of name: String, _ record: Record) -> Message {
    let id = message.fields["id"] ?? ""
    switch (message.verb, message.fields["for"]) {
    case ("held", _): return Message("ok", body: Array(program(name).utf8))
    case ("allowed", _): return Message("ok", body: Array("w\(name)  push-main  until later".utf8))
    case ("allow", _?): return Message("ok", ["id": "w\(name)", "until": "later"])
    case ("disallow", _) where id == "w\(name)", ("allow", _) where id == "h\(name)",
      ("deny", _) where id == "h\(name)":
      record.lines.withLock { $0.append("\(name) \(message.verb) \(id)") }
      return Message("ok")
    default: return Message("refused", ["why": "'\(id)' is not on hold; on hold: h\(name)"])
    }
  }

  private static func program(_ name: String) -> String {
    """
    [{"id": "h\(name)", "agent": "codex:%1", "pane": "%1", "pid": 7, "command": "kubectl apply", "rules": ["r"], \
    "since": "2026-01-01T00:00:00.000Z", "until": "2026-01-01T00:01:00.000Z", "then": "kill"}]
    """
  }

  var done: [String] { record.lines.withLock { $0 } }

  static func with(_ body: (Watches) async throws -> Void) async throws {
    let watches = try Watches()
    defer {
      watches.sockets.forEach { $0.stop() }
      watches.home.remove()
    }
    try await body(watches)
  }
}

extension Live {
  @Suite("What the human decides where several watches run")
  struct SeveralWatchesTests {
    @Test("is done by the one that knows it", arguments: ["allow", "deny"], Watches.names)
    func decided(verb: String, owner: String) async throws {
      try await Watches.with { watches in
        let run = try await watches.home.run(verb, "h\(owner)")
        #expect(run.status == 0, "\(run.errors)")
        #expect(watches.done == ["\(owner) \(verb) h\(owner)"])
      }
    }

    @Test("ends an exception where it was made", arguments: Watches.names)
    func ended(owner: String) async throws {
      try await Watches.with { watches in
        let run = try await watches.home.run("allow", "--end", "w\(owner)")
        #expect(run.status == 0, "\(run.errors)")
        #expect(watches.done == ["\(owner) disallow w\(owner)"])
      }
    }

    @Test("makes an exception in all of them, and says how to end each")
    func excepted() async throws {
      try await Watches.with { watches in
        let run = try await watches.home.run("allow", "push-main", "--for", "10m")
        #expect(run.status == 0)
        for name in Watches.names { #expect(run.output.contains("outrider allow --end w\(name)\n")) }
      }
    }

    @Test("is listed from all of them")
    func listed() async throws {
      try await Watches.with { watches in
        let run = try await watches.home.run("allow")
        #expect(run.status == 0)
        for name in Watches.names {
          #expect(run.output.contains("h\(name)  codex:%1") && run.output.contains("w\(name)  push-main"))
        }
      }
    }

    @Test("is refused when none knows it, with what each has on hold")
    func unknown() async throws {
      try await Watches.with { watches in
        let run = try await watches.home.run("deny", "hx")
        #expect(run.status == 1)
        for name in Watches.names { #expect(run.errors.contains("on hold: h\(name)")) }
        #expect(watches.done.isEmpty)
      }
    }
  }
}
