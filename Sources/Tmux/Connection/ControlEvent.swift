/// Something that happened on a server, in the order in which tmux said so on one connection.
public struct ControlEvent: Sendable {
  /// When its bytes were read.
  public var at: MonotonicTime
  /// The session whose connection told it.
  public var session: SessionID
  public var kind: Kind

  public enum Kind: Equatable, Sendable {
    /// Bytes that a pane's program wrote, cut anywhere: inside a character, inside an escape sequence.
    case output(PaneID, [UInt8])
    /// The pane's whole screen. What the consumer held before is void; the output that follows in the
    /// stream continues exactly here, none missing and none doubled.
    case snapshot(Snapshot)
    /// Output of this pane is missing from here on; a snapshot follows when the consumer has read this.
    case lost(PaneID, Loss)
    /// A pane is watched from now on; its snapshot is the next that comes of it. `fresh` when it was
    /// created while its server was watched, so that even its first screen is news.
    case appeared(PaneInfo, fresh: Bool)
    /// Size, place, program, title, mode or first process of a watched pane is no longer what it was.
    case changed(PaneInfo)
    case gone(PaneID)
    /// The pane has entered or left copy mode or another mode.
    case modeChanged(PaneID)
    /// Windows, layouts, names or sessions changed.
    case arrangementChanged
    /// The pane's first process has died or been replaced (noticed within a second).
    case process(PaneID, pid: Int32, dead: Bool)
    /// This connection is over; it is the last event of its session's connection.
    case ended(EndReason)
    /// Nothing can be watched at present; said once, then looked for again with back-off.
    case unreachable(TmuxError)
    /// The server is there (again), and its panes will be named.
    case reached
  }

  public enum Loss: Hashable, Sendable {
    /// The consumer was too slow and the queue was full.
    case queueFull
    /// tmux had to wait for us longer than the pause limit and went on without us.
    case paused
    /// The pane is watched through another session's connection from now on.
    case moved
    /// The pane has another size; tmux rearranged its screen, and only tmux knows how.
    case resized
  }

  public init(at: MonotonicTime, session: SessionID, kind: Kind) {
    self.at = at
    self.session = session
    self.kind = kind
  }
}
