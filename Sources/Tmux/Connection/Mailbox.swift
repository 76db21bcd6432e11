import Synchronization

/// The bounded queue between the reader threads and the one consumer.
///
/// A reader never waits here. When the consumer is behind by more than the bound, output of a pane is
/// dropped and the pane is marked lost; once the consumer has read that mark, the pane's connection is asked
/// for a snapshot. Nothing else is dropped, but for notices that only say "ask again" beyond 65,536 of them.
///
/// Iterating yields all that has come in since the last time, as one batch: one wake-up a batch.
public final class Mailbox: AsyncSequence, Sendable {
  /// Asked for a snapshot when the consumer has learnt that output was lost.
  protocol Resyncing: AnyObject, Sendable {
    func resync(_ pane: PaneID)
  }

  private struct Waiter {
    var continuation: CheckedContinuation<[ControlEvent]?, Never>
  }

  private enum Gate {
    case open
    /// Output is dropped until a snapshot comes.
    case shut
  }

  private struct State {
    var batch: [ControlEvent] = []
    var bytes = 0
    var waiter: Waiter?
    var finished = false
    var gates: [PaneID: Gate] = [:]
    var owners: [PaneID: SessionID] = [:]
    var toResync: [PaneID: any Resyncing] = [:]
  }

  private static let mostNotices = 65_536
  private let state = Mutex(State())
  private let limit: Int
  private let watchesOnlyAdmitted: Bool

  /// - Parameters:
  ///   - limit: bytes of output held for a consumer that is behind, 1 KiB or more; 8 MiB unless told.
  ///   - onlyAdmitted: deliver output only of panes that were admitted, and of each only from its own
  ///     session's connection; otherwise of every pane, from its first byte.
  public init(limit: Int = 8 << 20, onlyAdmitted: Bool = false) {
    self.limit = Swift.max(1024, limit)
    self.watchesOnlyAdmitted = onlyAdmitted
  }

  /// Lets a pane's output in, from the connection of `session` only, once its snapshot has come.
  func admit(_ pane: PaneID, from session: SessionID) {
    state.withLock {
      $0.owners[pane] = session
      $0.gates[pane] = .shut
    }
  }

  func dismiss(_ pane: PaneID) {
    state.withLock {
      $0.owners[pane] = nil
      $0.gates[pane] = nil
      $0.toResync[pane] = nil
    }
  }

  /// Takes what one read brought, under one lock and with one wake-up.
  func post(_ events: [ControlEvent], from source: (any Resyncing)?) {
    if events.isEmpty { return }
    let (waiter, batch, wanted) = state.withLock {
      state -> (Waiter?, [ControlEvent], [PaneID: any Resyncing]) in
      guard !state.finished else { return (nil, [], [:]) }
      for event in events { accept(event, from: source, &state) }
      guard !state.batch.isEmpty, let waiter = state.waiter else { return (nil, [], [:]) }
      state.waiter = nil
      let (batch, wanted) = drain(&state)
      return (waiter, batch, wanted)
    }
    waiter?.continuation.resume(returning: batch)
    for (pane, source) in wanted { source.resync(pane) }
  }

  /// After what is queued the iteration ends; later posts are ignored.
  public func finish() {
    let waiter = state.withLock { state -> Waiter? in
      state.finished = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.continuation.resume(returning: nil)
  }

  private func accept(_ event: ControlEvent, from source: (any Resyncing)?, _ state: inout State) {
    switch event.kind {
    case .output(let pane, let bytes):
      if watchesOnlyAdmitted, state.owners[pane] != event.session { return }
      guard state.gates[pane] != .shut else { return }
      if state.bytes + bytes.count > limit {
        lose(pane, .queueFull, at: event, from: source, &state)
      } else {
        state.bytes += bytes.count + 64
        append(output: bytes, of: pane, event, &state)
      }
    case .lost(let pane, let loss):
      if watchesOnlyAdmitted, state.owners[pane] != event.session { return }
      lose(pane, loss, at: event, from: source, &state)
    case .snapshot(let snapshot):
      if watchesOnlyAdmitted, state.owners[snapshot.pane] != event.session { return }
      guard state.toResync[snapshot.pane] == nil else { return }
      state.gates[snapshot.pane] = .open
      state.batch.append(event)
    case .modeChanged, .arrangementChanged:
      if state.batch.count < Self.mostNotices { state.batch.append(event) }
    default:
      state.batch.append(event)
    }
  }

  private func append(output bytes: [UInt8], of pane: PaneID, _ event: ControlEvent, _ state: inout State) {
    let last = state.batch.endIndex - 1
    if last >= 0, state.batch[last].at == event.at, state.batch[last].session == event.session,
      case .output(pane, var joined) = state.batch[last].kind
    {
      // Taken out first, so that the array is ours alone and grows in place.
      state.batch[last].kind = .arrangementChanged
      joined += bytes
      state.batch[last].kind = .output(pane, joined)
    } else {
      state.batch.append(event)
    }
  }

  private func lose(
    _ pane: PaneID, _ loss: ControlEvent.Loss, at event: ControlEvent, from source: (any Resyncing)?,
    _ state: inout State
  ) {
    if state.toResync[pane] != nil { return }
    state.gates[pane] = .shut
    state.toResync[pane] = source
    state.batch.append(ControlEvent(at: event.at, session: event.session, kind: .lost(pane, loss)))
  }

  private func drain(_ state: inout State) -> ([ControlEvent], [PaneID: any Resyncing]) {
    let result = (state.batch, state.toResync)
    state.batch = []
    state.bytes = 0
    state.toResync = [:]
    return result
  }

  public func makeAsyncIterator() -> Iterator { Iterator(mailbox: self) }

  /// Only one task may iterate at a time; a second one is a mistake and traps.
  public struct Iterator: AsyncIteratorProtocol {
    let mailbox: Mailbox

    /// The next batch, never empty; `nil` when finished, or when the task is cancelled.
    public func next() async -> [ControlEvent]? {
      await mailbox.next()
    }
  }

  private func next() async -> [ControlEvent]? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (batch, wanted) = state.withLock { state -> ([ControlEvent]??, [PaneID: any Resyncing]) in
          precondition(state.waiter == nil, "a mailbox has one consumer")
          if !state.batch.isEmpty {
            let (batch, wanted) = drain(&state)
            return (.some(batch), wanted)
          }
          if state.finished || Task.isCancelled { return (.some(nil), [:]) }
          state.waiter = Waiter(continuation: continuation)
          return (nil, [:])
        }
        if let batch { continuation.resume(returning: batch) }
        for (pane, source) in wanted { source.resync(pane) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.continuation.resume(returning: nil)
    }
  }
}
