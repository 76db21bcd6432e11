/// A session as it is listed.
public struct SessionInfo: Hashable, Sendable {
  public var id: SessionID
  /// The name as tmux prints it; tmux itself keeps control characters, `:` and `.` out of names.
  public var name: String
}

extension Server {
  /// The server's sessions, asked by one short-lived `tmux list-sessions`.
  ///
  /// - Throws: `TmuxError`: not installed, no server, no sessions, not allowed, or no answer within `limit`.
  public func sessions(within limit: Duration = .seconds(10)) async throws -> [SessionInfo] {
    let output = try await run(["list-sessions", "-F", "#{session_id} #{session_name}"], within: limit)
    let found = output.split(separator: 0x0A).compactMap { line -> SessionInfo? in
      let parts = line.split(separator: 0x20, maxSplits: 1)
      guard parts.count == 2, let id = SessionID(parts[0]) else { return nil }
      return SessionInfo(id: id, name: String(decoding: parts[1], as: UTF8.self))
    }
    if found.isEmpty { throw noSessions }
    return found
  }

  /// Runs one tmux call to its end and returns what it printed, at most 4 MiB.
  ///
  /// For what is asked once; everything that repeats goes over a `ControlClient`.
  public func run(_ words: [String], within limit: Duration = .seconds(10)) async throws -> [UInt8] {
    let argv = arguments(words)
    let command = words.first ?? program
    let finished = try await onThread { () throws(TmuxError) -> FinishedProcess in
      try ChildProcess(argv, host: prefix.isEmpty ? nil : prefix.joined(separator: " "), tool: program)
        .collect(within: limit, command: command)
    }
    guard finished.status == 0 else {
      throw error(said: finished.said, status: finished.status, command: command)
    }
    return finished.output
  }
}
