/// The owner of the alert log within a process: alerts go in one after the other.
///
/// Nothing is queued here; who awaits `append` knows that the line is on the disk.
public actor AlertLog {
  public nonisolated let path: String
  private nonisolated let rotation: Rotation
  private let file: AlertFile

  public init(_ path: String, rotation: Rotation = Rotation()) {
    self.path = path
    self.rotation = rotation
    file = AlertFile(path, rotation: rotation)
  }

  /// Tries the log without writing a line; see `AlertFile.check`.
  @discardableResult
  public func check() throws(JournalError) -> [AlertFile.Notice] {
    try file.check()
  }

  /// Writes the alert and flushes it; see `AlertFile.append`.
  @discardableResult
  public func append(_ alert: Alert, durable: Bool = true) throws(JournalError) -> AlertFile.Receipt {
    try file.append(alert, durable: durable)
  }

  /// Takes the room for the last lines again; see `AlertFile.restock`.
  public func restock() -> Bool { file.restock() }

  /// Compresses and removes what was put aside, without standing in the way of who appends; see
  /// `AlertFile.tidy`. It waits for the disk and for `gzip`.
  public nonisolated func tidy() throws(JournalError) {
    try AlertFile(path, rotation: rotation).tidy()
  }

  /// Where the log is unless told otherwise: `$XDG_STATE_HOME/outrider/alerts.jsonl`, where the variable
  /// counts only if it is an absolute path, else `~/.local/state/outrider/alerts.jsonl`. Nil without a home.
  public static func defaultPath(environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return "\(state)/outrider/alerts.jsonl"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.local/state/outrider/alerts.jsonl"
  }
}
