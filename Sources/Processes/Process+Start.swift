import Foundation
import Glibc
import Synchronization

extension Process {
  /// Foundation learns of a program's end from a socket whose other end the program holds. A program started in the same
  /// moment would inherit that and, while it lives, hide the end of the first; so they start one after the other.
  private static let turn = Mutex(())

  /// Runs the program with no signal blocked.
  ///
  /// Threads of Dispatch block nearly all signals, and a program inherits that from the thread that starts it: it
  /// could then be ended by `SIGKILL` only, and a shell or tmux would never hear that its children have ended.
  ///
  /// - Throws: As `run`.
  public func start() throws {
    try Self.turn.withLock { _ in
      var none = sigset_t()
      var before = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      try run()
    }
  }
}
