import Foundation
import Reenactment

/// The terminal that the program runs in: raw while it is used, as it was found afterwards.
///
/// Without a terminal on standard input it changes no settings and reads whatever comes.
final class Teletype {
  private var before: termios?

  /// Makes the terminal hand over every byte at once, without echo, signals or line editing.
  init() {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    before = settings
    cfmakeraw(&settings)
    withUnsafeMutableBytes(of: &settings.c_cc) { keys in
      keys[Int(VMIN)] = 1
      keys[Int(VTIME)] = 0
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// Whether standard input is a terminal.
  var isTerminal: Bool { before != nil }

  /// Columns and rows; nil when standard output is no terminal or does not know.
  var size: (width: Int, height: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Leaves every mode that a recording may have switched on and gives the settings back.
  func restore() {
    guard var settings = before else { return }
    before = nil
    let modes = [1000, 1002, 1003, 1006, 1004, 1007, 2004, 2026, 2031].map { "\u{1B}[?\($0)l" }.joined()
    _ = write(modes + "\u{1B}[<u\u{1B}[>4m\u{1B}[r\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l")
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  /// Writes all of the text, with one call unless the terminal takes less; false when it is gone.
  func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Foundation.write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
        if count > 0 {
          done += count
        } else if count < 0, errno == EAGAIN {
          var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
          _ = poll(&ready, 1, 1000)
        } else if count < 0, errno == EINTR {
          continue
        } else {
          return false
        }
      }
      return true
    }
  }
}

/// Nanoseconds of a system clock as a duration.
func time(of clock: clockid_t) -> Duration {
  var now = timespec()
  clock_gettime(clock, &now)
  return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
}

/// The monotonic clock.
func monotonic() -> Duration { time(of: CLOCK_MONOTONIC) }

/// What to add to the monotonic clock to get the time since 1970.
func wallClockOffset() -> Duration { time(of: CLOCK_REALTIME) - monotonic() }
