import Glibc

/// Nanoseconds of the system's monotonic clock (`CLOCK_MONOTONIC`): for intervals on one machine only.
public struct MonotonicTime: Hashable, Comparable, Sendable {
  public var nanoseconds: UInt64

  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  static func now() -> MonotonicTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

  public static func - (a: MonotonicTime, b: MonotonicTime) -> Duration {
    .nanoseconds(Int64(bitPattern: a.nanoseconds &- b.nanoseconds))
  }
}

/// Reads what is there, at most the buffer; 0 at the end, `nil` when nothing is there yet.
func readAvailable(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int? {
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count >= 0 { return count }
    if errno == EINTR { continue }
    return errno == EAGAIN ? nil : 0
  }
}

/// Two connected stream sockets, closed in every program that is started.
func connectedPair() -> (Int32, Int32)? {
  let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
  var ends: [Int32] = [-1, -1]
  return socketpair(AF_UNIX, kind, 0, &ends) == 0 ? (ends[0], ends[1]) : nil
}

func setNonBlocking(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
}

/// `poll` that starts again when a signal interrupts it; `milliseconds` below zero waits for ever.
func wait(for descriptors: inout [pollfd], milliseconds: Int32) {
  while poll(&descriptors, nfds_t(descriptors.count), milliseconds) < 0, errno == EINTR {}
}

/// Runs `body` on a thread of its own, for work that blocks, and resumes the caller with its result.
func onThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws(TmuxError) -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    startThread {
      do {
        continuation.resume(returning: try body())
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a detached thread that takes no signals.
func startThread(_ body: @escaping @Sendable () -> Void) {
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let failed = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }, box.toOpaque())
  precondition(failed == 0, "the system gives no more threads")
  pthread_detach(thread)
}
