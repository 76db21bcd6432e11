import Synchronization

/// One connection to one session: its panes' output in, commands and keys out, over one `tmux -C`.
///
/// It never tells tmux a size (`ignore-size`, and no `refresh-client -C`), leaves the session's environment
/// alone (`-E`), and lets tmux go on without us when we do not read for `pauseLimit` (which tmux 3.3 holds to
/// only if the server has another client, see `Purpose.reserve`; `ServerWatch` sees to it). A thread of its own
/// always reads; events go to a `Mailbox`. Call `close()`: a client that is dropped goes on until tmux ends.
public final class ControlClient: Sendable {
  /// After this tmux stops waiting for us: it lets the pane's program go on, and we take a snapshot.
  public static let pauseLimit: Duration = .seconds(1)

  /// What a connection is for.
  public enum Purpose: Sendable {
    /// Output and keys.
    case watching
    /// No output, no events: only to be there. tmux 3.3 stops reading a pane, and so blocks its program,
    /// while every client of the server is a control client that lags; it looks at the pause limit only when
    /// it reads. One client without output on the same server keeps it reading, whatever becomes of us. And
    /// what is there already can be moved to a session that comes, see `move`.
    case reserve

    var flag: String {
      switch self {
      case .watching: "pause-after=\(ControlClient.pauseLimit.components.seconds)"
      case .reserve: "no-output"
      }
    }
  }

  static let mostWaiting = 1024
  static let mostUnsent = 8 << 20

  public let server: Server
  public let mailbox: Mailbox

  enum Completion: Sendable {
    case caller(CheckedContinuation<[Reply], any Error>)
    /// Run on the reader's thread; what it returns goes into the stream at exactly this place.
    case inStream(@Sendable ([Reply]) -> ControlEvent.Kind?)
    case nobody
  }

  struct Request: Sendable {
    var serial: UInt64
    var blocks: Int
    var replies: [Reply] = []
    var command: String
    var completion: Completion
  }

  struct State: ~Copyable {
    var session: SessionID
    var isReserve: Bool
    var input: Int32
    var waiting = ArraySlice<Request>()
    var unsent: [UInt8] = []
    var serial: UInt64 = 0
    var paused: Set<PaneID> = []
    var ended: EndReason?
    var closing = false
    var enders: [CheckedContinuation<Void, Never>] = []
  }

  let state: Mutex<State>
  /// Kept so that its bell stays ours to ring for as long as anybody can.
  let reader: StreamReader
  /// Called on the reader's thread when something changed that listings tell more about.
  let onNotice: @Sendable () -> Void
  let unrest: Unrest

  /// Connects to a session and returns once tmux has said that we are attached to it.
  ///
  /// - Parameters:
  ///   - gateway: What the client connects through; without one the server must be quiet, see `Unrest`.
  ///   - onNotice: called from the reading thread; must return at once.
  /// - Throws: `TmuxError`, also when tmux does not answer within `limit`.
  public static func attach(
    to session: SessionID, of server: Server, mailbox: Mailbox, purpose: Purpose = .watching,
    through gateway: Gateway? = nil, within limit: Duration = .seconds(10), unrest: Unrest = Unrest(),
    onNotice: @escaping @Sendable () -> Void = {}
  ) async throws -> ControlClient {
    // The thread that starts the program must be the one that reads: the program dies with it.
    try await withCheckedThrowingContinuation { continuation in
      startThread {
        do {
          let reader = try StreamReader.start(
            session: session, server: server, purpose: purpose, through: gateway, within: limit)
          let client = ControlClient(
            session: session, server: server, mailbox: mailbox, purpose: purpose, reader: reader,
            unrest: unrest, onNotice: onNotice)
          continuation.resume(returning: client)
          reader.run(for: client)
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  private init(
    session: SessionID, server: Server, mailbox: Mailbox, purpose: Purpose, reader: StreamReader,
    unrest: Unrest, onNotice: @escaping @Sendable () -> Void
  ) {
    self.server = server
    self.mailbox = mailbox
    self.onNotice = onNotice
    self.reader = reader
    self.unrest = unrest
    self.state = Mutex(
      State(session: session, isReserve: purpose == .reserve, input: reader.child.input))
  }

  /// The session it shows.
  public var session: SessionID { state.withLock { $0.session } }

  var isReserve: Bool { state.withLock { $0.isReserve } }

  /// Makes a connection that was held in reserve the one that watches `session`.
  ///
  /// No new client connects for it, see `Unrest`.
  /// - Throws: `TmuxError`; it is in reserve still when the session is not there.
  func move(to session: SessionID) async throws {
    let before = state.withLock { state in
      defer { state.session = session }
      return state.session
    }
    do {
      let commands = [
        TmuxCommand("switch-client", "-E", "-t", "\(session)"),
        TmuxCommand("refresh-client", "-f", "!no-output," + Purpose.watching.flag),
      ]
      _ = try await request(commands, blocks: 2)
      state.withLock { $0.isReserve = false }
    } catch {
      state.withLock { $0.session = before }
      throw error
    }
  }

  /// Why the connection has ended; `nil` while it lives.
  public var endReason: EndReason? { state.withLock { $0.ended } }

  /// Sends one command and returns the lines of its answer.
  ///
  /// Answers come in the order of the commands. A cancelled caller stops waiting; the command still runs.
  /// - Throws: `TmuxError.failed` when tmux answers with an error, `.ended`, `.congested`, `.badArgument`.
  @discardableResult
  public func send(_ command: TmuxCommand) async throws -> [[UInt8]] {
    try await request([command], blocks: 1)[0].lines
  }

  /// Sends commands as one line, which tmux runs as one step.
  func request(_ commands: [TmuxCommand], blocks: Int) async throws -> [Reply] {
    let serial = nextSerial()
    let name = commands.first?.words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let replies = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let refused = submit(
          commands,
          Request(serial: serial, blocks: blocks, command: name, completion: .caller(continuation)))
        if let refused { continuation.resume(throwing: refused) }
      }
    } onCancel: {
      forget(serial)
    }
    if let failed = replies.last, failed.failed {
      throw TmuxError.failed(command: name, said: failed.text)
    }
    return replies
  }

  /// Asks for a snapshot of the pane, which comes as an event at its exact place in the stream.
  ///
  /// A paused pane goes on with it. Does nothing if the pane is gone or the connection over.
  public func resync(_ pane: PaneID) {
    askForSnapshot(pane, attemptsLeft: 2)
  }

  private func askForSnapshot(_ pane: PaneID, attemptsLeft: Int) {
    let query = SnapshotQuery(pane: pane)
    let resuming = state.withLock { $0.paused.remove(pane) != nil }
    let commands = query.commands(resuming: resuming)
    let completion = Completion.inStream { [weak self] replies in
      if let snapshot = query.read(replies) { return .snapshot(snapshot) }
      let gone = replies.last?.failed ?? true
      if attemptsLeft > 0, !gone { self?.askForSnapshot(pane, attemptsLeft: attemptsLeft - 1) }
      return nil
    }
    _ = submit(
      commands,
      Request(serial: nextSerial(), blocks: commands.count, command: "capture-pane", completion: completion))
  }

  /// A snapshot of the pane for its own sake: as of now, with no place in the event stream.
  public func capture(_ pane: PaneID) async throws -> Snapshot {
    let query = SnapshotQuery(pane: pane)
    let replies = try await request(query.commands(resuming: false), blocks: 4)
    guard let snapshot = query.read(replies) else {
      throw TmuxError.failed(command: "capture-pane", said: "its answers do not fit each other")
    }
    return snapshot
  }

  /// Every pane of the server, each once; of one in several sessions the first listed.
  public func panes() async throws -> [PaneInfo] {
    var seen: Set<PaneID> = []
    return try await allListings().filter { seen.insert($0.pane).inserted }
  }

  func allListings() async throws -> [PaneInfo] {
    try await send(PaneInfo.listAll).compactMap(PaneInfo.init(line:))
  }

  /// Has tmux look once a second whether a pane's first process died or was replaced, and say so (`.process`).
  ///
  /// For all panes of the session. tmux has no notice of its own for that.
  public func watchProcesses() async throws {
    try await send(TmuxCommand("refresh-client", "-B", "process:%*:#{pane_dead} #{pane_pid}"))
  }

  /// Sends a command whose answer nobody waits for.
  func abandon(_ command: TmuxCommand) {
    _ = submit(
      [command], Request(serial: nextSerial(), blocks: 1, command: "", completion: .nobody))
  }

  func nextSerial() -> UInt64 {
    state.withLock {
      $0.serial += 1
      return $0.serial
    }
  }

  /// Detaches, ends the `tmux -C` process and the reading thread, and returns when both are gone.
  ///
  /// What the stream still held is delivered; the last event is `.ended`.
  public func close() async {
    await withCheckedContinuation { continuation in
      let over = state.withLock { state -> Bool in
        if state.ended != nil, state.input < 0 { return true }
        state.enders.append(continuation)
        state.closing = true
        return false
      }
      if over { continuation.resume() } else { ring() }
    }
  }
}
