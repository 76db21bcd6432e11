/// What the processes below another one have done so far: for telling, by two looks, whether any of them works.
public struct ProcessLoad: Sendable, Equatable {
  private struct Work: Equatable {
    /// In clock ticks.
    let processor: UInt64
    /// Bytes that were read and written.
    let bytes: UInt64
  }

  private var works: [ProcessIdentity: Work] = [:]

  /// Processes that are looked at; beyond that some are left out.
  private static let most = 512
  /// Less than this, between two looks, is what a server does that waits: its timers, its pings.
  private static let ticks: UInt64 = 10
  private static let bytes: UInt64 = 4096

  public init() {}

  /// - Parameter process: Itself is not looked at.
  public init(below process: Int32) {
    var line = ProcessFiles.children(process)
    var next = 0
    while next < line.count, line.count < Self.most {
      let child = line[next]
      next += 1
      line += ProcessFiles.children(child)
      guard let status = ProcessFiles.status(child), !status.isZombie else { continue }
      works[ProcessIdentity(id: child, start: status.start)] = Work(
        processor: ProcessFiles.processorTime(child), bytes: ProcessFiles.traffic(child))
    }
  }

  /// One of the processes that worked since an earlier look, or came since; nil when none did.
  public func busy(since earlier: ProcessLoad) -> ProcessIdentity? {
    works.first { process, work in
      guard let before = earlier.works[process] else { return true }
      return work.processor >= before.processor + Self.ticks || work.bytes >= before.bytes + Self.bytes
    }?.key
  }
}

extension ProcessFiles {
  /// What a process has used of the processor itself, in clock ticks; 0 when it is gone.
  static func processorTime(_ process: Int32) -> UInt64 {
    let line = read(process, "stat", limit: 1024)
    guard let close = line.lastIndex(of: UInt8(ascii: ")")), close + 2 < line.count else { return 0 }
    let fields = line[(close + 2)...].split(separator: UInt8(ascii: " "), maxSplits: 13)
    guard fields.count > 12 else { return 0 }
    let times = fields[11...12].compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    return times.reduce(0, &+)
  }

  /// The bytes that a process has read and written; 0 where that is not told.
  static func traffic(_ process: Int32) -> UInt64 {
    read(process, "io", limit: 1024).split(separator: UInt8(ascii: "\n")).prefix(2).reduce(0) { sum, line in
      let words = line.split(separator: UInt8(ascii: " "))
      return sum &+ (words.last.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0)
    }
  }
}
