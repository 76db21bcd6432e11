import CLinux
import Glibc

/// What `/proc` tells of one process. Every read may come too late: the process may be gone, be another one
/// with the same id, or belong to somebody else.
public enum ProcessFiles {
  /// The line of `/proc/PID/stat`, as far as it is of use.
  public struct Status: Sendable, Equatable {
    public let state: UInt8
    public let parent: Int32
    public let group: Int32
    /// The number of its terminal; 0 without one.
    public let terminal: Int32
    /// The group in the foreground of its terminal; -1 without one.
    public let foreground: Int32
    /// When it started, in clock ticks since the machine was started: with the id, which process it is.
    public let start: UInt64

    public init?(line: [UInt8]) {
      // The name stands in parentheses and may itself hold blanks and parentheses.
      guard let close = line.lastIndex(of: UInt8(ascii: ")")), close + 2 < line.count else { return nil }
      let fields = line[(close + 2)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
      guard fields.count == 21, let state = fields[0].first,
        let parent = Int32(String(decoding: fields[1], as: UTF8.self)),
        let group = Int32(String(decoding: fields[2], as: UTF8.self)),
        let terminal = Int32(String(decoding: fields[4], as: UTF8.self)),
        let foreground = Int32(String(decoding: fields[5], as: UTF8.self)),
        let start = UInt64(String(decoding: fields[19], as: UTF8.self))
      else { return nil }
      (self.state, self.parent, self.group, self.start) = (state, parent, group, start)
      (self.terminal, self.foreground) = (terminal, foreground)
    }

    /// By a signal or by who traces it.
    public var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
    public var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
  }

  /// Bytes of a command line that are read; what is longer is cut.
  public static let longestArguments = 131_072

  public static func status(_ process: Int32) -> Status? {
    Status(line: read(process, "stat", limit: 1024))
  }

  /// The command line, each word ended by a NUL; empty of a process that is gone.
  public static func arguments(_ process: Int32) -> [UInt8] {
    read(process, "cmdline", limit: longestArguments)
  }

  /// The environment as it was at the execution, each entry ended by a NUL; empty when it may not be read.
  public static func environment(_ process: Int32) -> [UInt8] {
    read(process, "environ", limit: longestArguments)
  }

  public static func directory(_ process: Int32) -> String? { link(process, "cwd") }

  /// The path of the program's file.
  public static func executable(_ process: Int32) -> String? { link(process, "exe") }

  /// The ids of the processes that this one has started and that are still its children.
  public static func children(_ process: Int32) -> [Int32] {
    // The kernel lists them by the thread that started them.
    names(in: "/proc/\(process)/task").flatMap { thread in
      read(process, "task/\(thread)/children", limit: 65_536).split(separator: UInt8(ascii: " "))
        .compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }
  }

  /// The ids of all processes.
  public static func all() -> [Int32] { names(in: "/proc") }

  private static func names(in path: String) -> [Int32] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [Int32] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int32(name) { names.append(number) }
    }
    return names
  }

  static func read(_ process: Int32, _ name: String, limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      count = max(0, Int(process_read(process, name, buffer.baseAddress, Int32(limit))))
    }
  }

  private static func link(_ process: Int32, _ name: String) -> String? {
    let path = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, Int(process_link(process, name, buffer.baseAddress, 4096)))
    }
    return path.isEmpty ? nil : String(decoding: path, as: UTF8.self)
  }

  private static let ticksPerSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))

  /// A reading of `CLOCK_MONOTONIC`, in nanoseconds, as the clock tick in which it falls.
  public static func tick(ofMonotonic nanoseconds: UInt64) -> UInt64 {
    UInt64(clamping: Int64(clamping: nanoseconds) + time_asleep()) / (1_000_000_000 / ticksPerSecond)
  }
}
