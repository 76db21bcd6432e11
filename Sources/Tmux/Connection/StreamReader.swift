import Glibc

/// The reading side of one connection, alive on one thread from the start of `tmux -C` to its reaping.
///
/// Unchecked: handed from the thread that attaches to the thread that reads, never used by both.
final class StreamReader: @unchecked Sendable {
  let child: ChildProcess
  /// Written to when there is something to write, or to close; `wake` is the end that is polled.
  let bell: Int32
  private let wake: Int32
  private var parser = ControlParser()
  private var early: [Message] = []
  private var said: [UInt8] = []
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

  private init(child: ChildProcess, bell: Int32, wake: Int32) {
    self.child = child
    self.bell = bell
    self.wake = wake
  }

  deinit {
    buffer.deallocate()
    close(wake)
    close(bell)
  }

  /// Starts `tmux -C attach-session` and reads until it is attached; blocks the calling thread.
  static func start(
    session: SessionID, server: Server, purpose: ControlClient.Purpose, through gateway: Gateway?,
    within limit: Duration
  ) throws(TmuxError) -> StreamReader {
    let flags = "ignore-size," + purpose.flag
    gateway?.open()
    let argv = server.arguments(
      ["-C", "attach-session", "-E", "-f", flags, "-t", "\(session)"], at: gateway?.path)
    let host = server.prefix.isEmpty ? nil : server.prefix.joined(separator: " ")
    let child = try ChildProcess(argv, host: host, tool: server.program)
    guard let (bell, wake) = connectedPair() else {
      _ = child.reap(graceMilliseconds: 0)
      throw .cannotStart(program: server.program, code: errno)
    }
    setNonBlocking(bell)
    setNonBlocking(wake)
    let reader = StreamReader(child: child, bell: bell, wake: wake)
    try reader.awaitAttachment(session, server, within: limit)
    return reader
  }

  private func awaitAttachment(
    _ session: SessionID, _ server: Server, within limit: Duration
  ) throws(TmuxError) {
    let begun = MonotonicTime.now()
    while true {
      let left = limit - (MonotonicTime.now() - begun)
      if left <= .zero {
        _ = child.reap(graceMilliseconds: 0)
        throw .timedOut(command: "attach-session")
      }
      var polled = [pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)]
      wait(for: &polled, milliseconds: Int32(clamping: left.components.seconds * 1000 + 50))
      var attached = false
      let open = readOnce { message in
        if case .sessionChanged(session) = message { attached = true }
        early.append(message)
      }
      if attached { return }
      if !open || early.contains(where: \.endsAttachment) {
        let status = finish()
        let words = early.compactMap { if case .reply(let reply) = $0 { reply.text } else { nil } }
        let text = ([oneLine(said)] + words).filter { !$0.isEmpty }.joined(separator: " ")
        throw server.error(said: text, status: status, command: "attach-session")
      }
    }
  }

  /// Reads until the stream ends, then reaps the program and tells everybody.
  func run(for client: ControlClient) {
    var events: [ControlEvent] = []
    var reason = handle(early, of: client, at: .now(), into: &events)
    client.mailbox.post(events, from: client)
    early = []
    var hasUnsent = true
    var deadline: MonotonicTime?
    var messages: [Message] = []
    while reason == nil {
      var polled = [
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.diagnostics, events: said.count < 4096 ? Int16(POLLIN) : 0, revents: 0),
        pollfd(fd: hasUnsent ? child.input : -1, events: Int16(POLLOUT), revents: 0),
      ]
      if said.count >= 4096 || diagnosticsOver { polled[2].fd = -1 }
      wait(for: &polled, milliseconds: deadline == nil ? -1 : 50)
      if polled[0].revents != 0 {
        messages.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        let open = readOnce { messages.append($0) }
        reason = handle(messages, of: client, at: .now(), into: &events)
        client.mailbox.post(events, from: client)
        if !open, reason == nil { reason = deadline == nil ? .lost(oneLine(said)) : .closed }
      }
      if polled[2].revents != 0 { readDiagnostics() }
      if polled[1].revents != 0 {
        _ = readAvailable(wake, buffer)
        hasUnsent = true
        if deadline == nil, client.state.withLock({ $0.closing }) {
          deadline = MonotonicTime(nanoseconds: MonotonicTime.now().nanoseconds + 2_000_000_000)
          shutdown(child.input, Int32(SHUT_WR))
        }
      }
      if hasUnsent { hasUnsent = client.flush() }
      if let deadline, MonotonicTime.now() > deadline { reason = .closed }
    }
    end(client, deadline == nil ? reason ?? .closed : .closed)
  }

  private func end(_ client: ControlClient, _ reason: EndReason) {
    let waiting = client.state.withLock { state -> ArraySlice<ControlClient.Request> in
      state.ended = reason
      defer { state.waiting = [] }
      return state.waiting
    }
    _ = finish()
    for request in waiting {
      switch request.completion {
      case .caller(let continuation): continuation.resume(throwing: TmuxError.ended(reason))
      case .inStream, .nobody: break
      }
    }
    let over = ControlEvent(at: .now(), session: client.session, kind: .ended(reason))
    client.mailbox.post([over], from: client)
    client.onNotice()
    let enders = client.state.withLock { state in
      state.input = -1
      defer { state.enders = [] }
      return state.enders
    }
    for ender in enders { ender.resume() }
  }

  /// Returns false at the end of the stream.
  private func readOnce(_ emit: (Message) -> Void) -> Bool {
    guard let count = readAvailable(child.output, buffer) else { return true }
    parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]).assumingMemoryBound(to: UInt8.self), emit)
    return count > 0
  }

  private var diagnosticsOver = false

  private func readDiagnostics() {
    guard let count = readAvailable(child.diagnostics, buffer) else { return }
    if count == 0 { diagnosticsOver = true }
    said.append(contentsOf: buffer.prefix(min(count, 4096 - said.count)))
  }

  private func finish() -> Int32 {
    shutdown(child.input, Int32(SHUT_WR))
    if !diagnosticsOver { readDiagnostics() }
    return child.reap(graceMilliseconds: 1000)
  }

  /// Turns messages into events; returns why the connection must end, if it must.
  private func handle(
    _ messages: [Message], of client: ControlClient, at now: MonotonicTime, into events: inout [ControlEvent]
  ) -> EndReason? {
    var noticed = false
    defer { if noticed { client.onNotice() } }
    let isReserve = client.isReserve
    func add(_ kind: ControlEvent.Kind) {
      if !isReserve { events.append(ControlEvent(at: now, session: client.session, kind: kind)) }
    }
    for message in messages {
      switch message {
      case .output(let pane, let bytes): add(.output(pane, bytes))
      case .reply(let reply):
        if reply.asked, let kind = client.take(reply) { add(kind) }
      case .paused(let pane):
        _ = client.state.withLock { $0.paused.insert(pane) }
        add(.lost(pane, .paused))
      case .continued: break
      case .modeChanged(let pane):
        noticed = true
        client.unrest.note(now)
        add(.modeChanged(pane))
      case .arrangementChanged, .windowRenamed:
        noticed = true
        if message == .arrangementChanged { client.unrest.note(now) }
        add(.arrangementChanged)
      case .subscription(let name, let pane, let value):
        if let pane, name.elementsEqual("process".utf8), let kind = process(pane, value) {
          noticed = true
          add(kind)
        }
      case .sessionChanged(let session):
        if session != client.session { return .moved(session) }
      case .exit(let reason): return .exit(oneLine(reason))
      case .disorder(let what): return .disorder(what)
      }
    }
    return nil
  }

  private func process(_ pane: PaneID, _ value: [UInt8]) -> ControlEvent.Kind? {
    let words = value.split(separator: 0x20)
    guard words.count == 2, let dead = decimal(words[0]), let pid = decimal(words[1]) else { return nil }
    return .process(pane, pid: Int32(clamping: pid), dead: dead > 0)
  }
}

extension Message {
  fileprivate var endsAttachment: Bool {
    switch self {
    case .exit, .disorder: true
    case .reply(let reply): reply.failed
    default: false
    }
  }
}
