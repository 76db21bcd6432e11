import Foundation
import Glibc
import Processes
import Rulebook
import Senses
import Testing

@testable import Sidecar

@Suite("What is left on a file system")
struct DiskTests {
  private static func alerts(_ spaces: [DiskSpace?]) -> [String] {
    let judge = Judge(Fixtures.library.rulebook)
    return spaces.compactMap { $0 }.flatMap { judge.judge($0.fact(of: "%1", at: Instant(seconds: 5))) }
      .filter { $0.rule.id == "disk-full" }.map(\.why)
  }

  @Test("is an alert when bytes or inodes run out, and one only")
  func runsOut() {
    #expect(
      Self.alerts([DiskSpace(path: "/w", mebibytesLeft: 3, percentLeft: 0, inodesLeft: 90_000)])
        == ["The disk is full: /w has 3 MiB and 90000 inodes left."])
    #expect(
      Self.alerts([
        DiskSpace(path: "/w", mebibytesLeft: 90_000, percentLeft: 50, inodesLeft: 0, inodesPercentLeft: 0),
        DiskSpace(path: "/tmp", mebibytesLeft: 3, percentLeft: 0, inodesLeft: nil),
      ]) == ["The disk is full: /w has 90000 MiB and 0 inodes left."])
  }

  @Test("is none where a file system is small as a whole, has no inodes to count, or does not tell")
  func silent() {
    #expect(
      Self.alerts([
        DiskSpace(
          path: "/dev/shm", mebibytesLeft: 60, percentLeft: 94, inodesLeft: 500, inodesPercentLeft: 96),
        DiskSpace(path: "/btrfs", mebibytesLeft: 5000, percentLeft: 20, inodesLeft: nil),
        DiskSpace(path: "/fuse", mebibytesLeft: nil, inodesLeft: nil),
      ]) == [])
  }

  @Test("is told when it has changed, else once an hour, and once for paths on one file system")
  func news() {
    var readings = DiskReadings()
    func space(_ path: String, _ left: Int, _ system: UInt64) -> DiskSpace {
      DiskSpace(path: path, mebibytesLeft: left, inodesLeft: 7000, system: system)
    }
    func told(_ spaces: [DiskSpace], _ second: Double) -> [String] {
      readings.news(spaces, at: Instant(seconds: second)).map(\.path)
    }
    #expect(
      told([space("/w", 5000, 1), space("/tmp", 5000, 1), space("/home", 80, 2)], 0) == ["/w", "/home"])
    #expect(told([space("/w", 4990, 1), space("/home", 80, 2)], 60) == [])
    #expect(told([space("/w", 4900, 1), space("/home", 79, 2)], 120) == ["/w", "/home"])
    #expect(told([space("/w", 4900, 1), space("/home", 79, 2)], 3719) == [])
    #expect(told([space("/w", 4900, 1), space("/home", 79, 2)], 3720) == ["/w", "/home"])
  }

  @Test("is measured on the file system of the temporary folder")
  func measured() async throws {
    let spaces = try #require(await DiskProbe().measure([NSTemporaryDirectory(), "/no/such/path", "/proc"]))
    #expect(spaces.first?.mebibytesLeft ?? -1 >= 0)
    #expect(!spaces.contains { $0.path == "/no/such/path" })
  }

  @Test("is found on a real file system that is full, of bytes and of inodes", .enabled(if: geteuid() == 0))
  func real() async throws {
    for (options, deed) in [
      ("size=4m,nr_inodes=1000", "head -c 4000000 /dev/zero > full; true"),
      ("size=64m,nr_inodes=100", "i=0; while [ $i -lt 95 ]; do : > f$i || break; i=$((i+1)); done"),
    ] {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      guard try await Self.run("mount -t tmpfs -o \(options) none '\(folder)'") == 0 else {
        Issue.record("root, and no tmpfs can be mounted here")
        return
      }
      let empty = DiskSpace(measuring: folder)
      let status = try await Self.run("cd '\(folder)' && \(deed)")
      let full = DiskSpace(measuring: folder)
      #expect(try await Self.run("umount '\(folder)'") == 0)
      #expect(status == 0)
      #expect(Self.alerts([empty]) == [], "\(options): \(String(describing: empty))")
      #expect(Self.alerts([full]).count == 1, "\(options): \(String(describing: full))")
    }
  }

  private static func run(_ line: String) async throws -> Int32 {
    try await ProgramRun(["sh", "-c", line], in: "/", limit: .seconds(20)).result().status
  }
}
