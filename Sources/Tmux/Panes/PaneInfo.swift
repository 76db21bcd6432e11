/// What tmux says about a pane, as of one answer.
public struct PaneInfo: Hashable, Sendable {
  public var pane: PaneID
  public var window: WindowID
  /// The session it was listed under; a pane of a linked window stands in several.
  public var session: SessionID
  public var sessionName: String
  public var windowIndex: Int
  public var paneIndex: Int
  /// The pane's first process; 0 when tmux knows none.
  public var process: Int32
  public var columns: Int
  public var rows: Int
  /// How many modes are open on it; above 0, keys go to copy mode or a menu of tmux, not to the program.
  public var modes: Int
  public var isDead: Bool
  public var isAlternate: Bool
  /// Foreign text, tabs and line feeds already replaced by `?`; it may hold other control characters.
  public var command: String
  /// Likewise; for the exact bytes of an unusual path read `/proc/PID/cwd`.
  public var directory: String
  /// Likewise; set by the pane's program at will, so it proves nothing.
  public var title: String

  public var isInMode: Bool { modes > 0 }

  /// The format that `init(line:)` reads: fields separated by tabs, the four that others can choose freed of
  /// tabs and line feeds by tmux itself, so that no directory or title can forge a field or a pane.
  static let format: String = {
    let plain = [
      "pane_id", "window_id", "session_id", "window_index", "pane_index", "pane_pid", "pane_width",
      "pane_height", "pane_in_mode", "pane_dead", "alternate_on",
    ]
    let foreign = ["session_name", "pane_current_command", "pane_current_path", "pane_title"]
    return (plain.map { "#{\($0)}" } + foreign.map { "#{s/[\t\n]/?/:\($0)}" }).joined(separator: "\t")
  }()

  /// Lists every pane of the server, each once per session it stands in.
  static let listAll = TmuxCommand("list-panes", "-a", "-F", format)

  init?(line: [UInt8]) {
    let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
    guard fields.count == 15, let pane = PaneID(fields[0]), let window = WindowID(fields[1]),
      let session = SessionID(fields[2])
    else { return nil }
    let numbers = fields[3..<11].map { decimal($0) ?? 0 }
    let texts = fields[11...].map { String(decoding: $0, as: UTF8.self) }
    self.pane = pane
    self.window = window
    self.session = session
    (windowIndex, paneIndex, process) = (numbers[0], numbers[1], Int32(clamping: numbers[2]))
    (columns, rows, modes) = (numbers[3], numbers[4], numbers[5])
    (isDead, isAlternate) = (numbers[6] > 0, numbers[7] > 0)
    (sessionName, command, directory, title) = (texts[0], texts[1], texts[2], texts[3])
  }
}
