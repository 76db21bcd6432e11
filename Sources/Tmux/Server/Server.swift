import Glibc

/// Which tmux server to talk to, and through which program.
///
/// A value: it holds no connection.
public struct Server: Hashable, Sendable, CustomStringConvertible {
  /// The server's socket.
  public enum Socket: Hashable, Sendable {
    /// The server of `$TMUX` when there is one (never across a prefix), else tmux's own default.
    case standard
    /// `tmux -L NAME`
    case named(String)
    /// `tmux -S PATH`
    case path(String)
  }

  public var socket: Socket
  /// What stands in front of tmux to reach another machine, such as `["ssh", "devbox"]`.
  ///
  /// It must carry standard input and output unchanged and ask for nothing on the terminal.
  public var prefix: [String]
  /// The prefix hands its arguments to a shell on the other side, as ssh does, so that they must be quoted.
  public var prefixRunsShell: Bool
  public var program: String
  /// Read instead of the user's configuration if this server has yet to be started; never by connecting.
  public var configuration: String?

  /// - Parameter prefixRunsShell: by default guessed from the prefix: ssh and its kin do.
  public init(
    socket: Socket = .standard, prefix: [String] = [], prefixRunsShell: Bool? = nil,
    program: String = "tmux", configuration: String? = nil
  ) {
    let carrier = prefix.first?.split(separator: "/").last.map(String.init) ?? ""
    self.socket = socket
    self.prefix = prefix
    self.prefixRunsShell = prefixRunsShell ?? ["ssh", "autossh", "slogin", "sshpass"].contains(carrier)
    self.program = program
    self.configuration = configuration
  }

  /// The argument vector of one tmux call on this server.
  ///
  /// - Parameter path: The socket by which to call it, instead of its own.
  public func arguments(_ words: [String], at path: String? = nil) -> [String] {
    var call = [program]
    switch path.map(Socket.path) ?? effectiveSocket {
    case .standard: break
    case .named(let name): call += ["-L", name]
    case .path(let path): call += ["-S", path]
    }
    if let configuration { call += ["-f", configuration] }
    call += words
    return prefix + (prefixRunsShell ? call.map(shellQuoted) : call)
  }

  /// How messages name the server.
  public var description: String {
    let place =
      switch effectiveSocket {
      case .standard: "the default socket"
      case .named(let name): "socket '\(name)'"
      case .path(let path): "socket \(path)"
      }
    return prefix.isEmpty ? place : "\(place) behind '\(prefix.joined(separator: " "))'"
  }

  /// Where the server's socket is on this machine; nil when it is on another, or cannot be known.
  var socketPath: String? {
    guard prefix.isEmpty else { return nil }
    let name: String
    switch effectiveSocket {
    case .path(let path): return path
    case .named(let given): name = given
    case .standard: name = "default"
    }
    let place = getenv("TMUX_TMPDIR").map { String(cString: $0) } ?? ""
    return "\(place.isEmpty ? "/tmp" : place)/tmux-\(getuid())/\(name)"
  }

  private var effectiveSocket: Socket {
    guard socket == .standard, prefix.isEmpty, let value = getenv("TMUX") else { return socket }
    // $TMUX is PATH,PID,SESSION; the path itself may hold commas.
    let fields = String(cString: value).split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count >= 3 else { return socket }
    let path = fields.dropLast(2).joined(separator: ",")
    return path.isEmpty ? socket : .path(path)
  }

  private var startCommand: String {
    arguments(["new-session"]).map { $0.contains(" ") ? shellQuoted($0) : $0 }.joined(separator: " ")
  }

  /// What tmux's own words on its standard error, or in an error block, mean.
  func error(said: String, status: Int32?, command: String) -> TmuxError {
    let host = prefix.isEmpty ? nil : prefix.joined(separator: " ")
    if status == 127 { return .notInstalled(program: program, host: host) }
    if said.contains("no server running") || said.contains("No such file or directory")
      || said.contains("Connection refused") || said.contains("server exited")
      || said.contains("lost server")
    {
      return .noServer(socket: "\(self)", start: startCommand)
    }
    if said.contains("no sessions") || said.contains("no current session") {
      return .noSessions(socket: "\(self)", start: startCommand)
    }
    if said.contains("Permission denied") || said.contains("access not allowed") {
      return .notAllowed(socket: "\(self)", said: said)
    }
    if let name = said.range(of: "can't find session: ") {
      return .noSuchSession(String(said[name.upperBound...]))
    }
    return .failed(command: command, said: said.isEmpty ? "it gave no reason" : said)
  }

  var noSessions: TmuxError { .noSessions(socket: "\(self)", start: startCommand) }
}

func shellQuoted(_ word: String) -> String {
  "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

extension String {
  /// The first place where `needle` stands; enough for the short messages of tmux.
  fileprivate func range(of needle: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(needle) { return at..<index(at, offsetBy: needle.count) }
      at = index(after: at)
    }
    return nil
  }
}
