/// What an agent's screen shows, apart from how the agent lays it out.
public struct Stage: Sendable, Equatable {
  /// A prompt that waits for its turn.
  public struct Queued: Sendable, Equatable {
    public let text: String
    /// Sent after the turn; otherwise as soon as the running tool is done.
    public let isFollowUp: Bool
  }

  /// The conversation so far, one screen row each; only the last rows that fit are shown.
  public var transcript: [String] = []
  /// The row that says that the agent works; nil while it is idle.
  public var activity: String?
  /// The faint row above the prompt box, if the agent has one.
  public var hint = ""
  /// The status row at the bottom.
  public var footer = ""
  public var box = PromptBox()
  public var queue: [Queued] = []

  public init() {}

  /// Rows of the transcript that are kept; older ones are dropped.
  static let transcriptLimit = 500

  mutating func say(_ rows: [String]) {
    transcript.append(contentsOf: rows)
    transcript.removeFirst(max(0, transcript.count - Self.transcriptLimit))
  }
}

/// What an agent is doing, as its screen tells.
public enum Activity: Sendable, Equatable {
  case idle
  case working
  /// An approval is open for this command.
  case asking(String)

  var name: String {
    switch self {
    case .idle: "idle"
    case .working: "working"
    case .asking: "asking"
    }
  }
}

/// The rows of a whole screen and where the cursor stands in it.
struct Picture: Equatable {
  var rows: [String]
  var row: Int
  var column: Int
}

/// How one agent reads and lays out its screen. Measured on recordings of the unmodified programs.
protocol Face: Sendable {
  func activity(of screen: Grid) -> Activity
  /// The stage that a recorded screen shows, with an empty box and queue. What an open dialog hides is
  /// taken from `before`.
  func stage(of screen: Grid, before: Stage) -> Stage
  func picture(of stage: Stage, width: Int, height: Int) -> Picture
  /// The rows that the transcript ends with once the agent was interrupted.
  func interrupted(_ transcript: [String], asking: String?) -> [String]
  func prompt(_ text: String, width: Int) -> [String]
  /// `clock` is the time of day as the agent prints it.
  func answer(_ text: String, width: Int, clock: TimeOfDay) -> [String]
  func activityRow(seconds: Int) -> String
  /// What is sent beside the screen when the state changes: title, announcements.
  func announcement(of activity: Activity) -> String
  /// The bytes that paint these rows, in their order, as one frame.
  func painted(_ rows: [(index: Int, text: String)]) -> String
  /// Whether this typed text chooses to approve in the open dialog.
  func approves(_ text: String) -> Bool
}

/// Hours and minutes on the wall, UTC.
public struct TimeOfDay: Sendable, Equatable {
  public let hour: Int
  public let minute: Int

  /// From seconds since 1970.
  public init(unixSeconds: Int) {
    let minutes = (unixSeconds % 86_400 + 86_400) % 86_400 / 60
    (hour, minute) = (minutes / 60, minutes % 60)
  }
}

extension String {
  /// The same text with no-break spaces made plain.
  var plain: String { String(map { $0 == "\u{A0}" ? " " : $0 }) }

  /// The columns a terminal gives this text.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// What fits into `width` columns, without trailing spaces.
  func clipped(to width: Int) -> String {
    var used = 0
    var text = self[...]
    if let end = text.firstIndex(where: {
      used += $0.columns
      return used > width
    }) {
      text = text[..<end]
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  var isBlank: Bool { allSatisfy { $0 == " " || $0 == "\u{A0}" } }
}

extension Character {
  /// The columns a terminal gives this character when it begins a cell: 1 or 2.
  var columns: Int { max(1, unicodeScalars.map(\.columns).max() ?? 1) }
}

extension Array where Element == String {
  var withoutBlankEnd: [String] {
    var rows = self
    while rows.last?.isBlank == true { rows.removeLast() }
    return rows
  }
}

/// Which agent is played.
public enum Agent: String, Sendable, CaseIterable {
  case claude, codex

  var face: any Face {
    switch self {
    case .claude: ClaudeFace()
    case .codex: CodexFace()
    }
  }

  /// The agent a recording is of: by its title (`claude: …`), else by what its screen says; nil when
  /// neither tells.
  public static func recognised(in cast: Cast) -> Agent? {
    if let agent = allCases.first(where: { cast.title.lowercased().hasPrefix($0.rawValue) }) { return agent }
    var screen = Grid(width: cast.width, height: cast.height)
    for event in cast.events.prefix(200) {
      screen.feed(event.text)
      for row in screen.rows {
        if row.contains("Claude Code") { return .claude }
        if row.contains("OpenAI Codex") { return .codex }
      }
    }
    return nil
  }
}
