import Foundation
import Glibc
import Synchronization

/// The socket on which a sidecar answers hooks and commands. Only its owner's programs are answered.
public final class SidecarSocket: Sendable {
  /// Gives the answer to a message from a process.
  public typealias Answer = @Sendable (Message, _ peer: Int32) async -> Message

  /// It cannot be opened; hooks then judge alone.
  public struct Unavailable: Error, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String {
      "hooks cannot be answered at \(path): \(reason); they judge by themselves, without shared counts"
    }
  }

  public let path: String
  private let listener: Int32
  private let inode: ino_t
  private let isOver = Flag()

  /// Questions that are read at a time; more wait.
  private static let mostAtOnce = 64
  /// How long a question may take to arrive.
  private static let patience: Duration = .seconds(2)

  /// Opens the socket. The caller holds the lock of this server, so that whatever is there is left over.
  ///
  /// Its file is there once it listens and not before: who finds it is answered.
  ///
  /// - Throws: `Unavailable`.
  public init(_ path: String, in folder: RuntimeFolder, answer: @escaping Answer) throws(Unavailable) {
    self.path = path
    func fail(_ reason: String) -> Unavailable { Unavailable(path: path, reason: reason) }
    guard folder.isOurs else {
      throw fail("\(folder.path) is not a folder of yours that is closed to others")
    }
    let next = "\(path)~"
    unlink(next)
    let number = Descriptor.unixSocket()
    listener = number
    guard number >= 0 else {
      inode = 0
      throw fail(String(cString: strerror(errno)))
    }
    let bound = withSocketAddress(next) { bind(number, $0, $1) }
    var status = stat()
    guard bound == 0, chmod(next, 0o600) == 0, listen(number, 128) == 0, lstat(next, &status) == 0,
      rename(next, path) == 0
    else {
      inode = 0
      let reason = errno
      unlink(next)
      isOver.value.store(true, ordering: .relaxed)
      close(number)
      throw fail(
        bound == nil ? "the path is too long; set XDG_RUNTIME_DIR" : String(cString: strerror(reason)))
    }
    inode = status.st_ino
    let gate = DispatchSemaphore(value: Self.mostAtOnce)
    let thread = Thread { [isOver] in
      Self.serve(on: number, until: isOver, gate: gate, answer: answer)
      // Closed by who uses it last: its number may be another socket's the moment after.
      close(number)
    }
    thread.name = "outrider-socket"
    thread.start()
  }

  /// Ends it; the socket's file goes unless another sidecar has taken its place.
  public func stop() {
    guard !isOver.value.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var status = stat()
    if lstat(path, &status) == 0, status.st_ino == inode { unlink(path) }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  deinit { stop() }

  /// Shared with the thread that takes questions.
  private final class Flag: Sendable {
    let value = Atomic(false)
  }

  private static func serve(
    on listener: Int32, until isOver: Flag, gate: DispatchSemaphore, answer: @escaping Answer
  ) {
    while true {
      let number = accept(listener, nil, nil)
      if isOver.value.load(ordering: .acquiring) {
        if number >= 0 { close(number) }
        return
      }
      guard number >= 0 else {
        // Too many files are open, perhaps: what waits is taken later.
        if errno != EINTR, errno != ECONNABORTED { usleep(10_000) }
        continue
      }
      // Programs of the user's must not inherit it.
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
      gate.wait()
      let thread = Thread {
        serve(number, answer: answer)
        gate.signal()
      }
      thread.stackSize = 256 << 10
      thread.start()
    }
  }

  private static func serve(_ number: Int32, answer: @escaping Answer) {
    guard let socket = Descriptor(number) else { return }
    socket.limit(patience)
    guard let peer = socket.peer(), peer.user == geteuid(),
      let bytes = socket.readAll(atMost: Message.longest)
    else { return }
    guard let message = Message(bytes) else {
      _ = socket.write(Message("refused", ["why": "no message of this protocol"]).bytes)
      return
    }
    let done = DispatchSemaphore(value: 0)
    let reply = Reply()
    Task {
      reply.message = await answer(message, peer.pid)
      done.signal()
    }
    done.wait()
    _ = socket.write(reply.message.bytes)
  }

  /// Handed from the task that answers to the thread that waits for it.
  private final class Reply: @unchecked Sendable {
    var message = Message("refused")
  }
}
