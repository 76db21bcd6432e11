import Foundation
import Rulebook

/// One event of an agent's hook: what Claude Code and Codex write to a hook's standard input.
///
/// Both speak the same protocol. Names that are not known are kept out, not refused: a newer agent may tell
/// more than this reads.
public struct HookEvent: Sendable, Equatable {
  /// The moment that the hook stands for, by its name in the protocol (`hook_event_name`).
  public enum Moment: String, Sendable, CaseIterable {
    case preToolUse = "PreToolUse"
    case permissionRequest = "PermissionRequest"
    case postToolUse = "PostToolUse"
    case postToolUseFailure = "PostToolUseFailure"
    case userPromptSubmit = "UserPromptSubmit"
    case stop = "Stop"
    case subagentStop = "SubagentStop"
    case sessionStart = "SessionStart"
    case sessionEnd = "SessionEnd"
    case preCompact = "PreCompact"
    case postCompact = "PostCompact"
    case notification = "Notification"
    /// Another one; nothing is made of it.
    case other

    /// Whether a tool call can still be refused.
    public var isBeforeTool: Bool { self == .preToolUse || self == .permissionRequest }
    public var isAfterTool: Bool { self == .postToolUse || self == .postToolUseFailure }
  }

  /// What a tool call does, as far as rules have a say.
  public enum Tool: Sendable, Equatable {
    /// A command line for a shell, and where it runs if the call says so itself.
    case command(String, cwd: String?)
    /// Files that are written, by their paths as given.
    case edit([String])
    /// Any other tool, by its name.
    case other(String)
  }

  /// What came of a tool call.
  public struct Result: Sendable, Equatable {
    /// Standard output and standard error as far as they were kept, in lines.
    public var output: [String] = []
    /// The exit status; nil where the agent does not tell.
    public var exit: Int?

    public init(output: [String] = [], exit: Int? = nil) {
      self.output = output
      self.exit = exit
    }
  }

  public var moment: Moment
  /// The agent's own name of its session; empty where it gives none.
  public var session: String
  public var cwd: String?
  public var tool: Tool?
  /// The number of the tool call.
  public var call: String?
  public var result: Result?
  /// What was typed, for `userPromptSubmit`; what the agent says, for `notification`; its
  /// last words, for `stop`.
  public var text: String?
  /// Why a session starts (`startup`, `resume`, `clear`, `compact`) or a compaction begins (`auto`, `manual`), and
  /// the kind of a notification.
  public var cause: String?
  /// Set for the calls of a sub-agent.
  public var subagent: String?

  public init(
    moment: Moment, session: String = "", cwd: String? = nil, tool: Tool? = nil, call: String? = nil
  ) {
    self.moment = moment
    self.session = session
    self.cwd = cwd
    self.tool = tool
    self.call = call
  }
}

/// What an agent wrote is no event.
public enum HookError: Error, Equatable, CustomStringConvertible {
  /// Not a JSON object.
  case notJSON
  case tooLong(bytes: Int)
  case noMoment

  public var description: String {
    switch self {
    case .notJSON: "the hook's input is no JSON object; run this as a hook of Claude Code or Codex"
    case .tooLong(let bytes):
      "the hook's input has \(bytes) bytes, more than \(HookEvent.longest); it was not read"
    case .noMoment: "the hook's input has no 'hook_event_name'; run this as a hook of Claude Code or Codex"
    }
  }
}
