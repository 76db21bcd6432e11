import Foundation
import Glibc

extension Process {
  /// Runs the program with no signal blocked.
  ///
  /// Threads of Dispatch block nearly all signals, and a program inherits that from the thread that starts it: it
  /// could then be ended by `SIGKILL` only, and a shell or tmux would never hear that its children have ended.
  ///
  /// - Throws: As `run`.
  public func start() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
