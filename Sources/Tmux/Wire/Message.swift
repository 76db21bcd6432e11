/// The answer to one command: what stood between its `%begin` and its `%end` or `%error`.
public struct Reply: Equatable, Sendable {
  /// The answer's lines, without their line feeds, as tmux sent them: any bytes.
  public var lines: [[UInt8]]
  /// tmux answered with `%error`; `lines` then says why.
  public var failed: Bool
  /// Asked for by this client on its standard input, not by the server on its own.
  public var asked: Bool

  public init(lines: [[UInt8]], failed: Bool = false, asked: Bool = true) {
    self.lines = lines
    self.failed = failed
    self.asked = asked
  }

  /// The lines as one text, for an error message: invalid bytes replaced, at most 300 characters.
  public var text: String {
    oneLine(Array(lines.joined(separator: [0x20])))
  }
}

/// One message of a control-mode stream, decoded.
enum Message: Equatable, Sendable {
  case output(PaneID, [UInt8])
  case reply(Reply)
  case paused(PaneID)
  case continued(PaneID)
  case modeChanged(PaneID)
  case sessionChanged(SessionID)
  /// Windows, layouts or sessions are no longer what they were: time to ask again.
  case arrangementChanged
  /// Likewise, but only a window's name, as it happens with every command.
  case windowRenamed
  /// A subscribed format has a new value.
  case subscription(name: [UInt8], PaneID?, value: [UInt8])
  case exit(reason: [UInt8])
  /// The stream cannot be trusted any more; reported once, and nothing after it is decoded.
  case disorder(String)
}
