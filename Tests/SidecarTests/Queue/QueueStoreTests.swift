import Foundation
import Journal
import Processes
import Testing

@testable import Sidecar

@Suite("The queue on the disk")
struct QueueStoreTests {
  static func target(_ pane: String = "%1", agent: String = "codex", cwd: String = "/shop") -> QueueTarget {
    QueueTarget(server: "s", instance: "1:1", pane: pane, agent: agent, session: "work", cwd: cwd)
  }

  static func with(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-queue-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: "state/queue.jsonl").path)
  }

  private static let zero = WallTime(milliseconds: 0)

  @Test("is the same to a second reader, for its owner only")
  func twoReaders() async throws {
    try await Self.with { path in
      let (a, b) = (QueueStore(path), QueueStore(path))
      let item = try await a.add(
        "then the tests", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
      #expect(try await b.items() == [item])
      #expect(try await b.mark(item.id, .typing, if: [.waiting], at: Self.zero))
      #expect(
        try await !a.mark(item.id, .typing, if: [.waiting], at: Self.zero), "one of two watches types it")
      #expect(try await a.items().map(\.state) == [.typing])
      #expect(try await a.end(item.id, "removed", at: Self.zero)?.id == item.id)
      #expect(try await b.items().isEmpty)
      #expect(
        try await !b.mark(item.id, .sending, if: [.typing], at: Self.zero), "what was removed is not sent")
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test("goes on below a line that was cut off, and says so once")
  func cutLine() async throws {
    try await Self.with { path in
      let first = QueueStore(path)
      let item = try await first.add(
        "one", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.seekToEnd()
      try file.write(contentsOf: Data(#"{"do":"queue","id":"zz","it"#.utf8))
      let second = QueueStore(path)
      #expect(try await second.items() == [item])
      #expect(await second.takeNotices().count == 1)
      #expect(await second.takeNotices().isEmpty)
      let next = try await second.add(
        "two", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
      #expect(try await QueueStore(path).items() == [item, next])
    }
  }

  @Test("leaves out what has ended when the journal has grown, and keeps the rest in order")
  func compaction() async throws {
    try await Self.with { path in
      let store = QueueStore(path)
      let kept = try await store.add(
        "kept", for: Self.target("%9"), by: "human", lifetime: .seconds(60), at: Self.zero)
      var largest = 0
      for number in 0..<400 {
        let item = try await store.add(
          "text \(number)", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
        try await store.end(item.id, "delivered", at: Self.zero)
        largest = max(largest, try Data(contentsOf: URL(filePath: path)).count)
      }
      #expect(largest < 70_000)
      #expect(try await QueueStore(path).items() == [kept])
    }
  }

  @Test("takes no text that cannot be typed and read back, and says what to write instead")
  func refusals() async throws {
    let texts = [
      "", " \n", String(repeating: "x", count: 801), "a\nb\nc\nd", "!kubectl apply -f k8s/", "press \u{1B}[A",
      "a\u{7}",
    ]
    for text in texts {
      #expect(throws: QueueRefusal.self, "\(text.debugDescription)") { try QueueItem.checked(text) }
    }
    #expect(try QueueItem.checked("  then merge\n the rest ") == "then merge\nthe rest")
    #expect(try QueueItem.checked(String(repeating: "x", count: 800)).count == 800)
  }

  @Test("keeps the same text of the same rule once, and no more for an agent than its bound")
  func bounds() async throws {
    try await Self.with { path in
      let store = QueueStore(path)
      for _ in 0..<3 {
        _ = try await store.add(
          "run the tests", for: Self.target(), by: "tests-skipped", lifetime: .seconds(60), at: Self.zero)
      }
      #expect(try await store.items().count == 1)
      for number in 1..<QueueItem.mostEach {
        _ = try await store.add(
          "\(number)", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
      }
      await #expect(throws: QueueRefusal.self) {
        _ = try await store.add(
          "too much", for: Self.target(), by: "human", lifetime: .seconds(60), at: Self.zero)
      }
      _ = try await store.add(
        "for another", for: Self.target("%2"), by: "human", lifetime: .seconds(60), at: Self.zero)
    }
  }

  @Test("writers that are killed, thirty of them, lose nothing that they had promised and bring nothing back")
  func killedWriters() async throws {
    try await Self.with { path in
      var (kept, gone): (Set<String>, Set<String>) = ([], [])
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<30 {
        let writer = Process()
        writer.executableURL = URL(filePath: LiveStage.program("queue-writer"))
        writer.arguments = [path]
        let pipe = Pipe()
        writer.standardOutput = pipe
        try writer.start()
        var data = pipe.fileHandleForReading.availableData
        let enough = Int.random(in: 1...150, using: &generator)
        while data.count < enough, case let more = pipe.fileHandleForReading.availableData, !more.isEmpty {
          data += more
        }
        let spins = Int.random(in: 0..<20_000, using: &generator)
        for _ in 0..<spins where kill(writer.processIdentifier, 0) != 0 { break }
        kill(writer.processIdentifier, SIGKILL)
        data += try pipe.fileHandleForReading.readToEnd() ?? Data()
        writer.waitUntilExit()
        // A line that was not printed whole promises nothing.
        for line in String(decoding: data, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false
        ).dropLast() {
          if line.hasPrefix("=") { kept.insert(String(line.dropFirst())) }
          if line.hasPrefix("-") { gone.insert(String(line.dropFirst())) }
        }
      }
      let items = try await QueueStore(path).items().map(\.id)
      #expect(kept.isSubset(of: items))
      #expect(gone.isDisjoint(with: items))
      #expect(Set(items).count == items.count)
      #expect(
        kept.count > 20 && gone.count > 20, "\(kept.count) and \(gone.count) were promised, too few to tell")
    }
  }
}

@Suite("Who is meant")
struct QueueTargetTests {
  private let meant = QueueStoreTests.target()

  @Test(
    "is the agent in that pane of that tmux server, or one of its kind that took its place in the same folder"
  )
  func objections() {
    #expect(meant.objection(to: meant) == nil)
    var anew = meant
    anew.process = .init(id: 7, start: 7)
    #expect(meant.objection(to: anew) == nil)
    for change in [
      { $0.server = "t" }, { $0.instance = "2:2" }, { $0.pane = "%2" }, { $0.agent = "claude-code" },
      { $0.cwd = "/" },
    ] as [(inout QueueTarget) -> Void] {
      var other = meant
      change(&other)
      #expect(meant.objection(to: other) != nil)
    }
    #expect(anew.objection(to: meant) == "its agent has ended", "a shell may be all that is left there")
    var moved = anew
    moved.cwd = "/elsewhere"
    #expect(anew.objection(to: moved) == nil, "the very process may go where it likes")
  }

  @Test(
    "is found by pane, place, name or session, and what could be two is told with all that could be meant")
  func addresses() throws {
    let all = [
      AgentPlace(QueueStoreTests.target("%1", agent: "claude-code"), window: 0, index: 0),
      AgentPlace(QueueStoreTests.target("%2"), window: 1, index: 0),
    ]
    for name in ["%2", "codex", "codex:%2", "work:1.0", "work:1"] {
      #expect(try AgentAddress.find(name, among: all) == all[1])
    }
    #expect(try AgentAddress.find("claude", among: all) == all[0])
    for name in ["work", "nobody", "%"] {
      do {
        _ = try AgentAddress.find(name, among: all)
        Issue.record("'\(name)' was found")
      } catch {
        #expect(error.description.contains("%1") && error.description.contains("%2"))
      }
    }
  }
}
