/// The screen at a settled moment.
public struct Frame: Sendable {
  /// All logical lines of the screen from top to bottom, blank ones included.
  public let lines: [Line]
  /// Lines that were news and left the screen at the top before this frame, oldest first.
  ///
  /// At most a few hundred; `lostRows` counts what had no room.
  public let scrolled: [Line]
  /// Rows that scrolled past since the last frame and could not be kept.
  public let lostRows: Int
  public let rows: Int
  public let columns: Int
  /// 0-based.
  public let cursor: (row: Int, column: Int)
  public let title: String
  public let isAlternate: Bool
  /// Bells rung since the last frame.
  public let bells: Int
  /// What the program announced of itself since the last frame, oldest first, at most 16.
  public let announcements: [Announcement]
  let newsIndices: [Int]

  /// The lines that are new or revised, first those that scrolled away.
  ///
  /// Costs nothing when there are none.
  public var news: [Line] { scrolled + newsIndices.map { lines[$0] } }
  public var hasNews: Bool { !scrolled.isEmpty || !newsIndices.isEmpty }
}

/// What a program says of itself by `OSC 7501`, as in `state=working:app=codex`.
public struct Announcement: Sendable, Hashable {
  /// The longest text that is kept, in bytes.
  public static let maximumLength = 1024

  public let text: String

  /// The value of a key, or nil when it was not said.
  public subscript(key: String) -> String? {
    for field in text.split(separator: ":") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0] == key { return String(parts[1]) }
    }
    return nil
  }
}
