import Foundation
import Reenactment

/// The pipe through which signal handlers wake the loop; a handler may do little more than write.
private nonisolated(unsafe) var signalPipe: (read: Int32, write: Int32) = (-1, -1)

/// Waits for input, signals and the time, whatever comes first.
struct Waiting {
  /// What ended a wait; all empty when the time was over.
  struct Wake {
    /// What one read returned.
    var input: [UInt8] = []
    /// When it had been read.
    var at: Duration = .zero
    var signals: [Int32] = []
  }

  /// Whether input can still come.
  private(set) var isOpen = true
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  init() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    signalPipe = (ends[0], ends[1])
    for number in [SIGWINCH, SIGTERM, SIGHUP, SIGINT] {
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let kept = errno
        _ = write(signalPipe.write, &byte, 1)
        errno = kept
      }
    }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits until `deadline` at the longest, to the microsecond; nil waits without end.
  mutating func wait(until deadline: Duration?) -> Wake {
    let ready = select(until: deadline)
    var wake = Wake()
    if isOpen, ready.contains(STDIN_FILENO) {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      wake.at = monotonic()
      if count > 0 {
        wake.input = Array(buffer[..<count])
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        isOpen = false
      }
    }
    if ready.contains(signalPipe.read) {
      var numbers = [UInt8](repeating: 0, count: 64)
      let count = read(signalPipe.read, &numbers, numbers.count)
      if count > 0 { wake.signals = numbers[..<count].map(Int32.init) }
    }
    return wake
  }

  /// poll() counts in milliseconds, too coarse for a recording's own time.
  private func select(until deadline: Duration?) -> [Int32] {
    let wanted = [isOpen ? STDIN_FILENO : -1, signalPipe.read].filter { (0..<64).contains($0) }
    var set = fd_set()
    for descriptor in wanted { set.__fds_bits.0 |= 1 << Int(descriptor) }
    let highest = (wanted.max() ?? -1) + 1
    let count: Int32
    if let deadline {
      let left = max(.zero, deadline - monotonic()).components
      var timeout = timespec(tv_sec: Int(left.seconds), tv_nsec: Int(left.attoseconds / 1_000_000_000))
      count = pselect(highest, &set, nil, nil, &timeout, nil)
    } else {
      count = pselect(highest, &set, nil, nil, nil, nil)
    }
    return count > 0 ? wanted.filter { set.__fds_bits.0 & (1 << Int($0)) != 0 } : []
  }
}
