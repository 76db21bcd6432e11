/// The questions whose answers make a snapshot, and how the answers are read.
struct SnapshotQuery {
  let pane: PaneID

  private static let fields = [
    "pane_id", "pane_width", "pane_height", "cursor_x", "cursor_y", "alternate_on", "pane_in_mode",
    "scroll_region_upper", "scroll_region_lower", "wrap_flag", "origin_flag", "cursor_flag", "pane_dead",
    "pane_pid",
  ]
  private static let format = fields.map { "#{\($0)}" }.joined(separator: " ")

  /// One line of commands, which tmux runs without turning to anything else in between.
  ///
  /// A paused pane is let go on first, so that the picture and the output after it meet.
  func commands(resuming: Bool) -> [TmuxCommand] {
    let target = "\(pane)"
    let ask = [
      TmuxCommand("display-message", "-p", "-t", target, Self.format),
      TmuxCommand("capture-pane", "-p", "-N", "-t", target),
      TmuxCommand("capture-pane", "-p", "-J", "-t", target),
      TmuxCommand("capture-pane", "-p", "-P", "-C", "-t", target),
    ]
    return resuming ? [TmuxCommand("refresh-client", "-A", "\(target):continue")] + ask : ask
  }

  /// `nil` when an answer is an error or the answers do not fit each other.
  func read(_ replies: [Reply]) -> Snapshot? {
    let answers = replies.suffix(4).map(\.lines)
    guard replies.count >= 4, !replies.contains(where: \.failed), answers[0].count == 1 else { return nil }
    let words = answers[0][0].split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == Self.fields.count, PaneID(words[0]) == pane else { return nil }
    let numbers = words.dropFirst().map { decimal($0) ?? 0 }
    let rows = answers[1]
    guard rows.count == numbers[1], numbers[0] > 0 else { return nil }
    let pending = answers[3].joined(separator: [0x0A])
    return Snapshot(
      pane: pane, columns: numbers[0], rows: numbers[1], cursorColumn: numbers[2], cursorRow: numbers[3],
      isAlternate: numbers[4] > 0, modes: numbers[5], scrollTop: numbers[6], scrollBottom: numbers[7],
      wraps: numbers[8] > 0, isOriginRelative: numbers[9] > 0, isCursorVisible: numbers[10] > 0,
      isDead: numbers[11] > 0, process: Int32(clamping: numbers[12]), lines: rows,
      wrapped: Self.wrapped(rows: rows, joined: answers[2]) ?? [],
      pending: Array(pending).withUnsafeBufferPointer(unescaped))
  }

  /// Which rows were joined to the next: the joined lines are the rows, laid end to end.
  ///
  /// `nil` when they are not, which no harm comes of: the rows then count as separate lines.
  static func wrapped(rows: [[UInt8]], joined: [[UInt8]]) -> Set<Int>? {
    var result: Set<Int> = []
    var row = 0
    for (index, line) in joined.enumerated() {
      guard row < rows.count else { return nil }
      var rest = line[...]
      while true {
        guard row < rows.count, rest.starts(with: rows[row]) else { return nil }
        rest = rest.dropFirst(rows[row].count)
        row += 1
        let linesLeft = joined.count - index - 1
        if rest.isEmpty, rows.count - row <= linesLeft || row == rows.count || !rows[row].isEmpty { break }
        result.insert(row - 1)
      }
    }
    return row == rows.count ? result : nil
  }
}
