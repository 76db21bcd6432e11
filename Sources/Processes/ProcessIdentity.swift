import CLinux
import Glibc

/// One process and no other: ids are used again, starts are not.
public struct ProcessIdentity: Hashable, Sendable, Codable, CustomStringConvertible {
  public let id: Int32
  /// In clock ticks since the machine was started.
  public let start: UInt64

  public init(id: Int32, start: UInt64) {
    self.id = id
    self.start = start
  }

  /// The process that has the id now; nil when there is none or it has ended.
  public init?(_ id: Int32) {
    guard let status = ProcessFiles.status(id), !status.isZombie else { return nil }
    self.init(id: id, start: status.start)
  }

  public var description: String { "\(id)" }

  public var isAlive: Bool { ProcessIdentity(id) == self }

  /// Sends a signal to this process, surely. 0, or an errno: ESRCH when it is gone, EPERM when it is another
  /// user's.
  @discardableResult
  public func signal(_ number: Int32) -> Int32 {
    let descriptor = process_descriptor(id)
    guard descriptor >= 0 else { return -descriptor }
    defer { close(descriptor) }
    // Looked at while the descriptor is held, which means whoever has the id since before.
    guard ProcessFiles.status(id)?.start == start else { return ESRCH }
    return -process_signal(descriptor, number)
  }
}
