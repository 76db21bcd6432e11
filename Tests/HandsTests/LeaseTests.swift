import Foundation
import Processes
import Testing

@testable import Hands

@Suite("The lease of what is frozen")
struct LeaseTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outrider-lease-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func read(_ path: String) -> LeftFrozen? {
    FileManager.default.contents(atPath: path).flatMap { LeftFrozen(bytes: Array($0)) }
  }

  @Test("tells at every moment what is frozen, and what is to become of it")
  func entries() throws {
    try withFolder { folder in
      let path = folder + "/a.frozen"
      let lease = try Lease(path: path)
      #expect(read(path)?.owner == ProcessIdentity(getpid()))
      lease.note(11)
      lease.note(12)
      lease.keep(ProcessIdentity(id: 12, start: 99), .kill)
      lease.keep(ProcessIdentity(id: 13, start: 98), .allow)
      #expect(
        read(path)?.entries == [
          .init(process: 11, fate: .undecided, start: nil), .init(process: 12, fate: .kill, start: 99),
          .init(process: 13, fate: .allow, start: 98),
        ])
      lease.drop(11)
      lease.drop(12)
      lease.drop(77)
      #expect(read(path)?.entries.map(\.process) == [13])
      lease.end()
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("does without those that do not fit")
  func full() throws {
    try withFolder { folder in
      let lease = try Lease(path: folder + "/a.frozen")
      for process in 0..<Int32(Lease.capacity + 50) { lease.note(process + 10) }
      #expect(read(folder + "/a.frozen")?.entries.count == Lease.capacity)
      for process in 0..<Int32(Lease.capacity) { lease.drop(process + 10) }
      lease.note(5)
      #expect(read(folder + "/a.frozen")?.entries.map(\.process) == [5])
    }
  }

  @Test("of a watch that is still there is left alone")
  func alive() throws {
    try withFolder { folder in
      let lease = try Lease(path: folder + "/a.frozen")
      lease.note(11)
      #expect(LeftFrozen.settle(in: folder).isEmpty)
      #expect(read(lease.path)?.entries.count == 1)
    }
  }

  @Test("is not believed when it is something else, cut or made up", arguments: 0..<200)
  func hostile(seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt8 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state)
    }
    var bytes = (0..<Int(next()) * 4).map { _ in next() }
    if seed % 2 == 0 {
      bytes.replaceSubrange(
        0..<min(8, bytes.count), with: withUnsafeBytes(of: Lease.mark) { Array($0) }.prefix(bytes.count))
    }
    let left = LeftFrozen(bytes: bytes)
    #expect(left.map { $0.entries.allSatisfy { $0.process > 1 } } ?? true)
  }

  @Test("lists one that was noted twice once, and drops it whole")
  func noted() throws {
    try withFolder { folder in
      let path = folder + "/a.frozen"
      let lease = try Lease(path: path)
      let own = try #require(ProcessIdentity(getpid()))
      func listed() throws -> [Int32] {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        return LeftFrozen(bytes: bytes)?.entries.map(\.process) ?? []
      }
      lease.note(own.id)
      lease.keep(own, .kill)
      lease.note(own.id)
      lease.note(own.id)
      lease.keep(own, .kill)
      #expect(try listed() == [own.id])
      lease.note(own.id)
      lease.drop(own.id)
      #expect(try listed() == [])
      lease.end()
    }
  }

  @Test(
    "that is left over: a stopped process goes on or is killed, and one of the same id but another start is left"
  )
  func settle() throws {
    func sleeper() throws -> (Process, ProcessIdentity) {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sleep")
      process.arguments = ["60"]
      try process.start()
      let identity = try #require(ProcessIdentity(process.processIdentifier))
      #expect(identity.signal(SIGSTOP) == 0)
      return (process, identity)
    }
    try withFolder { folder in
      let path = folder + "/a.frozen"
      let lease = try Lease(path: path)
      let (undecided, doomed, free, other) = try (sleeper(), sleeper(), sleeper(), sleeper())
      lease.note(undecided.1.id)
      lease.keep(doomed.1, .kill)
      lease.keep(free.1, .allow)
      lease.keep(ProcessIdentity(id: other.1.id, start: 1), .kill)
      // As if the watch that made it were gone.
      var bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
      bytes[16] ^= 0xFF
      try Data(bytes).write(to: URL(filePath: path))
      let settled = LeftFrozen.settle(in: folder)
      #expect(settled.map(\.deed) == [.released, .killed, .released, .gone])
      #expect(!FileManager.default.fileExists(atPath: path))
      doomed.0.waitUntilExit()
      #expect(doomed.0.terminationStatus == SIGKILL)
      #expect(ProcessFiles.status(other.1.id)?.state == UInt8(ascii: "T"))
      #expect(ProcessFiles.status(free.1.id)?.state != UInt8(ascii: "T"))
      for (_, identity) in [undecided, free, other] { identity.signal(SIGKILL) }
    }
  }
}
