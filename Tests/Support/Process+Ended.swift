import Foundation
import Glibc

extension Process {
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
