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

  /// Waits for the program's end without holding a thread.
  ///
  /// The kernel is asked, not Foundation: that takes a program for running while anything of it lives.
  ///
  /// - Returns: Its exit status, 128 and the signal's number for a death by signal; nil when it still runs after `limit`,
  ///   or the task was cancelled.
  public func ended(within limit: Duration) async -> Int32? {
    let deadline = ContinuousClock.now + limit
    while true {
      var info = siginfo_t()
      let result = waitid(P_PID, id_t(processIdentifier), &info, WEXITED | WNOHANG | WNOWAIT)
      if result == 0, info.si_signo == SIGCHLD {
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? status : 128 + status
      }
      // Foundation may have taken the status a moment ago.
      if result != 0, !isRunning {
        return terminationReason == .exit ? terminationStatus : 128 + terminationStatus
      }
      guard ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(2))) != nil else {
        return nil
      }
    }
  }
}
