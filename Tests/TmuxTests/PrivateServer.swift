import Foundation
import Support
import Synchronization
import Testing

@testable import Tmux

/// The tests that run real servers, one after the other: some of them measure time.
@Suite("With a real tmux", .serialized)
enum RealTmux {}

/// A tmux server of the test's own, killed by `end`.
///
/// Without tmux the tests fail; they never skip.
struct PrivateServer {
  private static let count = Atomic(0)

  let server: Server
  let directory: String

  init() throws {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    let name = "outrider-test-\(getpid())-\(number)"
    server = Server(socket: .named(name), configuration: "/dev/null")
    directory = NSTemporaryDirectory() + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  /// Starts a session that runs `program` by sh, 200 columns by 50 rows.
  @discardableResult
  func start(_ session: String, _ program: String) async throws -> SessionID {
    let line = try await server.run([
      "new-session", "-d", "-P", "-F", "#{session_id}", "-s", session, "-x", "200", "-y", "50", program,
    ])
    return try #require(SessionID(line.split(separator: 0x0A).first ?? []))
  }

  func attach(_ session: SessionID, _ mailbox: Mailbox = Mailbox()) async throws -> ControlClient {
    try await ControlClient.attach(to: session, of: server, mailbox: mailbox)
  }

  func ask(_ format: String) async throws -> String {
    let answer = try await server.run(["display-message", "-p", "-t", "main", format])
    return String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  func end() async {
    _ = try? await server.run(["kill-server"])
    // tmux leaves the socket's file behind.
    let place = ProcessInfo.processInfo.environment["TMUX_TMPDIR"] ?? "/tmp"
    if case .named(let name) = server.socket { unlink("\(place)/tmux-\(getuid())/\(name)") }
    try? FileManager.default.removeItem(atPath: directory)
  }
}

/// Runs a test with a private server, which is gone afterwards however the test ends.
func withServer(_ body: (PrivateServer) async throws -> Void) async throws {
  let server = try PrivateServer()
  do {
    try await body(server)
  } catch {
    await server.end()
    throw error
  }
  await server.end()
}

/// Reads the mailbox until `done` holds for all that came in, and returns that.
func events(
  of mailbox: Mailbox, within limit: Duration = .seconds(15),
  until done: @escaping @Sendable ([ControlEvent]) -> Bool
) async throws -> [ControlEvent] {
  try await withThrowingTaskGroup(of: [ControlEvent].self) { group in
    group.addTask {
      var all: [ControlEvent] = []
      for await batch in mailbox {
        all += batch
        if done(all) { return all }
      }
      let kinds = all.map { "\($0.kind)".prefix(300) }.joined(separator: "\n")
      throw DeadlineOver(description: "the events never came; these did:\n\(kinds)")
    }
    group.addTask {
      try await Task.sleep(for: limit)
      return []
    }
    let first = try await group.next()!
    group.cancelAll()
    if first.isEmpty {
      // The reader, cancelled, says what it had.
      return try await group.next()!
    }
    return first
  }
}

func contents(_ path: String) -> [UInt8] {
  FileManager.default.contents(atPath: path).map(Array.init) ?? []
}

/// The program `bench-tmux`, built beside the tests.
func benchProgram() throws -> String {
  let maps = String(decoding: contents("/proc/self/maps"), as: UTF8.self)
  let bundle = maps.split(separator: "\n").compactMap { line -> Substring? in
    guard line.hasSuffix(".xctest") else { return nil }
    return line.firstIndex(of: "/").map { line[$0...] }
  }
  let path = try #require(bundle.first)
  return String(path[..<path.lastIndex(of: "/")!]) + "/bench-tmux"
}

extension [ControlEvent] {
  /// All output of a pane, joined.
  func output(of pane: PaneID) -> [UInt8] {
    reduce(into: []) { joined, event in
      if case .output(pane, let bytes) = event.kind { joined += bytes }
    }
  }
}
