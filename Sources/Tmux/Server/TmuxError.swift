/// What keeps us from talking to tmux: each a sentence that says what to do.
public enum TmuxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The program is not there; `host` is the command prefix it was looked for behind, if any.
  case notInstalled(program: String, host: String?)
  case noServer(socket: String, start: String)
  case noSessions(socket: String, start: String)
  case noSuchSession(String)
  case notAllowed(socket: String, said: String)
  /// The program would not start or its pipes could not be made; `code` is an errno.
  case cannotStart(program: String, code: Int32)
  case timedOut(command: String)
  /// tmux answered a command with an error.
  case failed(command: String, said: String)
  /// A connection was used after it had ended.
  case ended(EndReason)
  /// More than 1024 answers, or 8 MiB of commands, are still outstanding on one connection.
  case congested
  /// A command without words, or with a NUL byte in one.
  case badArgument(String)

  public var description: String {
    switch self {
    case .notInstalled(let program, nil):
      "\(program) is not installed; install it (Debian: apt-get install tmux) or give its path"
    case .notInstalled(let program, let host?):
      "\(program) was not found by '\(host)'; install it there or give its full path"
    case .noServer(let socket, let start):
      "no tmux server is running on \(socket); start one with: \(start)"
    case .noSessions(let socket, let start):
      "the tmux server on \(socket) has no sessions; start one with: \(start)"
    case .noSuchSession(let name):
      "there is no tmux session '\(name)'; see the names with: tmux list-sessions"
    case .notAllowed(let socket, let said):
      "the tmux server on \(socket) does not let this user in (\(said)); run as the user who started it"
    case .cannotStart(let program, let code):
      "\(program) could not be started (error \(code)); check that it may be executed and that files are free"
    case .timedOut(let command):
      "tmux did not answer '\(command)' in time; check that its server is not stopped"
    case .failed(let command, let said):
      "tmux refused '\(command)': \(said)"
    case .ended(let reason): "the tmux connection has ended (\(reason)); open a new one"
    case .congested: "tmux has stopped answering and too many commands wait for it; try again later"
    case .badArgument(let command):
      "the tmux command '\(command)' is empty or holds a NUL byte; leave the byte out"
    }
  }
}

/// Why a connection came to its end.
public enum EndReason: Hashable, Sendable, CustomStringConvertible {
  /// `close()` was called.
  case closed
  /// tmux said `%exit`, with its reason if it gave one: detached, or the session is gone.
  case exit(String)
  /// The stream ended without a word; what the program wrote to its standard error, cut to 300 characters.
  case lost(String)
  /// The client was switched to another session, by a human or because its own session ended.
  case moved(SessionID)
  /// The stream broke tmux's own protocol and cannot be trusted any more.
  case disorder(String)

  public var description: String {
    switch self {
    case .closed: "closed"
    case .exit(let reason): reason.isEmpty ? "detached or session ended" : reason
    case .lost(let said): said.isEmpty ? "the server went away" : said
    case .moved(let session): "moved to session \(session)"
    case .disorder(let what): "out of step: \(what)"
    }
  }
}
