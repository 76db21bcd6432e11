import Foundation
import Sidecar
import Synchronization
import Testing

@Suite("The sidecar's socket")
struct SidecarSocketTests {
  /// A runtime folder of its own, gone when the body has returned.
  ///
  /// It runs on a thread of its own, since it waits for answers.
  private func with(_ body: @escaping @Sendable (RuntimeFolder) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread { done.resume(with: Result { try self.run(body) }) }
    }
  }

  private func run(_ body: (RuntimeFolder) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "outrider-socket-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: path.appending(path: "outrider"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: path) }
    try body(RuntimeFolder(environment: ["XDG_RUNTIME_DIR": path.path]))
  }

  private let echo: SidecarSocket.Answer = { message, peer in
    Message("ok", ["verb": message.verb, "peer": "\(peer)"], body: message.body.reversed())
  }

  @Test("answers its owner's programs, with the process that asks, a megabyte too")
  func answers() async throws {
    try await with { folder in
      let socket = try SidecarSocket(folder.socket(of: "/tmp/tmux"), in: folder, answer: echo)
      defer { socket.stop() }
      let client = SidecarClient(folder: folder, tmuxSocket: "/tmp/tmux")
      for body in [[], Array("abc".utf8), [UInt8](repeating: 7, count: 1 << 20)] {
        let answer = try client.ask(Message("hook", ["agent": "codex"], body: body), limit: .seconds(60))
        #expect(answer.verb == "ok" && answer.body == body.reversed())
        #expect(answer.fields == ["verb": "hook", "peer": "\(getpid())"])
      }
      #expect(
        (try FileManager.default.attributesOfItem(atPath: socket.path)[.posixPermissions] as? Int) == 0o600)
    }
  }

  @Test("is found by who lives in another tmux server or in none, and asked first by who lives in its own")
  func several() async throws {
    try await with { folder in
      let sockets = try ["a", "b"].map { name in
        try SidecarSocket(folder.socket(of: name), in: folder) { _, _ in Message("ok", ["name": name]) }
      }
      defer { sockets.forEach { $0.stop() } }
      func asked(_ tmux: String?) throws -> String? {
        try SidecarClient(folder: folder, tmuxSocket: tmux).ask(Message("hook"), limit: .seconds(60)).fields[
          "name"]
      }
      #expect(try asked("a") == "a")
      #expect(try asked("b") == "b")
      #expect(try ["a", "b"].contains(asked("c")))
      #expect(try ["a", "b"].contains(asked(nil)))
    }
  }

  @Test("is nobody's when none is there, when it was left over, and when it was ended")
  func nobody() async throws {
    try await with { folder in
      let client = SidecarClient(folder: folder)
      #expect(throws: SidecarClient.Failure.nobody) { try client.ask(Message("hook"), limit: .seconds(1)) }
      let socket = try SidecarSocket(folder.socket(of: "a"), in: folder, answer: echo)
      socket.stop()
      #expect(throws: SidecarClient.Failure.nobody) { try client.ask(Message("hook"), limit: .seconds(1)) }
      _ = FileManager.default.createFile(atPath: folder.socket(of: "b"), contents: Data())
      #expect(throws: SidecarClient.Failure.nobody) { try client.ask(Message("hook"), limit: .seconds(1)) }
    }
  }

  @Test("is there once it listens: whoever finds its file is answered, also while another takes its place")
  func noGap() async throws {
    try await with { folder in
      let path = folder.socket(of: "a")
      let isOver = Atomic(false)
      let missed = Mutex<[SidecarClient.Failure]>([])
      let asked = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        var isFound = false
        while !isOver.load(ordering: .relaxed) {
          isFound = isFound || access(path, F_OK) == 0
          guard isFound else { continue }
          do throws(SidecarClient.Failure) {
            _ = try SidecarClient(folder: folder).ask(Message("hook"), limit: .seconds(60))
          } catch {
            missed.withLock { $0.append(error) }
          }
        }
        asked.signal()
      }
      // One takes the other's place, as the watch does that is started when another was killed.
      let sockets = try (0..<64).map { _ in try SidecarSocket(path, in: folder, answer: self.echo) }
      isOver.store(true, ordering: .relaxed)
      asked.wait()
      #expect(missed.withLock { $0 } == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
      sockets.forEach { $0.stop() }
    }
  }

  @Test("that does not answer in time is trouble, in words")
  func silent() async throws {
    try await with { folder in
      let socket = try SidecarSocket(folder.socket(of: "a"), in: folder) { _, _ in
        try? await Task.sleep(for: .seconds(60))
        return Message("ok")
      }
      defer { socket.stop() }
      do {
        _ = try SidecarClient(folder: folder).ask(Message("hook"), limit: .milliseconds(100))
        Issue.record("a sidecar that says nothing answered")
      } catch {
        #expect("\(error)".contains("gave no answer within"))
      }
    }
  }

  @Test("is not trusted in a folder that others may write, nor opened there")
  func openFolder() async throws {
    try await with { folder in
      chmod(folder.path, 0o755)
      #expect(throws: SidecarSocket.Unavailable.self) {
        try SidecarSocket(folder.socket(of: "a"), in: folder, answer: echo)
      }
      do {
        _ = try SidecarClient(folder: folder).ask(Message("hook"), limit: .seconds(1))
        Issue.record("a folder that is open to others was trusted")
      } catch {
        #expect("\(error)".contains("open to others"))
      }
    }
  }

  @Test("answers what is no message with a refusal, and goes on")
  func noise() throws {
    #expect(Message([]) == nil)
    #expect(Message(Array("GET / HTTP/1.1\r\n\r\n".utf8)) == nil)
    #expect(Message(Array("outrider 2 hook\n\n".utf8)) == nil)
    #expect(Message(Array("outrider 1 hook\n".utf8)) == nil)
    #expect(Message([UInt8](repeating: 65, count: 1 << 20)) == nil)
    let odd = Message("hook", ["a": "b c\nd", "e": ""], body: [0, 10, 10, 255])
    #expect(Message(odd.bytes) == Message("hook", ["a": "b c d", "e": ""], body: [0, 10, 10, 255]))
  }
}
