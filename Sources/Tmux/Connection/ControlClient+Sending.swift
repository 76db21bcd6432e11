import Glibc

/// Writing to a closed socket is an error, not the end of the process.
private let noSignal = Int32(MSG_NOSIGNAL)

extension ControlClient: Mailbox.Resyncing {
  /// Queues a request and writes it at once if the pipe takes it; the reader's thread writes what is left.
  ///
  /// Returns why it was not taken, and then does nothing else.
  func submit(_ commands: [TmuxCommand], _ request: Request) -> TmuxError? {
    var line: [UInt8] = []
    for command in commands {
      guard let quoted = command.line else { return .badArgument("\(command)") }
      if !line.isEmpty { line += [0x20, 0x3B, 0x20] }
      line += quoted
    }
    line.append(0x0A)
    let (refused, mustWake) = state.withLock { state -> (TmuxError?, Bool) in
      if let reason = state.ended { return (.ended(reason), false) }
      if state.closing { return (.ended(.closed), false) }
      guard state.waiting.count < Self.mostWaiting, state.unsent.count + line.count <= Self.mostUnsent
      else { return (.congested, false) }
      state.waiting.append(request)
      guard state.unsent.isEmpty else {
        state.unsent += line
        return (nil, false)
      }
      let written = Self.write(line[...], to: state.input)
      state.unsent += line[written...]
      return (nil, written < line.count)
    }
    if mustWake { ring() }
    return refused
  }

  /// The caller of this request no longer waits; its answer will be read and thrown away.
  func forget(_ serial: UInt64) {
    let caller = state.withLock { state -> CheckedContinuation<[Reply], any Error>? in
      guard let at = state.waiting.firstIndex(where: { $0.serial == serial }),
        case .caller(let continuation) = state.waiting[at].completion
      else { return nil }
      state.waiting[at].completion = .nobody
      return continuation
    }
    caller?.resume(throwing: CancellationError())
  }

  /// Writes what did not fit before.
  ///
  /// Returns whether some is left.
  func flush() -> Bool {
    state.withLock { state in
      let written = Self.write(state.unsent[...], to: state.input)
      state.unsent.removeFirst(written)
      return !state.unsent.isEmpty
    }
  }

  /// Takes the next answer; returns what it puts into the stream.
  func take(_ reply: Reply) -> ControlEvent.Kind? {
    let done = state.withLock { state -> Request? in
      guard !state.waiting.isEmpty else { return nil }
      let first = state.waiting.startIndex
      state.waiting[first].replies.append(reply)
      // An error drops the rest of its line, so no further answer comes.
      let isDone = reply.failed || state.waiting[first].replies.count >= state.waiting[first].blocks
      return isDone ? state.waiting.popFirst() : nil
    }
    guard let done else { return nil }
    switch done.completion {
    case .caller(let continuation): continuation.resume(returning: done.replies)
    case .inStream(let read): return read(done.replies)
    case .nobody: break
    }
    return nil
  }

  func ring() {
    var one: UInt8 = 1
    // A full bell has rung already.
    _ = Glibc.send(reader.bell, &one, 1, noSignal)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Int {
    var written = 0
    bytes.withUnsafeBytes { buffer in
      while written < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = Glibc.send(socket, rest.baseAddress, rest.count, noSignal)
        if count > 0 {
          written += count
        } else if errno != EINTR {
          // A broken pipe shows as the end of the stream, where it is dealt with.
          break
        }
      }
    }
    return written
  }
}
