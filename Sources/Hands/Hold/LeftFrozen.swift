import Foundation
import Processes

/// What a watch that is no more has left frozen, as its lease tells.
public struct LeftFrozen: Sendable, Equatable {
  /// A process and what is to become of it.
  public struct Entry: Sendable, Equatable {
    public let process: Int32
    public let fate: Lease.Fate
    /// Nil of a process that had not been looked at yet.
    public let start: UInt64?
  }

  /// The watch that made the lease.
  public let owner: ProcessIdentity
  public let entries: [Entry]

  /// Nil when the bytes are no lease.
  public init?(bytes: [UInt8]) {
    func number<Number: FixedWidthInteger>(_ place: Int, _: Number.Type) -> Number {
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
    }
    guard bytes.count >= Lease.headerSize, number(0, UInt64.self) == Lease.mark else { return nil }
    owner = ProcessIdentity(id: number(8, Int32.self), start: number(16, UInt64.self))
    let count = min(Lease.capacity, (bytes.count - Lease.headerSize) / Lease.slotSize)
    entries = (0..<count).compactMap { index in
      let place = Lease.headerSize + index * Lease.slotSize
      let process = number(place, Int32.self)
      guard process > 1, let fate = Lease.Fate(rawValue: number(place + 4, UInt32.self)) else { return nil }
      let start = number(place + 8, UInt64.self)
      return Entry(process: process, fate: fate, start: start == 0 ? nil : start)
    }
  }

  /// What was done to a process.
  public enum Deed: Sendable, Equatable {
    case killed, released, gone
  }

  /// Does to each process what its rule says; one that is not the same any more is left alone.
  public func settle() -> [(process: Int32, deed: Deed)] {
    entries.map { entry in
      guard let now = ProcessIdentity(entry.process), entry.start.map({ $0 == now.start }) ?? true else {
        return (entry.process, .gone)
      }
      let isKilled = entry.fate == .kill
      let failure = now.signal(isKilled ? SIGKILL : SIGCONT)
      return (entry.process, failure != 0 ? .gone : isKilled ? .killed : .released)
    }
  }

  /// Settles what the watches have left whose leases stand in a directory, and removes those leases. Watches
  /// that are still there keep theirs.
  public static func settle(in directory: String) -> [(process: Int32, deed: Deed)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".frozen") }.sorted().flatMap { name in
      settle(file: directory + "/" + name)
    }
  }

  /// Whether a lease is there and the watch that made it, too.
  public static func isHeld(file path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    return LeftFrozen(bytes: Array(data.prefix(65_536)))?.owner.isAlive ?? false
  }

  /// Likewise, of one lease.
  public static func settle(file path: String) -> [(process: Int32, deed: Deed)] {
    guard let data = FileManager.default.contents(atPath: path),
      let left = LeftFrozen(bytes: Array(data.prefix(65_536))), !left.owner.isAlive
    else { return [] }
    defer { unlink(path) }
    return left.settle()
  }
}
