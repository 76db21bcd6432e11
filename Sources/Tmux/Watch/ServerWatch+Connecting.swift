/// How connections come to be: as few as can be, and where they could harm the server when it is quiet, see `Unrest`.
extension ServerWatch {
  /// One connection for each session that is wanted, none for any other.
  ///
  /// Returns whether all are there.
  func connect(to wanted: [SessionID: String]) async -> Bool {
    for (id, client) in clients where wanted[id] == nil {
      clients[id] = nil
      await client.close()
    }
    let missing = wanted.keys.sorted().filter { clients[$0] == nil }
    guard let first = missing.first else { return true }
    // A connection with output comes only after one without, or a pane could stall that we do not read.
    if reserve.isEmpty, await !addReserve(on: first) { return false }
    var isComplete = true
    for id in missing {
      do {
        guard let client = try await client(for: id) else { return false }
        clients[id] = client
        try await client.watchProcesses()
      } catch {
        // It may just have ended; if not, the next round tries again.
        isComplete = false
      }
    }
    return isComplete
  }

  /// Sees to it that a session that comes needs no client to connect. Returns whether it is so.
  func fillReserve() async -> Bool {
    while reserve.count < 2 {
      guard let session = clients.keys.max(), await addReserve(on: session) else { return false }
    }
    return true
  }

  func forgetEnded() {
    for (id, client) in clients where client.endReason != nil { clients[id] = nil }
    reserve.removeAll { $0.endReason != nil }
  }

  /// The one that was in reserve for it, or a new one; nil as long as the server is not quiet.
  private func client(for session: SessionID) async throws -> ControlClient? {
    if reserve.count > 1 {
      let client = reserve.removeLast()
      do {
        try await client.move(to: session)
        return client
      } catch {
        if client.endReason == nil { reserve.append(client) }
        throw error
      }
    }
    return try await attach(to: session, .watching)
  }

  private func addReserve(on session: SessionID) async -> Bool {
    guard let client = try? await attach(to: session, .reserve) else { return false }
    reserve.append(client)
    return true
  }

  private func attach(
    to session: SessionID, _ purpose: ControlClient.Purpose
  ) async throws -> ControlClient? {
    let gateway = server.socketPath.flatMap { Gateway(to: $0) }
    guard gateway != nil || unrest.left(at: .now()) == nil else { return nil }
    return try await ControlClient.attach(
      to: session, of: server, mailbox: events, purpose: purpose, through: gateway, unrest: unrest
    ) { [bell] in bell.ring() }
  }
}
