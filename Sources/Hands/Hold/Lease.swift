import Foundation
import Processes
import Rulebook
import Synchronization

/// The list of what is frozen now, kept in memory that is also a file: whatever becomes of the watch, somebody
/// can read what it has left frozen.
///
/// One writer; read by its guardian, by the next start and by `outrider release`. A slot is sixteen bytes: the
/// process id, what is to become of it, its start in clock ticks, all in the machine's own order.
public final class Lease: Sendable {
  /// What becomes of a process when nobody is there any more who knows better.
  public enum Fate: UInt32, Sendable {
    /// Stopped to be looked at, and not judged yet: it goes on.
    case undecided = 1
    /// On hold: it is killed.
    case kill = 2
    /// On hold: it goes on.
    case allow = 3

    public init(_ release: Order.Release) {
      self = release == .kill ? .kill : .allow
    }
  }

  static let mark: UInt64 = 0x31_6573_6165_6C6F  // "olease1"
  static let headerSize = 32
  static let slotSize = 16
  /// Processes that fit; more are frozen without being listed.
  static let capacity = 1022

  public let path: String
  private let slots: Mutex<Slots>

  private struct Slots: ~Copyable {
    let memory: UnsafeMutableRawPointer
    var next = 0

    deinit { munmap(memory, Lease.size) }
  }

  private static let size = headerSize + capacity * slotSize

  /// A new lease of this process, in place of one that was there.
  public init(path: String) throws(LeaseError) {
    self.path = path
    let new = path + ".new"
    unlink(new)
    let file = open(new, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0, ftruncate(file, off_t(Self.size)) == 0,
      let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED,
      let owner = ProcessIdentity(getpid()), rename(new, path) == 0
    else {
      let code = errno
      if file >= 0 { Glibc.close(file) }
      throw LeaseError(path: path, errno: code)
    }
    Glibc.close(file)
    memory.storeBytes(of: owner.id, toByteOffset: 8, as: Int32.self)
    memory.storeBytes(of: owner.start, toByteOffset: 16, as: UInt64.self)
    memory.storeBytes(of: Self.mark, toByteOffset: 0, as: UInt64.self)
    slots = Mutex(Slots(memory: memory))
  }

  /// Notes a process that is about to be frozen. Costs no system call.
  public func note(_ process: Int32) {
    slots.withLock { slots in
      for step in 0..<Self.capacity {
        let index = (slots.next + step) % Self.capacity
        let place = Self.headerSize + index * Self.slotSize
        guard slots.memory.load(fromByteOffset: place + 4, as: UInt32.self) == 0 else { continue }
        slots.memory.storeBytes(of: process, toByteOffset: place, as: Int32.self)
        slots.memory.storeBytes(of: 0, toByteOffset: place + 8, as: UInt64.self)
        slots.memory.storeBytes(of: Fate.undecided.rawValue, toByteOffset: place + 4, as: UInt32.self)
        slots.next = (index + 1) % Self.capacity
        return
      }
    }
  }

  /// Says what is to become of a process, noted before or not.
  public func keep(_ process: ProcessIdentity, _ fate: Fate) {
    if !update(process.id, fate, process.start) {
      note(process.id)
      _ = update(process.id, fate, process.start)
    }
  }

  /// The process is not frozen any more.
  public func drop(_ process: Int32) {
    _ = update(process, nil, 0)
  }

  /// One that was stopped twice was noted twice.
  private func update(_ process: Int32, _ fate: Fate?, _ start: UInt64) -> Bool {
    slots.withLock { slots in
      var isNoted = false
      for index in 0..<Self.capacity {
        let place = Self.headerSize + index * Self.slotSize
        guard slots.memory.load(fromByteOffset: place + 4, as: UInt32.self) != 0,
          slots.memory.load(fromByteOffset: place, as: Int32.self) == process
        else { continue }
        slots.memory.storeBytes(of: start, toByteOffset: place + 8, as: UInt64.self)
        // All but the first are freed.
        let own = isNoted ? 0 : fate?.rawValue ?? 0
        slots.memory.storeBytes(of: own, toByteOffset: place + 4, as: UInt32.self)
        isNoted = true
      }
      return isNoted
    }
  }

  /// Nothing is frozen any more, and the file is not needed.
  public func end() {
    unlink(path)
  }
}

/// A lease could not be made.
public struct LeaseError: Error, CustomStringConvertible {
  public let path: String
  public let errno: Int32

  public var description: String {
    "\(path): \(String(cString: strerror(errno))); set XDG_RUNTIME_DIR to a directory of your own"
  }
}
