import CLinux

/// How much a process has done since it began: what tells one that works from one that waits.
public struct ProcessWork: Sendable, Equatable {
  /// Clock ticks of processor time.
  public let ticks: UInt64
  /// Bytes that it has written, to wherever.
  public let written: UInt64

  public init(ticks: UInt64, written: UInt64) {
    self.ticks = ticks
    self.written = written
  }

  /// Nil of a process that is gone or may not be read.
  public init?(_ process: Int32) {
    guard let ticks = ProcessFiles.status(process)?.ticks, let written = ProcessFiles.written(process) else {
      return nil
    }
    self.init(ticks: ticks, written: written)
  }
}

/// What the connections of a process have received over the network.
public enum ProcessConnections {
  private static let most = 256

  /// Bytes received on each TCP connection, by a number that is not used again. What a process says to itself does not
  /// count. Nil when it cannot be told, as of another network namespace.
  public static func received(by process: Int32) -> [UInt64: UInt64]? {
    let found = [tcp_connection](unsafeUninitializedCapacity: most) { buffer, count in
      count = Int(tcp_connections(process, buffer.baseAddress, Int32(most)))
      if count < 0 {
        // Told apart below from a process without connections.
        buffer.initialize(repeating: tcp_connection(cookie: .max, bytes_received: 0))
        count = 1
      }
    }
    if found.first?.cookie == .max { return nil }
    return Dictionary(found.map { ($0.cookie, $0.bytes_received) }) { $1 }
  }
}
