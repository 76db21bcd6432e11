import Foundation
import Journal
import Support
import Synchronization
import Testing

@testable import Notices

@Suite("Calls on their way")
struct DeliveryQueueTests {
  private let start = WallTime(milliseconds: 1_700_000_000_000)

  @Test(
    "are tried in order, later and later after failures, and told once when it fails and once when it works")
  func order() {
    var queue = DeliveryQueue()
    _ = queue.add(sampleCall(id: "a"))
    _ = queue.add(sampleCall(id: "b"))
    var now = start
    #expect(queue.next(at: now)?.escalation.id == "a")
    var waits: [Double] = []
    for round in 0..<9 {
      guard let call = queue.next(at: now) else { continue }
      let isFirst1 = queue.failed(call.id, at: now)
      #expect(isFirst1 == (round == 0))
      #expect(queue.next(at: now) == nil)
      let next = queue.nextTry ?? now
      waits.append((next - now).inSeconds)
      now = next
    }
    #expect(waits == [2, 5, 15, 60, 120, 300, 900, 900, 900])
    let first = queue.next(at: now)!
    let isNews = queue.delivered(first.id)
    #expect(isNews)
    let second = queue.next(at: now)!
    let isNewsAgain = queue.delivered(second.id)
    #expect(!isNewsAgain)
    #expect(queue.nextTry == nil)
  }

  @Test("let others go first when one of them never arrives")
  func poison() {
    var queue = DeliveryQueue()
    _ = queue.add(sampleCall(id: "bad"))
    _ = queue.add(sampleCall(id: "good"))
    var now = start
    for _ in 0..<DeliveryQueue.patience {
      _ = queue.failed(queue.next(at: now)!.id, at: now)
      now = queue.nextTry ?? now
    }
    #expect(queue.next(at: now)?.escalation.id == "good")
  }

  @Test("are not told twice what they have yet to be told, nor kept without bound or for ever")
  func bounds() {
    var queue = DeliveryQueue()
    _ = queue.add(sampleCall())
    _ = queue.add(sampleCall("repeated"))
    #expect(queue.items.count == 1)
    _ = queue.add(sampleCall("resolved"))
    #expect(queue.items.count == 2)
    let lost = (0..<DeliveryQueue.most).compactMap { queue.add(sampleCall(id: "n\($0)")) }
    #expect(lost.map(\.kind) == [.opened, .resolved])
    #expect(queue.items.count == DeliveryQueue.most)
    let old2 = queue.expire(at: start + .seconds(86_399))
    #expect(old2.isEmpty)
    let old3 = queue.expire(at: start + .seconds(90_000))
    #expect(old3.count == DeliveryQueue.most)
  }

  @Test("do not wait for ever when the clock was set back")
  func clock() {
    var queue = DeliveryQueue()
    let call = sampleCall()
    _ = queue.add(call)
    _ = queue.failed(call.id, at: start)
    let before = start + .seconds(-100_000)
    _ = queue.expire(at: before)
    #expect(queue.next(at: before) != nil)
  }
}

@Suite("A courier")
struct CourierTests {
  /// Works while `body` runs.
  private func working(
    _ courier: Courier, _ body: () async throws -> Void
  ) async throws {
    let task = Task { await courier.run() }
    defer { task.cancel() }
    try await body()
  }

  @Test("tries again what failed, and says so once")
  func again() async throws {
    let reports = Mutex<[String]>([])
    let stub = Stub { $0 == 0 ? NotifierError("not now") : nil }
    let courier = Courier(
      stub, file: nil,
      report: { report in
        reports.withLock {
          switch report {
          case .failing(_, let why): $0.append(why)
          case .works: $0.append("works")
          case .lost: $0.append("lost")
          }
        }
      }, acknowledge: { _, _ in })
    try await working(courier) {
      await courier.post(sampleCall(at: .now))
      try await eventually("it has arrived") { reports.withLock { $0.last } == "works" }
    }
    #expect(stub.seen == ["opened a", "opened a"])
    #expect(reports.withLock { $0 } == ["not now", "works"])
  }

  @Test("loses nothing when the watch ends while a notifier hangs, nor brings it twice")
  func restart() async throws {
    let scratch = try Scratch()
    let file = scratch.path("outbox/stub.json")
    let hanging = Stub { _ in
      try? await Task.sleep(for: .seconds(3600))
      return NotifierError("ended")
    }
    let first = Courier(hanging, file: file, report: { _ in }, acknowledge: { _, _ in })
    let task = Task { await first.run() }
    await first.post(sampleCall(at: .now))
    await first.post(sampleCall(id: "b", at: .now))
    try await eventually("it is being tried") { !hanging.seen.isEmpty }
    task.cancel()
    await task.value
    var status = stat()
    #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)

    let stub = Stub { _ in nil }
    let second = Courier(stub, file: file, report: { _ in }, acknowledge: { _, _ in })
    try await working(second) {
      try await eventually("both have arrived") { stub.seen.count == 2 }
      try await eventually("nothing is left") { !FileManager.default.fileExists(atPath: file) }
    }
    #expect(stub.seen == ["opened a", "opened b"])
  }

  @Test("hands over to its successor what is on its way and what comes later, once")
  func successor() async throws {
    let scratch = try Scratch()
    let file = scratch.path("stub.json")
    let hanging = Stub { _ in
      try? await Task.sleep(for: .seconds(3600))
      return NotifierError("ended")
    }
    let old = Courier(hanging, file: file, report: { _ in }, acknowledge: { _, _ in })
    let task = Task { await old.run() }
    await old.post(sampleCall(id: "a", at: .now))
    try await eventually("it is being tried") { !hanging.seen.isEmpty }
    let stub = Stub { _ in nil }
    let new = Courier(stub, file: file, report: { _ in }, acknowledge: { _, _ in })
    await old.post(sampleCall(id: "b", at: .now))
    task.cancel()
    await task.value
    await old.retire(for: new)
    await old.post(sampleCall(id: "c", at: .now))
    try await working(new) {
      try await eventually("all have arrived") { stub.seen.count == 3 }
      try await eventually("nothing is left") { !FileManager.default.fileExists(atPath: file) }
    }
    #expect(stub.seen == ["opened a", "opened b", "opened c"])
  }

  @Test("rests after a failure however much is posted meanwhile")
  func rests() async throws {
    let stub = Stub { _ in NotifierError("not now") }
    let courier = Courier(stub, file: nil, report: { _ in }, acknowledge: { _, _ in })
    try await working(courier) {
      for number in 0..<20 { await courier.post(sampleCall(id: "c\(number)", at: .now)) }
      let started = ContinuousClock.now
      try await eventually("it has tried twice") { stub.seen.count == 2 }
      #expect(ContinuousClock.now - started >= .seconds(1))
    }
  }

  @Test("brings only what its notifier is for")
  func filter() async throws {
    var filter = Configuration.Filter()
    filter.leastSeverity = .warning
    filter.rules = [Wildcard("kubectl-*")]
    filter.agents = [Wildcard("claude-code:%1")]
    filter.tellsEnd = false
    #expect(filter.admits(sampleCall()))
    #expect(!filter.admits(sampleCall(rule: "frozen")))
    #expect(!filter.admits(sampleCall(severity: .info)))
    #expect(!filter.admits(sampleCall("resolved")))
    filter.agents = [Wildcard("codex")]
    #expect(!filter.admits(sampleCall()))
    #expect(filter.admits(Call.test(host: "h", at: .now)))
  }
}

@Suite("A file of state")
struct StateFileTests {
  @Test("holds what was written last, whole, for its owner only, and nothing when it is broken")
  func whole() throws {
    let scratch = try Scratch()
    let file = StateFile<[String]>(scratch.path("new/folder/x.json"))
    #expect(file.read() == nil)
    try file.write(["a"])
    try file.write(["b", "c"])
    #expect(file.read() == ["b", "c"])
    try scratch.write("[\"a\"", "new/folder/x.json")
    #expect(file.read() == nil)
    try file.remove()
    try file.remove()
  }

  @Test("says why it cannot be written")
  func unwritable() throws {
    let scratch = try Scratch()
    try scratch.write("", "file")
    #expect(throws: NotifierError.self) { try StateFile<[String]>(scratch.path("file/x.json")).write([]) }
  }
}
