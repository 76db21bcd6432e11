/// What a run of latency rounds came to.
public struct RoundsSummary: Sendable, Equatable, CustomStringConvertible {
  /// Milliseconds, sorted: from the write of the row to the arrival of Escape.
  public let escapes: [Double]
  /// Milliseconds, sorted: from the write of the row to the Enter after a pasted prompt.
  public let prompts: [Double]
  public let rounds: Int
  /// Rounds in which no Escape came in time.
  public let missing: Int
  /// Rounds with an Escape in which no prompt came in time; nil when none was expected.
  public let unprompted: Int?

  public init(escapes: [Double], prompts: [Double], rounds: Int, expectsPrompt: Bool) {
    self.escapes = escapes.sorted()
    self.prompts = prompts.sorted()
    self.rounds = rounds
    missing = rounds - escapes.count
    unprompted = expectsPrompt ? escapes.count - prompts.count : nil
  }

  /// The smallest value that at least `share` (0...1) of the sorted values do not exceed; nil without values.
  public static func percentile(_ share: Double, of sorted: [Double]) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let rank = (share * Double(sorted.count)).rounded(.up)
    return sorted[min(sorted.count - 1, max(0, Int(rank) - 1))]
  }

  public var description: String {
    var text = "\(rounds) rounds: row written -> Escape read  \(Self.line(escapes))  missing \(missing)"
    if let unprompted { text += "\nrow written -> prompt read  \(Self.line(prompts))  missing \(unprompted)" }
    return text
  }

  /// Fields for a log line or JSON; times in milliseconds.
  public var fields: [(String, Record.Value)] {
    var fields: [(String, Record.Value)] = [("rounds", .integer(Int64(rounds)))]
    fields += Self.fields("", escapes) + [("missing", .integer(Int64(missing)))]
    if let unprompted {
      fields += Self.fields("prompt_", prompts) + [("prompt_missing", .integer(Int64(unprompted)))]
    }
    return fields
  }

  private static let shares = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)]

  private static func line(_ values: [Double]) -> String {
    shares.map { name, share in
      "\(name) " + (percentile(share, of: values).map { "\(($0 * 1000).rounded() / 1000) ms" } ?? "-")
    }.joined(separator: "  ")
  }

  private static func fields(_ prefix: String, _ values: [Double]) -> [(String, Record.Value)] {
    shares.map { name, share in
      (prefix + name + "_ms", .decimal(percentile(share, of: values) ?? .nan))
    }
  }
}

/// The screens of the latency rounds.
public struct RoundsScript: Sendable {
  private let agent: Agent
  private let command: String

  /// - Parameter command: the command that the agent seems to run; `{}` in it becomes the round's number.
  public init(agent: Agent, command: String = "kubectl apply -f k{}.yaml") {
    self.agent = agent
    self.command = command
  }

  public var footer: String {
    switch agent {
    case .claude: "  ⏵⏵ bypass permissions on (shift+tab to cycle)"
    case .codex: "  gpt-5.5-codex default · ~/shop"
    }
  }

  /// What an agent shows when it has started.
  public var banner: [String] {
    switch agent {
    case .claude:
      [
        "", " ▐▛███▛█   Claude Code v2.1.330", "▝▜██████▀  Opus 5.5 · API Usage Billing", " ▝▝   ▝▝   ~/shop",
        "", "",
      ]
    case .codex:
      ["", "  >_ OpenAI Codex (v0.163.0)", "     ~/shop", "  permissions: YOLO mode", "", ""]
    }
  }

  /// The transcript before the command shows.
  public func transcript(round: Int) -> [String] {
    switch agent {
    case .claude: banner + ["❯ Go on with round \(round)", "", "● This is round \(round)."]
    case .codex: banner + ["› Go on with round \(round)", "", "", "• This is round \(round)."]
    }
  }

  /// The rows that show the command as running.
  public func tool(round: Int) -> [String] {
    let line = commandLine(round: round)
    return switch agent {
    case .claude: ["", "● Running 1 shell command…", "  ⎿  $ \(line)"]
    case .codex: ["", "• Running \(line)"]
    }
  }

  public func commandLine(round: Int) -> String {
    command.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: "\(round)")
  }
}
