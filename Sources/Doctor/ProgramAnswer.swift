import Processes

/// What another program says when it is asked something.
enum ProgramAnswer: Sendable, Equatable {
  /// Its standard output, at most 64 KiB.
  case said(String)
  /// It was ended, since it took too long.
  case late
  case failed(String)

  /// Runs a program to its end.
  ///
  /// - Parameter limit: How long it may take; then it is killed.
  static func ask(
    _ path: String, _ arguments: [String], environment: [String: String], within limit: Duration
  ) async -> ProgramAnswer {
    let ending = await ProgramRun([path] + arguments, environment: environment, limit: limit).run()
    switch ending.how {
    case .status(0): return .said(String(decoding: ending.output, as: UTF8.self))
    case .status(let status): return .failed("it ended with status \(status)")
    case .late, .cancelled: return .late
    case .notStarted: return .failed("it cannot be started")
    }
  }
}
