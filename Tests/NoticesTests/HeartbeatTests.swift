import Foundation
import Journal
import Processes
import Support
import Synchronization
import Testing

@testable import Notices

@Suite("The heartbeat")
struct HeartbeatTests {
  private func beat(_ process: ProcessIdentity, ago: Duration, every: Duration = .seconds(60)) -> Heartbeat {
    let now = WallTime.now
    return Heartbeat(
      server: "/tmp/s", process: process, started: now, time: now + .zero - ago, every: every)
  }

  @Test("tells a watch that is well from one that hangs and one that was killed")
  func condition() throws {
    let own = try #require(ProcessIdentity(getpid()))
    let now = WallTime.now
    #expect(beat(own, ago: .seconds(100)).condition(at: now) == .well)
    guard case .hangs = beat(own, ago: .seconds(200)).condition(at: now) else {
      Issue.record("it does not hang")
      return
    }
    let other = ProcessIdentity(id: getpid(), start: own.start + 1)
    guard case .gone = beat(other, ago: .seconds(1)).condition(at: now) else {
      Issue.record("it is not gone")
      return
    }
  }

  @Test("is in its file while the watch answers, stands still while it does not, and goes with its end")
  func file() async throws {
    let scratch = try Scratch()
    var settings = Heartbeat.Settings()
    settings.every = .milliseconds(30)
    let path = scratch.path("heartbeat.json")
    let pulse = Pulse(
      settings, file: path, server: "/tmp/s", service: ServiceNotice(environment: [:]), report: { _ in })
    let answers = Answers()
    let task = Task { await pulse.run { answers.take() } }
    let file = StateFile<Heartbeat>(path)
    #expect(file.read() == nil)
    answers.allowOne()
    try await eventually("there is a sign") { file.read() != nil }
    let first = try #require(file.read())
    #expect(first.condition(at: .now) == .well)
    answers.allowOne()
    try await eventually("there is another") { file.read().map { $0.time > first.time } ?? false }
    task.cancel()
    await task.value
    #expect(file.read() == nil)
  }

  @Test(
    "tells systemd on its socket, by path and by abstract name, and nobody without one",
    arguments: [false, true])
  func systemd(_ isAbstract: Bool) async throws {
    let scratch = try Scratch()
    let name = isAbstract ? "@outrider-test-\(UUID().uuidString)" : scratch.path("notify")
    let socket = try #require(Datagrams(name))
    let service = ServiceNotice(environment: [
      "NOTIFY_SOCKET": name, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "\(getpid())",
    ])
    #expect(service.interval == .milliseconds(50))
    let pulse = Pulse(.init(), file: nil, server: "x", service: service, report: { _ in })
    let task = Task { await pulse.run { true } }
    var heard: [String] = []
    try await eventually("systemd has heard of it") {
      while let text = socket.next() { heard.append(text) }
      return heard.count { $0 == "WATCHDOG=1" } >= 2
    }
    task.cancel()
    await task.value
    while let text = socket.next() { heard.append(text) }
    #expect(heard.first == "READY=1")
    #expect(heard.last == "STOPPING=1")
    #expect(!ServiceNotice(environment: [:]).send("READY=1"))
    #expect(ServiceNotice(environment: ["WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"]).interval == nil)
  }
}

/// How often the watch may still answer.
private final class Answers: Sendable {
  private let left = Mutex(0)

  func allowOne() { left.withLock { $0 += 1 } }

  func take() -> Bool {
    left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }
}

extension WallTime {
  fileprivate static func - (time: WallTime, duration: Duration) -> WallTime { time + (.zero - duration) }
}

/// A Unix socket that takes datagrams, as systemd's does.
private final class Datagrams {
  private let descriptor: Int32

  init?(_ name: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path)
      if path.first == UInt8(ascii: "@") { bytes[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard descriptor >= 0, bound == 0 else { return nil }
  }

  /// What has come, if anything.
  func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  deinit { close(descriptor) }
}
