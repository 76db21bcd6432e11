import Synchronization

/// When a server last told of sessions, windows or modes that changed.
///
/// tmux up to 3.6 crashes, with every pane in it, when it has such a thing to tell while a control client is half
/// connected (it knows already that the client wants to be told, and has nothing yet to tell it by). Changes come
/// in bursts, and connecting takes well under a millisecond; so where the server cannot be given all that a client says
/// of itself at once (`Gateway`), a client connects only when none has been heard of for a while. Shared by all
/// connections to a server.
public final class Unrest: Sendable {
  /// How long a server must have been quiet.
  static let calm: Duration = .milliseconds(250)
  /// After this time of waiting, a shorter quiet must do.
  static let patience: Duration = .seconds(5)
  static let shortCalm: Duration = .milliseconds(50)

  private struct State {
    var last: MonotonicTime?
    var waitingSince: MonotonicTime?
  }

  private let state = Mutex(State())

  public init() {}

  /// Something changed.
  func note(_ now: MonotonicTime) {
    state.withLock { $0.last = now }
  }

  /// How long to wait before a client may connect; nil when it may now.
  func left(at now: MonotonicTime) -> Duration? {
    state.withLock { state in
      let since = state.waitingSince ?? now
      let needed = now - since < Self.patience ? Self.calm : Self.shortCalm
      guard let last = state.last, now - last < needed else {
        state.waitingSince = nil
        return nil
      }
      state.waitingSince = since
      return needed - (now - last)
    }
  }
}
