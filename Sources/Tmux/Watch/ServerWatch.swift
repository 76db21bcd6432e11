/// Watches a server's panes through one connection a session, for as long as `run` runs: opens connections
/// for sessions that come, drops those that end, and finds the server again after it was restarted.
///
/// All that happens comes out of `events`, in this order for each pane: `.appeared`, `.snapshot`, then
/// `.output` that continues exactly there; after `.lost` a new `.snapshot`; in the end `.gone`. Output before
/// a pane's snapshot is part of the snapshot. A pane that stands in several sessions is watched through one.
///
/// Nothing is polled while a server runs that has the sessions asked for; otherwise it is looked for with
/// back-off. Watching makes tmux count one more client on each session, and two more in reserve.
public actor ServerWatch {
  /// Which sessions to watch.
  public enum Choice: Hashable, Sendable {
    case all
    /// By name or id (`$3`); those that do not exist are waited for.
    case named(Set<String>)

    func includes(_ name: String, _ id: SessionID) -> Bool {
      switch self {
      case .all: true
      case .named(let names): names.contains(name) || names.contains("\(id)")
      }
    }
  }

  public nonisolated let server: Server
  public nonisolated let events: Mailbox
  private let choice: Choice
  private let clock: any Clock<Duration>
  private var backoff: Backoff
  let bell = Bell()
  let unrest = Unrest()
  var clients: [SessionID: ControlClient] = [:]
  /// Connections without output. The first was there before any with output, and stays: it keeps tmux reading
  /// the panes also when we are stopped. The other is moved to the next session that comes.
  var reserve: [ControlClient] = []
  private var roster = PaneRoster()
  private var isReached: Bool?

  /// - Parameters:
  ///   - queue: bytes of output held for a consumer that is behind.
  ///   - clock: what the back-off waits by.
  public init(
    server: Server, sessions: Choice = .all, queue: Int = 8 << 20, backoff: Backoff = Backoff(),
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.server = server
    self.choice = sessions
    self.events = Mailbox(limit: queue, onlyAdmitted: true)
    self.backoff = backoff
    self.clock = clock
  }

  /// The watched panes, as of the last listing.
  public var panes: [PaneInfo] { roster.watched.values.sorted { $0.pane < $1.pane } }

  /// The connection that a pane is watched through; keys for it go the same way.
  ///
  /// `nil` for one not watched.
  public func client(for pane: PaneID) -> ControlClient? {
    roster.watched[pane].flatMap { clients[$0.session] }
  }

  /// Asks the server again, soon, what panes it has; for what tmux tells nobody, such as a new title.
  public nonisolated func refresh() {
    bell.ring()
  }

  /// Watches until the task is cancelled; then closes every connection, ends `events` and returns.
  public func run() async {
    while !Task.isCancelled {
      do {
        let isComplete = try await look()
        if isComplete { backoff.reset() }
        let pause = isComplete ? nil : unrest.left(at: .now()) ?? backoff.next()
        await waitForNews(atMost: pause)
      } catch  where !Task.isCancelled {
        await unreachable(error as? TmuxError ?? .failed(command: "list-panes", said: "\(error)"))
        await waitForNews(atMost: backoff.next())
      } catch {
        break
      }
    }
    await closeAll()
    events.finish()
  }

  /// One round: connections for the sessions that are, then the panes.
  ///
  /// Returns whether all is connected that was asked for, so that the next round can wait for news.
  private func look() async throws -> Bool {
    forgetEnded()
    var isComplete = true
    var listing: [PaneInfo] = []
    // Twice: sessions found by the first listing are connected to, and then show their panes.
    for _ in 0..<2 {
      var found: [SessionID: String] = [:]
      if let answer = try await listPanes() {
        listing = answer
        for info in listing { found[info.session] = info.sessionName }
      } else {
        for session in try await server.sessions() { found[session.id] = session.name }
      }
      isComplete = await connect(to: found.filter { choice.includes($0.value, $0.key) }) && isComplete
      if clients.isEmpty, unrest.left(at: .now()) == nil { throw missingSession }
      if Set(listing.map(\.session)).isSuperset(of: clients.keys) { break }
    }
    isComplete = await fillReserve() && isComplete
    if isReached != true, !clients.isEmpty {
      isReached = true
      post(.reached, session: SessionID(0))
    }
    for change in roster.update(listing: listing, connected: Set(clients.keys)) { apply(change) }
    return isComplete
  }

  /// Asks over any connection that lives; `nil` when none does.
  ///
  /// One without output first: in the others an answer stands behind what panes print, and where one floods, tmux 3.3
  /// may keep it for as long as the connection lives.
  private func listPanes() async throws -> [PaneInfo]? {
    while let client = reserve.first ?? clients.values.first {
      do {
        return try await client.allListings()
      } catch TmuxError.ended {
        forgetEnded()
      }
    }
    return nil
  }

  private func apply(_ change: PaneRoster.Change) {
    switch change {
    case .appeared(let info, let fresh):
      events.admit(info.pane, from: info.session)
      post(.appeared(info, fresh: fresh), session: info.session)
      clients[info.session]?.resync(info.pane)
    case .moved(let info):
      events.admit(info.pane, from: info.session)
      post(.lost(info.pane, .moved), session: info.session, from: clients[info.session])
      post(.changed(info), session: info.session)
    case .changed(let info, let resized):
      post(.changed(info), session: info.session)
      if resized { post(.lost(info.pane, .resized), session: info.session, from: clients[info.session]) }
    case .gone(let pane):
      events.dismiss(pane)
      post(.gone(pane), session: SessionID(0))
    }
  }

  private var missingSession: TmuxError {
    guard case .named(let names) = choice else { return server.noSessions }
    return .noSuchSession(names.sorted().joined(separator: "', '"))
  }

  private func unreachable(_ error: TmuxError) async {
    await closeAll()
    if isReached != false { post(.unreachable(error), session: SessionID(0)) }
    isReached = false
  }

  private func closeAll() async {
    for change in roster.clear() { apply(change) }
    for client in clients.values { await client.close() }
    clients = [:]
    for client in reserve { await client.close() }
    reserve = []
  }

  private func post(_ kind: ControlEvent.Kind, session: SessionID, from source: ControlClient? = nil) {
    events.post([ControlEvent(at: .now(), session: session, kind: kind)], from: source)
  }

  private func waitForNews(atMost limit: Duration?) async {
    guard let limit else { return await bell.wait() }
    await withTaskGroup(of: Void.self) { [bell, clock] group in
      group.addTask { await bell.wait() }
      group.addTask { try? await clock.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
