import Glibc

/// Asks a running sidecar.
public struct SidecarClient: Sendable {
  /// Why nothing came of asking.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// No sidecar runs; nothing is wrong.
    case nobody
    /// One is there, but did not answer as it should; the text says how.
    case trouble(String)

    public var description: String {
      switch self {
      case .nobody: "no sidecar is running; start one with: outrider watch"
      case .trouble(let text): text
      }
    }
  }

  private let folder: RuntimeFolder
  private let preferred: String?

  /// - Parameter tmuxSocket: The socket of the tmux server that the asker lives in; the sidecar that watches it is
  ///   asked before others.
  public init(folder: RuntimeFolder, tmuxSocket: String? = nil) {
    self.folder = folder
    preferred = tmuxSocket.map { folder.socket(of: $0) }
  }

  /// Asks the first sidecar that takes the question.
  ///
  /// - Parameter limit: How long one step of it may take: to take the question, to answer.
  public func ask(_ message: Message, limit: Duration) throws(Failure) -> Message {
    for path in try sockets() {
      if let answer = try Self.ask(message, at: path, limit: limit) { return answer }
    }
    throw .nobody
  }

  /// Asks every sidecar that takes the question, or only the one that watches the server that the asker lives in. One
  /// that hangs keeps no other from being asked.
  public func askAll(_ message: Message, onlyPreferred: Bool = false, limit: Duration) throws(Failure)
    -> [Message]
  {
    var answers: [Message] = []
    var trouble: Failure?
    for path in try sockets() where !onlyPreferred || path == preferred {
      do throws(Failure) {
        if let answer = try Self.ask(message, at: path, limit: limit) { answers.append(answer) }
      } catch {
        trouble = trouble ?? error
      }
    }
    if answers.isEmpty { throw trouble ?? .nobody }
    return answers
  }

  /// Those that are there, the preferred one first.
  private func sockets() throws(Failure) -> [String] {
    guard folder.isOurs else {
      if access(folder.path, F_OK) != 0 { throw .nobody }
      throw .trouble("\(folder.path) belongs to somebody else or is open to others; remove it")
    }
    let sockets = folder.sockets
    let first = preferred.map { [$0] } ?? []
    return first.filter(sockets.contains) + sockets.filter { !first.contains($0) }
  }

  /// Asks the sidecar at one socket; nil when nobody listens there.
  public static func ask(
    _ message: Message, at path: String, limit: Duration
  ) throws(Failure) -> Message? {
    guard let socket = Descriptor(Descriptor.unixSocket()) else { return nil }
    socket.limit(limit)
    let status = withSocketAddress(path) { connect(socket.number, $0, $1) }
    // A sidecar that was killed leaves its socket behind.
    guard status == 0 else { return nil }
    guard let peer = socket.peer(), peer.user == geteuid() || peer.user == 0 else {
      throw .trouble("\(path) is served by another user's program; remove it")
    }
    guard socket.write(message.bytes) else {
      throw .trouble("the sidecar (pid \(peer.pid)) took no question within \(limit)")
    }
    shutdown(socket.number, Int32(SHUT_WR))
    guard let bytes = socket.readAll(atMost: Message.longest), let answer = Message(bytes) else {
      throw .trouble("the sidecar (pid \(peer.pid)) gave no answer within \(limit)")
    }
    return answer
  }
}
